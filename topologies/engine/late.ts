/** A bounded wait for what an engine may never answer. */

export const LATE = Symbol('late');

/** What the engine's own small things may take; all are done within seconds, also on a machine with too much to do. */
const CALL_MS = 60_000;

/** The promise's value, or LATE when it has not come after `ms` milliseconds; a failure that comes later is nobody's. */
export async function orLate<T>(promise: PromiseLike<T>, ms: number): Promise<T | typeof LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The same for a call of the engine that nobody can go on without. */
export async function inTime<T>(call: PromiseLike<T>): Promise<T> {
  const value = await orLate(call, CALL_MS);
  if (value === LATE) throw new Error(`no answer within ${CALL_MS / 1000} s`);
  return value;
}

/** Bounded waits and bounded concurrency; there are no others in the lab. */
import { LATE, orLate } from './engine/late.ts';

/**
 * What a program of ours may take to be ready, to end, and to do one small thing. All are done within a second; these are for
 * machines with many times more work than they can do, where shorter ones made labs fail that were sound.
 */
export const READY_MS = 60_000;
export const STOP_MS = 20_000;
export const CALL_MS = 60_000;

/** The promise's value, or the error of `late` when it has not come after `ms` milliseconds. */
export async function within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  const value = await orLate(promise, ms);
  if (value === LATE) throw late();
  return value;
}

export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** At most `width` pieces of work at a time, in the order of asking. */
export function gate(width: number): Gate {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}

/** Like Promise.all, but waits for all to settle before it fails with the first error. */
export async function together<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason as Error;
    return result.value;
  });
}

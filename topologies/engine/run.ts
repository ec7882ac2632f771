/** Run a process to its end with bounded output and bounded time. */
import type { Readable } from 'node:stream';
import type { RunResult } from './engine.ts';
import type { KillableExec } from './exec.ts';
import { LATE, orLate } from './late.ts';

const MOST = 1024 * 1024;
export const USUAL_TIMEOUT_MS = 60_000;
/** how long a killed process may take to be gone */
const GRACE_MS = 3000;

export async function runToEnd(
  exec: KillableExec,
  options: { input?: string | Buffer | undefined; timeoutMs?: number | undefined },
): Promise<RunResult> {
  const begun = performance.now();
  const limit = options.timeoutMs ?? USUAL_TIMEOUT_MS;
  exec.stdin.end(options.input ?? '');
  const output = Promise.all([gather(exec.stdout), gather(exec.stderr)]);
  const exit = await orLate(exec.ended, limit);
  const timedOut = exit === LATE;
  if (timedOut) {
    await orLate(
      exec.kill().catch(() => undefined),
      GRACE_MS,
    );
    await orLate(exec.ended, GRACE_MS);
    await orLate(exec[Symbol.asyncDispose](), GRACE_MS);
  }
  const [stdout, stderr] = await output;
  const ms = Math.round(performance.now() - begun);
  return { exit: timedOut ? null : exit, stdout, stderr, timedOut, ms };
}

async function gather(stream: Readable): Promise<string> {
  const kept: Buffer[] = [];
  let size = 0;
  let cut = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const take = chunk.subarray(0, MOST - size);
      if (take.length > 0) kept.push(take);
      size += take.length;
      cut += chunk.length - take.length;
    }
  } catch {
    // destroyed after a timeout: what came before counts
  }
  const text = Buffer.concat(kept).toString('utf8');
  return cut > 0 ? `${text}\n[cut here: ${cut} bytes more]` : text;
}

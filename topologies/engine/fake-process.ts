/** Processes of the fake engine: a scripted program instead of a binary. */
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ExecOptions } from './engine.ts';
import type { KillableExec } from './exec.ts';

export interface FakeCall {
  /** name of the container as its spec says it */
  readonly container: string;
  readonly argv: readonly string[];
  readonly options: ExecOptions;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** the container's disk: path → content */
  readonly disk: Map<string, Buffer>;
  /** aborted when the process is killed */
  readonly killed: AbortSignal;
}
/** Returns the exit status. Undefined: this handler does not know the program, ask the next one. */
export type FakeProgram = (call: FakeCall) => Promise<number> | number | undefined;

const WINDOW = 256 * 1024;
const KILLED = 137;
const NOT_FOUND = 126;

export function fakeExec(
  programs: readonly FakeProgram[],
  call: Pick<FakeCall, 'container' | 'argv' | 'options' | 'disk'>,
  containerEnds: AbortSignal,
): KillableExec {
  const [stdin, stdout, stderr] = [pipe(), pipe(), pipe()];
  const killer = new AbortController();
  const killed = AbortSignal.any([killer.signal, containerEnds]);
  const status = outcome(programs, { ...call, stdin, stdout, stderr, killed });
  const ended = Promise.race([status, whenAborted(killed)]).then(async (exit) => {
    stdout.end();
    stderr.end();
    // as with a real engine: the status is known after the output has been handed over
    await Promise.allSettled([finished(stdout, { readable: false }), finished(stderr, { readable: false })]);
    return exit;
  });
  const kill = () => {
    killer.abort();
    return Promise.resolve();
  };
  return {
    stdin,
    stdout,
    stderr,
    ended,
    kill,
    async [Symbol.asyncDispose]() {
      killer.abort();
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      await ended;
    },
  };
}

function pipe(): PassThrough {
  const stream = new PassThrough({ highWaterMark: WINDOW });
  stream.on('error', () => undefined);
  return stream;
}

async function outcome(programs: readonly FakeProgram[], call: FakeCall): Promise<number> {
  for (const program of programs) {
    const exit = await program(call);
    if (exit !== undefined) return exit;
  }
  call.stderr.write(`fake engine: no program for ${call.argv.join(' ')}\n`);
  return NOT_FOUND;
}

function whenAborted(signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(KILLED);
    signal.addEventListener('abort', () => resolve(KILLED), { once: true });
  });
}

/** A program that answers to one argv: `on(['cat'], …)`. */
export function on(
  argv: readonly string[],
  program: (call: FakeCall) => Promise<number> | number,
): FakeProgram {
  return (call) => (call.argv.join('\0') === argv.join('\0') ? program(call) : undefined);
}

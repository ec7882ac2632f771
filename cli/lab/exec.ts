/** `heiiki lab exec`: a program on an endpoint with the caller's own standard input, output and status. */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { ask } from './client.ts';
import { wireTo } from './labs.ts';
import type { RequestOf } from './protocol.ts';
import type { Wire } from './wire.ts';

/** As a shell says of a program that SIGPIPE ended. */
const BROKEN_PIPE = 141;

export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export async function exec(
  lab: string,
  request: Omit<RequestOf<'exec'>, 'op'>,
  signal: AbortSignal,
): Promise<number> {
  return passThrough(await wireTo(lab), lab, request, process, signal);
}

/** Ends with the program's status; 130 when it was interrupted, which ends the program. */
export async function passThrough(
  wire: Wire,
  lab: string,
  request: Omit<RequestOf<'exec'>, 'op'>,
  { stdin, stdout, stderr }: Streams,
  signal: AbortSignal,
): Promise<number> {
  // Who reads our output may have seen enough.
  const enough = new AbortController();
  for (const stream of [stdout, stderr]) stream.on('error', () => enough.abort());
  wire.closeAt(signal, enough.signal);
  try {
    const replies = ask(wire, lab, { op: 'exec', ...request });
    let feeding = false;
    for await (const reply of replies) {
      if (reply.kind === 'exit') return reply.status;
      if (reply.kind === 'progress' && !feeding) {
        feeding = true;
        void feed(wire, stdin);
      }
      if (reply.kind === 'stdout') await write(stdout, reply.data);
      if (reply.kind === 'stderr') await write(stderr, reply.data);
    }
    throw new Error('the lab did not say how the program ended');
  } catch (error) {
    if (signal.aborted) return 130;
    if (enough.signal.aborted) return BROKEN_PIPE;
    throw error;
  } finally {
    stdin.destroy();
  }
}

async function feed(wire: Wire, stdin: Readable): Promise<void> {
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer | string>)
      await wire.send({ stdin: Buffer.from(chunk as Buffer).toString('base64') });
    await wire.send({ stdin: null });
  } catch {
    // The program has ended, and nobody reads this any more.
  }
}

async function write(to: Writable, data: string): Promise<void> {
  if (!to.write(Buffer.from(data, 'base64'))) await once(to, 'drain');
}

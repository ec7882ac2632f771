/** The client library's types say less than what it hands out; checked here instead of asserted. */
import { Socket } from 'node:net';
import { Readable } from 'node:stream';

/** The raw connection of a hijacked call, with half-close and back-pressure. */
export function asSocket(stream: unknown): Socket {
  if (stream instanceof Socket) return stream;
  throw new Error(
    'the engine did not hand over the raw connection (a proxy between us may not allow upgrades)',
  );
}
export function asReadable(stream: unknown): Readable {
  if (stream instanceof Readable) return stream;
  throw new Error('the engine answered with something that is not a stream');
}

/**
 * Takes the engine's multiplexed stream apart: frames of an 8-byte header (stream number, three zero bytes,
 * big-endian length) and a payload. Written here because the client library's own ignores back-pressure.
 */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

const HEADER = 8;
const STDERR = 2;

export interface Frame {
  readonly stream: 1 | 2;
  readonly data: Buffer;
}

/** Splits chunks into payload pieces as they come; a large frame is passed on in pieces, never gathered. */
export class FrameSplitter {
  #header = Buffer.alloc(0);
  #left = 0;
  #stream: 1 | 2 = 1;

  *push(chunk: Buffer): Generator<Frame> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#left === 0) {
        const need = HEADER - this.#header.length;
        this.#header = Buffer.concat([this.#header, rest.subarray(0, need)]);
        rest = rest.subarray(need);
        if (this.#header.length < HEADER) return;
        this.#stream = this.#header[0] === STDERR ? 2 : 1;
        this.#left = this.#header.readUInt32BE(4);
        this.#header = Buffer.alloc(0);
        continue;
      }
      const data = rest.subarray(0, this.#left);
      rest = rest.subarray(data.length);
      this.#left -= data.length;
      yield { stream: this.#stream, data };
    }
  }

  /** false if the stream broke inside a frame */
  get complete(): boolean {
    return this.#left === 0 && this.#header.length === 0;
  }
}

/** Pumps a multiplexed stream into two; reads on only when the reader has taken what came. */
export async function demultiplex(source: Readable, stdout: Writable, stderr: Writable): Promise<boolean> {
  const splitter = new FrameSplitter();
  for await (const chunk of source as AsyncIterable<Buffer>)
    for (const { stream, data } of splitter.push(chunk)) await hand(data, stream === 1 ? stdout : stderr);
  return splitter.complete;
}

/** A reader that went away is no reason to stop: the other stream goes on. */
async function hand(data: Buffer, sink: Writable): Promise<void> {
  if (sink.destroyed || sink.write(data)) return;
  const done = new AbortController();
  const gone = () => done.abort();
  sink.once('close', gone);
  try {
    await once(sink, 'drain', { signal: done.signal });
  } catch (error) {
    if (!done.signal.aborted) throw error;
  } finally {
    sink.off('close', gone);
  }
}

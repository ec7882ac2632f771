/** Numbered frames on an output stream, and lines of JSON from an input stream. */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { once } from 'node:events';
import type { Content } from './control.ts';

export interface FrameWriter {
  write(content: Content): void;
  /** Settles when the reader has caught up, so that a slow reader slows the cloud instead of filling its memory. */
  drained(): Promise<void>;
}

export function makeFrameWriter(output: Writable, now: () => number = Date.now): FrameWriter {
  let n = 0;
  let full = false;
  output.on('drain', () => (full = false));
  return {
    write: (content) => {
      n += 1;
      full = !output.write(JSON.stringify({ n, at: now(), ...content }) + '\n');
    },
    drained: async () => {
      if (full) await once(output, 'drain');
    },
  };
}

/** Calls `take` for each line; a line that is not JSON is given to `refuse`. Settles when the input ends. */
export async function readLines(
  input: Readable,
  take: (value: unknown) => void,
  refuse: (line: string) => void,
): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      refuse(line);
      continue;
    }
    take(value);
  }
}

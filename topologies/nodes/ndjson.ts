/** Numbered frames of an app: one JSON object a line, `n` from 1 without gaps. */
import { LineReader } from '../engine/lines.ts';

export interface FrameListeners {
  onFrame(frame: Record<string, unknown>): void;
  onGap(expected: number, got: number): void;
  /** a line that is no frame */
  onNoise(line: string): void;
}

export class FrameReader {
  readonly #listeners: FrameListeners;
  readonly #lines = new LineReader((line) => this.#take(line));
  #last = 0;

  constructor(listeners: FrameListeners) {
    this.#listeners = listeners;
  }

  push(chunk: Buffer): void {
    this.#lines.push(chunk);
  }

  #take(line: string): void {
    const frame = parse(line);
    if (frame === undefined) {
      this.#listeners.onNoise(line);
      return;
    }
    if (frame.n !== this.#last + 1) this.#listeners.onGap(this.#last + 1, frame.n);
    this.#last = frame.n;
    this.#listeners.onFrame(frame);
  }
}

function parse(line: string): (Record<string, unknown> & { n: number }) | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('n' in value) || typeof value.n !== 'number')
      return undefined;
    return { ...value, n: value.n };
  } catch {
    return undefined;
  }
}

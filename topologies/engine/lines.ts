/** Bytes to lines, with a bound: a line without end must not eat the memory. */
import { StringDecoder } from 'node:string_decoder';

const LONGEST = 8 * 1024 * 1024;

export class LineReader {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const text = this.#rest + this.#decoder.write(chunk);
    const lines = text.split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LONGEST) throw new Error(`a line of more than ${LONGEST} characters`);
    for (const line of lines) this.#onLine(line);
  }

  /** What came after the last line feed. */
  end(): void {
    const last = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (last !== '') this.#onLine(last);
  }
}

/** Raw evidence on disk, written as it happens. */
import { createWriteStream, mkdirSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';

export class EvidenceFile implements AsyncDisposable {
  readonly path: string;
  readonly #stream: WriteStream;
  #failure: Error | undefined;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.path = path;
    this.#stream = createWriteStream(path);
    this.#stream.on('error', (error) => (this.#failure = error));
  }

  write(chunk: Buffer | string): void {
    if (!this.#stream.writableEnded) this.#stream.write(chunk);
  }

  /** Everything is on disk. Throws what went wrong while writing, e.g. a full disk. */
  async close(): Promise<void> {
    if (!this.#stream.writableEnded) this.#stream.end();
    if (this.#failure === undefined)
      await finished(this.#stream).catch((error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
      });
    if (this.#failure !== undefined) throw this.#failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

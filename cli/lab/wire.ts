/** Newline-delimited JSON over a socket, both ways, with back-pressure both ways. */
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** A request, or a piece of a program's output, is far smaller. */
const LONGEST = 4 * 1024 * 1024;

export class Wire {
  readonly #socket: Socket;
  readonly #gone = new AbortController();
  readonly #lines: AsyncGenerator<unknown, void, undefined>;

  constructor(socket: Socket) {
    this.#socket = socket;
    // A connection that breaks has ended; why makes no difference to either side.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#gone.abort());
    this.#lines = linesOf(socket);
  }

  /** Aborted when the other side has gone. That is noticed while somebody reads or writes. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Resolves when there is room for more, or nobody left to hear it. */
  async send(message: unknown): Promise<void> {
    if (this.gone.aborted || this.#socket.writableEnded) return;
    if (this.#socket.write(`${JSON.stringify(message)}\n`)) return;
    await once(this.#socket, 'drain', { signal: this.gone }).catch(() => undefined);
  }

  /** The next line; undefined when the other side has said all. Throws SyntaxError for what is no JSON. */
  async next(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    return done === true ? undefined : value;
  }

  /** Nothing more is expected: reads on, so that the end is noticed. */
  async drain(): Promise<void> {
    try {
      while ((await this.next()) !== undefined);
    } catch {
      // what is no line of ours is of no interest any more
    }
  }

  /** After what was sent has been handed on. */
  end(): void {
    this.#socket.end();
  }
  close(): void {
    this.#socket.destroy();
  }
  /** As soon as one of these is aborted. */
  closeAt(...signals: readonly AbortSignal[]): void {
    for (const signal of signals)
      if (signal.aborted) this.close();
      else signal.addEventListener('abort', () => this.close(), { once: true });
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<unknown, void, undefined> {
  let rest = '';
  socket.setEncoding('utf8');
  try {
    // Whoever says nonsense is still told so.
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST) throw new SyntaxError(`a line of more than ${LONGEST} characters`);
      for (const line of lines) yield JSON.parse(line);
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    // broken off: what had come counts
  }
}

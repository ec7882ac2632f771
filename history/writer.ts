/**
 * The history while it is made: numbers and dates each observation, keeps it in memory and appends it to an
 * NDJSON file. It never throws at those who saw something; what cannot be recorded becomes `lab.failed`.
 */
import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { HistoryError } from './errors.ts';
import { eventSchemas, type HistoryEvent, type Observation, type Recorder } from './events.ts';
import { Concealer } from './secrets.ts';
import { Waiters } from './waiters.ts';

export class HistoryWriter implements Recorder, AsyncDisposable {
  readonly #events: HistoryEvent[] = [];
  readonly #waiters = new Waiters();
  readonly #name: string;
  readonly #file: WriteStream | undefined;
  readonly #secrets = new Concealer();
  #failure: Error | undefined;
  #closed = false;
  #late = 0;

  private constructor(name: string, file?: WriteStream) {
    this.#name = name;
    this.#file = file;
    file?.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  /** A new file at `path`. An existing history is never written over: HistoryError. */
  static async open(path: string): Promise<HistoryWriter> {
    const file = createWriteStream(path, { flags: 'wx' });
    try {
      await once(file, 'open');
    } catch (cause) {
      throw new HistoryError(
        { file: path },
        'cannot be made',
        'Name a folder that exists and has no history yet',
        {
          cause,
        },
      );
    }
    return new HistoryWriter(path, file);
  }
  /** Without a file. */
  static inMemory(): HistoryWriter {
    return new HistoryWriter('history in memory');
  }

  /** All events so far; the array grows. */
  get events(): readonly HistoryEvent[] {
    return this.#events;
  }
  /** How many observations came after `close` and are not in the history. */
  get late(): number {
    return this.#late;
  }
  get closed(): boolean {
    return this.#closed;
  }

  record(source: string, observation: Observation, at?: number): HistoryEvent {
    const stamp = { n: this.#events.length + 1, t: Date.now(), ...(at === undefined ? {} : { at }), source };
    // Packets hold no text, and there are too many of them to look through.
    const shown = observation.kind === 'packet' ? observation : this.#secrets.apply(observation);
    const event: HistoryEvent = { ...stamp, ...sound(source, shown) };
    if (this.#closed) {
      this.#tooLate(event);
      return event;
    }
    this.#events.push(event);
    this.#file?.write(`${JSON.stringify(event)}\n`);
    // Packets come by the thousand, and none of them alone ends a wait.
    if (event.kind !== 'packet') this.#waiters.wake();
    return event;
  }

  /** From now on the mark of `name` (secrets.ts) stands for each of these texts, whoever records it. */
  conceal(name: string, forms: readonly string[]): void {
    this.#secrets.add(name, forms);
  }

  /** Resolves when something other than a packet was recorded, at `close`, after `ms`, or on abort. */
  changed(ms?: number, signal?: AbortSignal): Promise<void> {
    return this.#closed ? Promise.resolve() : this.#waiters.wait(ms, signal);
  }

  /** All events from the first on, those to come included; ends with `close`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<HistoryEvent, void, undefined> {
    for (let index = 0; ;) {
      const event = this.#events[index];
      if (event) {
        index++;
        yield event;
      } else if (this.#closed) return;
      else await this.#waiters.wait(PACKETS_ALONE);
    }
  }

  /** Resolves when all that was recorded before is with the operating system. */
  async flush(): Promise<void> {
    const file = this.#file;
    if (file && !file.closed && !this.#failure)
      await new Promise<void>((resolve) => {
        file.write('', () => resolve());
      });
    this.#complain();
  }

  /** Ends the history. Throws HistoryError if the file is not whole. Idempotent. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#waiters.wake();
      const file = this.#file;
      if (file && !this.#failure) await new Promise<void>((resolve) => file.close(() => resolve()));
    }
    this.#complain();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #complain(): void {
    if (this.#failure)
      throw new HistoryError({ file: this.#name }, `could not be written: ${this.#failure.message}`, REMEDY, {
        cause: this.#failure,
      });
  }
  #tooLate({ source, kind }: HistoryEvent): void {
    this.#late++;
    if (this.#late === 1)
      process.emitWarning(
        `${this.#name}: ${kind} of ${source} came after the end of the history and is ignored, like all that follow`,
        'HistoryWarning',
      );
  }
}

const REMEDY = 'Make room on the disk and run again';
/** Packets wake nobody, so that a reader of all events looks for them at this interval, in ms. */
const PACKETS_ALONE = 100;

/** An observation that breaks the contract is a fault of ours: it must be seen, and charged to nobody else. */
function sound(source: string, observation: Observation): Observation {
  const { kind } = observation;
  // Observations come over streams too, where no compiler has looked at them.
  const schema = (eventSchemas as Readonly<Partial<typeof eventSchemas>>)[kind];
  const checked = schema?.safeParse(observation);
  if (checked?.success) return observation;
  const cause = checked ? checked.error.message : `no event is called ${kind}`;
  return { kind: 'lab.failed', blame: 'harness', what: `recording ${kind} of ${source}`, cause };
}

/**
 * Commands in a node of ours without a call of the engine for each: starting an exec costs the engine some ten times what
 * the command itself costs. One exec, begun with the first command, runs them all; only ever in nodes of the lab, never
 * in an endpoint, where somebody could write into its streams.
 */
import { readFileSync } from 'node:fs';
import type { RunResult, StartedContainer, StartedExec } from './engine.ts';
import { LATE, orLate } from './late.ts';
import { USUAL_TIMEOUT_MS } from './run.ts';
import { LineReader } from './lines.ts';

const PROGRAM = readFileSync(new URL('./runner.pl', import.meta.url), 'utf8');

/** The runner itself ends what takes too long: one that does not say so after this has gone, and its stream has not told. */
const OVERDUE_MS = 10_000;

type RunOptions = NonNullable<Parameters<StartedContainer['run']>[1]>;
/** Undefined: the runner ended before it answered. */
type Settle = (answer: readonly string[] | undefined) => void;

/** The same container, whose own user's commands are run by one process in it. */
export function withRunner(container: StartedContainer): StartedContainer {
  let runner: Promise<Runner> | undefined;
  return {
    ...container,
    run: async (argv, options = {}) => {
      // What is gone, cannot be started or is run as somebody else is the engine's business, and its errors.
      if (options.user !== undefined || options.cwd !== undefined) return container.run(argv, options);
      runner ??= container.exec(['perl', '-e', PROGRAM]).then((exec) => new Runner(exec));
      const answer = await (await runner.catch(() => undefined))?.run(argv, options);
      // Where it ended before it answered the lab is broken: the engine tells how.
      return answer ?? container.run(argv, options);
    },
    [Symbol.asyncDispose]: async () => {
      await container[Symbol.asyncDispose]();
      // Not every engine closes the stream of a process that went with its container.
      await (await runner?.catch(() => undefined))?.close();
    },
  };
}

class Runner {
  readonly #exec: StartedExec;
  readonly #waiting = new Map<string, Settle>();
  #asked = 0;
  #alive = true;

  constructor(exec: StartedExec) {
    this.#exec = exec;
    exec.stdin.on('error', () => this.#end());
    exec.stderr.resume();
    // How it ended says nothing that the end of its output does not say.
    exec.ended.then(undefined, () => undefined);
    void this.#read();
  }

  /** Undefined if it has ended, or ends before it has an answer. */
  async run(argv: readonly string[], options: RunOptions): Promise<RunResult | undefined> {
    if (!this.#alive) return undefined;
    const begun = performance.now();
    const { env = {}, input = '', timeoutMs = USUAL_TIMEOUT_MS } = options;
    const asked = new Promise<readonly string[] | undefined>((settle) => {
      const id = String(this.#asked++);
      this.#waiting.set(id, settle);
      const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const words = [hex(nul(argv)), hex(nul(pairs)), hex(input)];
      this.#exec.stdin.write(`${[id, timeoutMs / 1000, ...words].join(' ')}\n`);
    });
    const answer = await orLate(asked, timeoutMs + OVERDUE_MS);
    const ms = Math.round(performance.now() - begun);
    if (answer === LATE) {
      this.#end();
      return { exit: null, stdout: '', stderr: '', timedOut: true, ms };
    }
    if (answer === undefined) return undefined;
    const [exit = '', late, stdout = '-', stderr = '-'] = answer;
    const timedOut = late === '1';
    return { exit: timedOut ? null : Number(exit), stdout: text(stdout), stderr: text(stderr), timedOut, ms };
  }

  async close(): Promise<void> {
    await this.#exec[Symbol.asyncDispose]();
  }

  async #read(): Promise<void> {
    const lines = new LineReader((line) => {
      const [id = '', ...answer] = line.split(' ');
      this.#waiting.get(id)?.(answer);
      this.#waiting.delete(id);
    });
    try {
      for await (const chunk of this.#exec.stdout) lines.push(chunk as Buffer);
    } catch {
      // broken streams: whoever waits is told below
    }
    this.#end();
  }

  #end(): void {
    this.#alive = false;
    for (const settle of this.#waiting.values()) settle(undefined);
    this.#waiting.clear();
  }
}

const nul = (words: readonly string[]): string => words.map((word) => `${word}\0`).join('');
const hex = (content: string | Buffer): string => Buffer.from(content).toString('hex') || '-';
const text = (content: string): string =>
  content === '-' ? '' : Buffer.from(content, 'hex').toString('utf8');

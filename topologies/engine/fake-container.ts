/** A container of the fake engine: a disk, networks, a state, and scripted programs. */
import { PassThrough } from 'node:stream';
import type { ContainerSpec, FileToPut, ProcessRow, StartedContainer, StartedNetwork } from './engine.ts';
import { EngineError } from './errors.ts';
import { fakeExec, type FakeProgram } from './fake-process.ts';
import { runToEnd } from './run.ts';

export class FakeContainer {
  readonly spec: ContainerSpec;
  readonly name: string;
  readonly run: string;
  readonly disk = new Map<string, Buffer>();
  readonly networks = new Map<string, string>();
  state: 'running' | 'paused' | 'ended' | 'removed' = 'running';
  exit: number | null = null;
  #execs = new Map<number, readonly string[]>();
  #life = new AbortController();
  #pids = 1;
  /** each program that is begun has cost a millisecond */
  #cpuNanos = 0;

  constructor(name: string, run: string, spec: ContainerSpec) {
    this.name = name;
    this.run = run;
    this.spec = spec;
  }

  attach(network: StartedNetwork, address?: string): void {
    if (this.networks.has(network.name)) throw this.refused('connecting', 'already connected');
    this.networks.set(network.name, address ?? network.address(2 + this.networks.size));
  }
  end(exit: number | null, state: 'ended' | 'removed' = 'ended'): void {
    this.state = state;
    this.exit = exit;
    this.#life.abort();
  }
  begin(): void {
    this.#life = new AbortController();
    this.state = 'running';
    this.exit = null;
  }
  exec(programs: readonly FakeProgram[], argv: readonly string[], options = {}) {
    if (this.state !== 'running') throw this.refused(`running ${argv.join(' ')} in`, `it is ${this.state}`);
    const pid = ++this.#pids;
    this.#cpuNanos += 1_000_000;
    this.#execs.set(pid, argv);
    const call = { container: this.spec.name, argv, options, disk: this.disk };
    const exec = fakeExec(programs, call, this.#life.signal);
    void exec.ended.then(() => this.#execs.delete(pid));
    return exec;
  }
  processes(): readonly ProcessRow[] {
    if (this.state !== 'running') throw this.refused('listing processes of', `it is ${this.state}`);
    const rows = [[1, this.spec.argv ?? ['sh']] as const, ...this.#execs];
    return rows.map(([pid, argv]) => ({ pid, user: '0', command: argv.join(' ') }));
  }
  usage(): { memoryBytes: number; cpuNanos: number } {
    if (this.state !== 'running') throw this.refused('reading the use of', `it is ${this.state}`);
    return { memoryBytes: 1_000_000 * (1 + this.#execs.size), cpuNanos: this.#cpuNanos };
  }
  refused(what: string, why: string): EngineError {
    const cause = new Error(why);
    return new EngineError({
      code: 'engine-refused',
      what: `${what} ${this.name}`,
      cause,
      remedy: 'this is the fake',
    });
  }
}

function put(container: FakeContainer, files: readonly FileToPut[]): Promise<void> {
  for (const file of files) container.disk.set(file.path, Buffer.from(file.content));
  return Promise.resolve();
}

export function fakeStarted(
  container: FakeContainer,
  programs: readonly FakeProgram[],
  remove: () => void,
): StartedContainer {
  // `async` so that a refusal is a rejection, as with a real engine
  const soon = async (work: () => void) => Promise.resolve().then(work);
  return {
    id: container.name,
    name: container.name,
    exec: async (argv, options) => Promise.resolve().then(() => container.exec(programs, argv, options)),
    run: async (argv, { input, timeoutMs, ...options } = {}) =>
      runToEnd(container.exec(programs, argv, options), { input, timeoutMs }),
    put: (files) => put(container, files),
    get: (path) => Promise.resolve(container.disk.get(path)),
    has: (path) => Promise.resolve(container.disk.has(path)),
    changes: () => Promise.resolve([...container.disk.keys()]),
    top: async () => Promise.resolve().then(() => container.processes()),
    restart: () =>
      soon(() => {
        container.end(143);
        container.begin();
      }),
    kill: (signal) =>
      soon(() => {
        if (/KILL/.test(signal)) container.end(137);
        else if (/TERM/.test(signal)) container.end(143);
      }),
    pause: () => soon(() => (container.state = 'paused')),
    unpause: () => soon(() => (container.state = 'running')),
    connect: (network, address) => soon(() => container.attach(network, address)),
    disconnect: (network) =>
      soon(() => {
        if (!container.networks.delete(network.name))
          throw container.refused('disconnecting', 'not connected');
      }),
    inspect: () =>
      Promise.resolve({
        running: container.state === 'running' || container.state === 'paused',
        exit: container.exit,
        networks: Object.fromEntries(container.networks),
      }),
    stats: async () => Promise.resolve().then(() => container.usage()),
    [Symbol.asyncDispose]: () => soon(remove),
  };
}

/** For programs that only read their input. */
export async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const copy = stream.pipe(new PassThrough());
  let text = '';
  for await (const chunk of copy) text += String(chunk);
  return text;
}

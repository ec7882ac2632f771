/** A long-lived process in a node of the lab: its streams are ours, and its end is always noticed. */
import type { Recorder } from '../../history/events.ts';
import type { ExecOptions, StartedContainer, StartedExec } from '../engine/engine.ts';
import { within } from '../deadline.ts';
import { LabError } from '../errors.ts';
import { LineReader } from '../engine/lines.ts';

const STDERR_KEPT = 4096;
const PID_FOLDER = '/tmp';
/**
 * The engine cannot signal an exec, and one more exec for each signal is dear. So a reader beside the process takes
 * the names of signals from the exec's stdin, whose end, also that of a harness that was killed, is SIGTERM. It
 * is nobody's child, or programs that wait for children of their own would meet it. The file tells an end for want of
 * streams from one of the process's own: the engine's status for the first differs from version to version.
 */
const signalled = (cutFile: string): string => `exec 3<&0
( ( while read -r signal <&3; do kill -"$signal" $$; done; kill -0 $$ && : > "${cutFile}"; kill -TERM $$ ) >/dev/null 2>&1 & )
exec "$@" </dev/null 3<&-`;

export interface ProcessSpec {
  /** name of the node in the topology, for events */
  readonly node: string;
  readonly process: string;
  readonly argv: readonly string[];
  /** shell text that runs in the same exec before the process, e.g. to write its configuration */
  readonly prepare?: string;
  readonly options?: ExecOptions;
  /** The process reads its stdin itself; its end is then the order to end, and other signals cost an exec. */
  readonly ownStdin?: boolean;
  readonly recorder: Recorder;
  /** stdout as it comes; an exception is recorded as lab.failed and the stream is read on */
  readonly onOutput?: (chunk: Buffer) => void;
  readonly onErrorLine?: (line: string) => void;
}

/** So long an engine may take, ms, to say how a container has ended; until it has, nobody knows that something has. */
const OWN_END_MS = 2000;

export class NodeProcess {
  readonly spec: ProcessSpec;
  /** Exit status, after both streams have been read to their end. */
  readonly ended: Promise<number | null>;
  readonly #container: StartedContainer;
  readonly #exec: StartedExec;
  #declared = false;
  #stderr = '';
  readonly #errorListeners = new Set<(line: string) => void>();

  static async start(container: StartedContainer, spec: ProcessSpec): Promise<NodeProcess> {
    const start = spec.ownStdin === true ? 'exec "$@"' : signalled(cutFile(spec));
    const script = `${spec.prepare ?? ''}\necho $$ > ${pidFile(spec)}\n${start}`;
    const exec = await container.exec(['sh', '-ec', script, 'sh', ...spec.argv], spec.options);
    return new NodeProcess(container, exec, spec);
  }

  private constructor(container: StartedContainer, exec: StartedExec, spec: ProcessSpec) {
    this.#container = container;
    this.#exec = exec;
    this.spec = spec;
    const out = this.#read(exec.stdout, spec.onOutput ?? (() => undefined));
    const lines = new LineReader((line) => this.#takeErrorLine(line));
    const err = this.#read(exec.stderr, (chunk) => lines.push(chunk)).then(() => lines.end());
    this.ended = this.#watch(out, err);
  }

  get stdin(): StartedExec['stdin'] {
    return this.#exec.stdin;
  }
  get stderr(): string {
    return this.#stderr;
  }

  /** Its end, from now on, is asked for: `process.ended` says declared. */
  declareEnd(): void {
    this.#declared = true;
  }

  /** Waits for a line on stderr; lines from before the call count, too. */
  async line(pattern: RegExp, ms: number): Promise<string> {
    const earlier = this.#stderr.split('\n').find((line) => pattern.test(line));
    if (earlier !== undefined) return earlier;
    let listener: ((line: string) => void) | undefined;
    const seen = new Promise<string>((resolve) => {
      listener = (line) => {
        if (pattern.test(line)) resolve(line);
      };
      this.#errorListeners.add(listener);
    });
    try {
      return await within(ms, Promise.race([seen, this.#failEarly(pattern)]), () =>
        this.#complaint(`did not say ${String(pattern)} within ${ms} ms`),
      );
    } finally {
      if (listener !== undefined) this.#errorListeners.delete(listener);
    }
  }

  /** Without an answer: whoever sends one looks whether it had its effect. */
  async signal(name: 'TERM' | 'INT' | 'STOP' | 'CONT' | 'KILL' | 'USR1' | 'HUP'): Promise<void> {
    if (this.spec.ownStdin !== true) {
      await this.#write(`${name}\n`, `took no SIG${name}`);
      return;
    }
    const kill = ['sh', '-c', `kill -${name} "$(cat ${pidFile(this.spec)})"`];
    const { exit, stderr } = await this.#container.run(kill);
    if (exit !== 0) throw this.#complaint(`took no SIG${name}: ${stderr.trim()}`);
  }

  /** Ends it on purpose: signal, then wait until all of its output is read. */
  async stop(signal: 'TERM' | 'INT' | 'KILL' | 'USR1', ms: number): Promise<void> {
    this.declareEnd();
    const gone = Symbol('gone');
    const ended = this.ended.then(() => gone);
    if ((await Promise.race([ended, Promise.resolve()])) === gone) return;
    // It may end between the look and the signal; then there is nobody to signal, and that is fine.
    await this.signal(signal).catch((cause: unknown) =>
      within(ms, ended, () => (cause instanceof Error ? cause : new Error(String(cause)))),
    );
    await within(ms, ended, () => this.#complaint(`did not end within ${ms} ms after SIG${signal}`));
  }

  async #write(text: string, otherwise: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#exec.stdin.write(text, (error) =>
        error ? reject(this.#complaint(`${otherwise}: ${error.message}`)) : resolve(),
      );
    });
  }

  #takeErrorLine(line: string): void {
    this.#stderr = `${this.#stderr}${line}\n`.slice(-STDERR_KEPT);
    this.spec.onErrorLine?.(line);
    for (const listener of this.#errorListeners) listener(line);
  }

  async #failEarly(pattern: RegExp): Promise<never> {
    const exit = await this.ended;
    throw this.#complaint(`ended with ${String(exit)} before it said ${String(pattern)}`);
  }

  #complaint(what: string): LabError {
    const { node, process } = this.spec;
    return new LabError(
      blameFor(process),
      `${process} on ${node} ${what}`,
      this.#stderr.trim() || 'it wrote nothing on stderr',
    );
  }

  async #read(stream: AsyncIterable<unknown>, take: (chunk: Buffer) => void): Promise<void> {
    let broken = false;
    try {
      for await (const chunk of stream) {
        if (broken) continue;
        try {
          take(chunk as Buffer);
        } catch (cause) {
          broken = true;
          this.#record({
            kind: 'lab.failed',
            blame: 'harness',
            what: `output of ${this.spec.process} on ${this.spec.node} could not be read`,
            cause: String(cause),
          });
        }
      }
    } catch (cause) {
      if (!this.#declared)
        this.#record({
          kind: 'lab.failed',
          blame: 'engine',
          what: `stream of ${this.spec.process} on ${this.spec.node} broke`,
          cause: String(cause),
        });
    }
  }

  async #watch(out: Promise<void>, err: Promise<void>): Promise<number | null> {
    await Promise.all([out, err]);
    const status = await this.#exec.ended.catch(() => null);
    const declared = this.#declared;
    const exit = declared ? status : await this.#ownEnd(status);
    const { node, process } = this.spec;
    this.#record({
      kind: 'process.ended',
      node,
      process,
      exit,
      declared,
      // What a process says that ended as it should is in its log; here it would only fill the history.
      stderr: declared && exit === 0 ? '' : this.#stderr,
    });
    return exit;
  }

  /** Null: the engine lost it. Of a container that has ended an engine may forget what ran in it, but not its own end. */
  async #ownEnd(status: number | null): Promise<number | null> {
    if (status !== null) return (await this.#wasCutOff()) ? null : status;
    const late = (): Error => new Error(`no answer within ${OWN_END_MS} ms`);
    return within(OWN_END_MS, this.#container.inspect(), late).then(
      ({ exit }) => exit,
      () => null,
    );
  }

  /** Its streams broke while it ran, and it ended for that: nothing of its own. */
  async #wasCutOff(): Promise<boolean> {
    const asked = this.#container.run(['test', '-e', cutFile(this.spec)]);
    return asked.then(
      ({ exit }) => exit === 0,
      () => false,
    );
  }

  #record(observation: Parameters<Recorder['record']>[1]): void {
    this.spec.recorder.record(`node:${this.spec.node}`, observation);
  }
}

const pidFile = (spec: ProcessSpec): string => `${PID_FOLDER}/heiiki-${spec.process}.pid`;
const cutFile = (spec: ProcessSpec): string => `${PID_FOLDER}/heiiki-${spec.process}.cut`;

function blameFor(process: string): LabError['blame'] {
  switch (process.replace(/-.*/, '')) {
    case 'squid':
    case 'tinyproxy':
    case 'haproxy':
    case 'dante':
    case 'front':
    case 'fault':
      return 'relay';
    case 'dnsmasq':
      return 'resolver';
    case 'tcpdump':
      return 'capture';
    case 'app':
      return 'cloud';
    default:
      return 'lab';
  }
}

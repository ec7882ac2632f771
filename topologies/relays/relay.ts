/** A relay: the only way from a closed zone to the cloud. One program after another, as its settings change. */
import { readFileSync } from 'node:fs';
import type { Recorder } from '../../history/events.ts';
import { READY_MS, STOP_MS, together } from '../deadline.ts';
import type { StartedContainer } from '../engine/engine.ts';
import { EvidenceFile } from '../evidence/file.ts';
import { parseRelayLine } from '../evidence/relay-log.ts';
import type { RelayLine } from '../evidence/relay-log.ts';
import { LineReader } from '../engine/lines.ts';
import { NodeProcess } from '../nodes/process.ts';
import { written } from '../nodes/written.ts';
import type { RelaySettings, Software } from './software.ts';
import { BEHIND_FRONT } from './squid.ts';

const FRONT_SCRIPT = readFileSync(new URL('./strict-front.pl', import.meta.url), 'utf8');

export interface RelaySpec {
  readonly name: string;
  readonly software: Software;
  readonly settings: RelaySettings;
  /** addresses of our own nodes: what they ask for is the lab's self-test */
  readonly ours: ReadonlySet<string>;
  readonly recorder: Recorder;
  readonly logFile: string;
}
/** What runs now; the front only where the relay is strict. */
interface Running {
  readonly program: NodeProcess;
  readonly fronts: readonly NodeProcess[];
}

export class RelayProcess {
  readonly #container: StartedContainer;
  readonly #spec: RelaySpec;
  readonly #file: EvidenceFile;
  #settings: RelaySettings;
  #running: Running;

  /** Resolves when it accepts connections. */
  static async start(container: StartedContainer, spec: RelaySpec): Promise<RelayProcess> {
    const file = new EvidenceFile(spec.logFile);
    return new RelayProcess(container, spec, file, await run(container, spec, spec.settings, file));
  }

  private constructor(container: StartedContainer, spec: RelaySpec, file: EvidenceFile, running: Running) {
    this.#container = container;
    this.#spec = spec;
    this.#file = file;
    this.#settings = spec.settings;
    this.#running = running;
  }

  get settings(): RelaySettings {
    return this.#settings;
  }

  /** Ends it in order, which cuts every tunnel, and starts it with what is new. Resolves when it accepts connections. */
  async change(settings: Partial<RelaySettings>): Promise<void> {
    await this.#stop();
    this.#settings = { ...this.#settings, ...settings };
    this.#running = await run(this.#container, this.#spec, this.#settings, this.#file);
  }

  async pause(): Promise<void> {
    await this.#running.program.signal('STOP');
  }
  async resume(): Promise<void> {
    await this.#running.program.signal('CONT');
  }
  /** Ends it in order, so that tunnels that are still open are logged, too. */
  async finish(): Promise<void> {
    await this.#stop();
    await this.#file.close();
  }

  async #stop(): Promise<void> {
    const { program, fronts } = this.#running;
    await program.stop(this.#spec.software.end, STOP_MS);
    await together(fronts.map((front) => front.stop('TERM', STOP_MS)));
  }
}

async function run(
  container: StartedContainer,
  spec: RelaySpec,
  settings: RelaySettings,
  file: EvidenceFile,
): Promise<Running> {
  const { software, name, recorder } = spec;
  const take = (reader: (line: string) => RelayLine | undefined) => (line: string) => {
    file.write(`${line}\n`);
    const request = reader(line);
    if (request !== undefined) recordRequest(spec, request);
  };
  const reader = take(software.reader());
  const lines = new LineReader(reader);
  const { env, script } = written(software.files(settings));
  const program = await NodeProcess.start(container, {
    node: name,
    process: software.process,
    argv: software.argv,
    prepare: [script, software.prepare?.(settings) ?? ''].join('\n'),
    options: { user: software.user, cwd: '/tmp', env },
    recorder,
    onOutput: (chunk) => lines.push(chunk),
    onErrorLine: reader,
  });
  await program.line(software.ready, READY_MS);
  const fronts = settings.strictHost
    ? settings.listen.map((address) => startFront(container, spec, address, take(parseRelayLine)))
    : [];
  return { program, fronts: await together(fronts) };
}

async function startFront(
  container: StartedContainer,
  spec: RelaySpec,
  listen: string,
  take: (line: string) => void,
): Promise<NodeProcess> {
  const [address = '', port = ''] = listen.split(':');
  const lines = new LineReader(take);
  const front = await NodeProcess.start(container, {
    node: spec.name,
    process: `front-${address}`,
    argv: ['perl', '-e', FRONT_SCRIPT, address, port, String(BEHIND_FRONT)],
    options: { user: 'proxy' },
    recorder: spec.recorder,
    onOutput: (chunk) => lines.push(chunk),
  });
  await front.line(/^listening/, READY_MS);
  return front;
}

function recordRequest({ name, ours, recorder }: RelaySpec, { at, ...line }: RelayLine): void {
  const source = `relay:${name}`;
  recorder.record(source, { kind: 'relay.request', relay: name, ...line, ours: ours.has(line.client) }, at);
}

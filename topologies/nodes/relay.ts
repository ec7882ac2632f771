/** The relay: the only way from a closed zone to the cloud, and the faults that it can have. */
import { readFileSync } from 'node:fs';
import type { Recorder } from '../../history/events.ts';
import { together } from '../deadline.ts';
import type { StartedContainer } from '../engine/engine.ts';
import { EvidenceFile } from '../evidence/file.ts';
import { parseRelayLine } from '../evidence/relay-log.ts';
import type { RelayLine } from '../evidence/relay-log.ts';
import { LineReader } from './lines.ts';
import { NodeProcess } from './process.ts';
import { BEHIND_FRONT, squidConfig } from './squid.ts';
import type { SquidSettings } from './squid.ts';

const FRONT_SCRIPT = readFileSync(new URL('./strict-front.pl', import.meta.url), 'utf8');
const READY_MS = 10_000;
const STOP_MS = 5_000;

export interface RelaySpec {
  readonly name: string;
  readonly settings: SquidSettings;
  /** addresses of our own nodes: what they ask for is the lab's self-test */
  readonly ours: ReadonlySet<string>;
  readonly recorder: Recorder;
  readonly logFile: string;
}

export class RelayProcess {
  readonly #process: NodeProcess;
  readonly #fronts: readonly NodeProcess[];
  readonly #file: EvidenceFile;

  /** Resolves when it accepts connections. */
  static async start(container: StartedContainer, spec: RelaySpec): Promise<RelayProcess> {
    const file = new EvidenceFile(spec.logFile);
    const lines = new LineReader((line) => {
      file.write(`${line}\n`);
      const request = parseRelayLine(line);
      if (request !== undefined) recordRequest(spec, request);
    });
    const process = await NodeProcess.start(container, {
      node: spec.name,
      process: 'squid',
      argv: ['squid', '-N', '-f', '/tmp/squid.conf'],
      prepare: 'printf %s "$CONFIG" > /tmp/squid.conf',
      options: { user: 'proxy', cwd: '/tmp', env: { CONFIG: squidConfig(spec.settings) } },
      recorder: spec.recorder,
      onOutput: (chunk) => lines.push(chunk),
    });
    await process.line(/Accepting HTTP Socket connections/, READY_MS);
    const fronts = spec.settings.strictHost
      ? await together(spec.settings.listen.map((address) => startFront(container, spec, address, lines)))
      : [];
    return new RelayProcess(process, fronts, file);
  }

  private constructor(process: NodeProcess, fronts: readonly NodeProcess[], file: EvidenceFile) {
    this.#process = process;
    this.#fronts = fronts;
    this.#file = file;
  }

  async pause(): Promise<void> {
    await this.#process.signal('STOP');
  }
  async resume(): Promise<void> {
    await this.#process.signal('CONT');
  }
  /** Ends it in order, so that tunnels that are still open are logged, too. */
  async finish(): Promise<void> {
    await this.#process.stop('TERM', STOP_MS);
    await together(this.#fronts.map((front) => front.stop('TERM', STOP_MS)));
    await this.#file.close();
  }
}

async function startFront(
  container: StartedContainer,
  spec: RelaySpec,
  listen: string,
  lines: LineReader,
): Promise<NodeProcess> {
  const [address = '', port = ''] = listen.split(':');
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

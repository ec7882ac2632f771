/** Strangers and witnesses of a topology: nodes that no product has to do with, and that say what they hear. */
import { READY_MS, STOP_MS } from '../deadline.ts';
import { readFileSync } from 'node:fs';
import type { HistoryEventOf, Recorder } from '../../history/events.ts';
import type { StartedContainer } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import { EvidenceFile } from '../evidence/file.ts';
import { runProbes } from '../probes.ts';
import type { Outcome } from '../probes.ts';
import { FrameReader } from './ndjson.ts';
import { NodeProcess } from './process.ts';

const PROGRAM = readFileSync(new URL('./outsider.mjs', import.meta.url), 'utf8');
const [KEY, CERT] = ['/tmp/outsider.key', '/tmp/outsider.pem'];
/** The right names from the wrong issuer: what a client refuses that checks more than the name. */
const CERTIFICATE = `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -keyout ${KEY} -out ${CERT} -subj /CN=stranger.invalid -addext "subjectAltName=$NAMES" 2>/dev/null`;

const KNOCK_SECONDS = 2;

type Heard = HistoryEventOf<'outsider.heard'>;

export interface OutsiderSpec {
  readonly name: string;
  readonly role: Heard['role'];
  readonly address: string;
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
  readonly signIn: boolean;
  /** whom its certificate names: the destinations that a client wants behind a relay */
  readonly names: readonly string[];
  /** addresses of our own nodes: what they send is the lab's self-test */
  readonly ours: ReadonlySet<string>;
  readonly recorder: Recorder;
  readonly logFile: string;
}

export class Outsider {
  readonly #container: StartedContainer;
  readonly #process: NodeProcess;
  readonly #file: EvidenceFile;

  /** Resolves when it listens. The container's image has node and openssl. */
  static async start(container: StartedContainer, spec: OutsiderSpec): Promise<Outsider> {
    const file = new EvidenceFile(spec.logFile);
    const frames = new FrameReader({
      onFrame: (frame) => {
        file.write(`${JSON.stringify(frame)}\n`);
        record(spec, frame);
      },
      onGap: (expected, got) =>
        spec.recorder.record(`outsider:${spec.name}`, {
          kind: 'stream.gap',
          stream: `outsider:${spec.name}`,
          expected,
          got,
        }),
      onNoise: (line) => file.write(`${line}\n`),
    });
    const { role, address, tcp, udp, signIn, names } = spec;
    const settings = { relay: role === 'stranger', address, tcp, udp, signIn, key: KEY, cert: CERT };
    const process = await NodeProcess.start(container, {
      node: spec.name,
      process: 'outsider',
      argv: ['node', '--input-type=module', '-e', PROGRAM, JSON.stringify(settings)],
      prepare: CERTIFICATE,
      options: { env: { NAMES: names.map((name) => `DNS:${name}`).join(',') || 'DNS:stranger.invalid' } },
      recorder: spec.recorder,
      onOutput: (chunk) => frames.push(chunk),
    });
    await process.line(/^listening/, READY_MS);
    return new Outsider(container, process, file);
  }

  private constructor(container: StartedContainer, process: NodeProcess, file: EvidenceFile) {
    this.#container = container;
    this.#process = process;
    this.#file = file;
  }

  /** Opens a TCP connection to that port and says the text if it gets one. Tries for two seconds. */
  async knock(address: string, port: number, text: string): Promise<Outcome> {
    const probe = { id: 'knock', kind: 'tcp', address, port, text } as const;
    const [result] = await runProbes(this.#container, [probe], { seconds: KNOCK_SECONDS });
    if (result === undefined) throw new LabError('harness', `knocking at ${address}`, 'it has no result');
    return result.outcome;
  }
  /** Ends it, after which all that it heard is in the history. */
  async finish(): Promise<void> {
    await this.#process.stop('TERM', STOP_MS);
    await this.#file.close();
  }
}

const WHATS: ReadonlySet<unknown> = new Set<Heard['what']>([
  'connected',
  'request',
  'plain',
  'tls-hello',
  'tls-accepted',
  'tls-refused',
  'application',
  'datagram',
  'ended',
]);

/** Frames come from our own program; one that is not what it says makes the stream worthless. */
function record({ name, role, ours, recorder }: OutsiderSpec, frame: Record<string, unknown>): void {
  const { what, connection, from, fromPort, port, protocol, bytes, text } = frame;
  if (!WHATS.has(what) || typeof from !== 'string' || typeof text !== 'string')
    throw new Error(`outsider ${name} said ${JSON.stringify(frame)}`);
  recorder.record(`outsider:${name}`, {
    kind: 'outsider.heard',
    outsider: name,
    role,
    what: what as Heard['what'],
    connection: Number(connection),
    from,
    fromPort: Number(fromPort),
    port: Number(port),
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    bytes: Number(bytes),
    text,
    ours: ours.has(from),
  });
}

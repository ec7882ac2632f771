/**
 * One scenario as it is played: a history, a lab, the cloud's console and the product on its endpoint.
 * Steps say what is done and asked; everything that happens goes to the history.
 */
import { createHash } from 'node:crypto';
import type { HistoryEvent } from '../../history/events.ts';
import type { HistoryWriter } from '../../history/writer.ts';
import {
  attack,
  benignTwin,
  fileAttack,
  indicatorContent,
  makeAccounts,
  ordinaryPrograms,
  type Act,
  type FileAttack,
  type StimulusId,
} from '../../mocks/workloads/stimuli.ts';
import type { HookName, TimingKey } from '../../products/schema.ts';
import type { CertificateKind } from '../../mocks/cloud/certificate.ts';
import type { CloudConsole } from '../../mocks/cloud/console.ts';
import type { Endpoint, FaultSettings, Relay, RelayFault, StartedLab } from '../../topologies/lab-types.ts';
import { CheckViolated, LabBroken } from './errors.ts';
import { ask, until, type Question } from './ask.ts';
import { fill, makeRoom } from './disk.ts';
import { freshNonce, seeded, type Random } from './random.ts';
import type { LabRequest, RunContext } from './context.ts';
import { PLACES, type Place } from './places.ts';
import { runHook, type HookValues, type RunBy } from './hooks-of-product.ts';
import { declaredFor, timeFor, type Lane } from './timing.ts';
import { readTraces } from './traces.ts';
import type { LoadedProduct } from '../../products/load.ts';

/** How many indicator samples a scenario can play: their hashes are in the policy before it starts. */
const INDICATORS = 40;
/** How many accounts can join a group: they are there before the product. For who reports nothing else, it is every act. */
const ACCOUNTS = 200;
const ENDPOINT = 'pc';

export interface PlayedAct {
  readonly id: string;
  readonly act: Act;
  readonly started: HistoryEvent;
}

export type LabSettings = Pick<LabRequest, 'stateBytes'>;
interface Setting {
  readonly lab: StartedLab;
  readonly cloud: CloudConsole;
}

export interface SessionOptions {
  readonly context: RunContext;
  readonly product: LoadedProduct;
  readonly history: HistoryWriter;
  readonly seed: number;
  readonly lane: Lane;
  /** folder of the raw evidence */
  readonly evidence: string;
  /** It will be asked what the product has left: what is there before it comes is read, which is dear. */
  readonly traces: boolean;
}

export class Session implements AsyncDisposable {
  readonly product: LoadedProduct;
  readonly history: HistoryWriter;
  readonly random: Random;
  /** acts in order of play */
  readonly acts: PlayedAct[] = [];
  #options: SessionOptions;
  #setting: Setting | undefined;
  #indicators = Array.from({ length: INDICATORS }, freshNonce);
  #secret = freshNonce();
  #used = 0;
  #accounts = Array.from({ length: ACCOUNTS }, freshNonce);
  #joined = 0;
  /** endpoints on which it was */
  #installed = new Set<string>();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.product = options.product;
    this.history = options.history;
    this.random = seeded(options.seed, 'session');
  }

  /** folder of the raw evidence */
  get evidence(): string {
    return this.#options.evidence;
  }
  get lane(): Lane {
    return this.#options.lane;
  }
  get lab(): StartedLab {
    if (!this.#setting) throw new Error('this step needs a lab, but no Given has started one');
    return this.#setting.lab;
  }
  get cloud(): CloudConsole {
    if (!this.#setting) throw new Error('this step needs a cloud, but no Given has started a lab');
    return this.#setting.cloud;
  }
  get endpoint(): Endpoint {
    return this.lab.endpoint(ENDPOINT);
  }

  /** of the topology, in its order */
  get endpointNames(): string[] {
    return this.#nodeNames('endpoint');
  }

  /** Starts the lab with the product's files on its endpoint (not installed) and proves it closed. */
  async openLab(place: Place, settings: LabSettings = {}): Promise<void> {
    await this.openTopology(PLACES[place], settings);
  }
  /** The same by the topology's id, one of topologies/*.yaml. */
  async openTopology(topology: string, settings: LabSettings = {}): Promise<void> {
    try {
      this.#setting = await this.#options.context.startLab({
        ...settings,
        topology,
        product: this.product,
        history: this.history,
        evidence: this.#options.evidence,
        indicators: this.#indicators.flatMap(withSibling).map((nonce) => ({
          sha256: sha256(indicatorContent(nonce)),
          name: `sample ${nonce}`,
        })),
      });
      await this.#makeAccounts();
    } catch (cause) {
      throw this.#broken('the lab did not start', cause);
    }
  }

  /** Runs a hook of the product. `relay`: what the installer is told: all of it, `10.0.0.1:3128`, or `none`. */
  async hook(
    name: HookName,
    values: Partial<HookValues> = {},
    endpoint = this.endpoint,
    by?: RunBy,
  ): Promise<HistoryEvent> {
    if (name === 'install' && this.#options.traces && !this.#installed.has(endpoint.name)) {
      this.#installed.add(endpoint.name);
      // What is there before the product comes is no trace of it afterwards.
      await this.#guard('reading the endpoint', () => readTraces(endpoint, this.history));
    }
    const relay = values.relay ?? 'none';
    return this.#guard(`hook ${name}`, () =>
      runHook({
        endpoint,
        history: this.history,
        product: this.product,
        name,
        by,
        values: {
          relay,
          second: 'none',
          secret: 'none',
          protection: this.#secret,
          token: this.#options.context.enrolmentToken,
          ...values,
        },
      }),
    );
  }
  /** What is on the endpoint now, for a comparison with what was there before the product. */
  async readTraces(): Promise<void> {
    if (!this.#options.traces) throw new Error('what was there before is not known: tag the rule @traces');
    await readTraces(this.endpoint, this.history);
  }
  /** One that opens nothing. */
  freshSecret(): string {
    return freshNonce();
  }
  /** The secret that whoever administers the product has. */
  get secret(): string {
    return this.#secret;
  }

  /** The next act of that kind with a nonce that nobody has seen yet. */
  fresh(stimulus: StimulusId): Act {
    switch (stimulus) {
      case 'sha256-indicator':
        return attack(stimulus, this.#indicator());
      case 'T1098.007':
        return attack(stimulus, this.#account());
      default:
        return attack(stimulus, freshNonce());
    }
  }
  /** The benign twin of that kind of attack. */
  twin(stimulus: StimulusId): Act {
    if (stimulus === 'log-line') throw new Error('a log line has no benign twin');
    return benignTwin(stimulus, stimulus === 'T1098.007' ? this.#account() : freshNonce());
  }
  /** So many ordinary programs are started; nothing that a product should report. */
  ordinary(count: number): Act {
    return ordinaryPrograms(freshNonce(), count);
  }
  /** A file attack under a name of its own choice; `variant` (from `variants`) is its content. */
  file(kind: FileAttack, name: string, variant: string): Act {
    return fileAttack(kind, name, variant, this.acts.length + 1);
  }
  /** A content that is an indicator of the policy from the start, so that its file is worth reporting. */
  variant(): string {
    return this.#indicator();
  }

  /** The same but for one byte, and also an indicator. */
  sibling(variant: string): string {
    return siblingOf(variant);
  }

  async play(act: Act): Promise<PlayedAct> {
    const id = `a${this.acts.length + 1}`;
    const endpoint = this.endpoint;
    const started = this.history.record('harness', {
      kind: 'act.started',
      act: id,
      stimulus: act.stimulus,
      twin: act.twin,
      nonce: act.nonce,
      endpoint: endpoint.name,
      zone: endpoint.zone,
      ...(act.file ? { path: act.file } : {}),
    });
    const played = { id, act, started };
    this.acts.push(played);
    await this.#guard(`act ${act.stimulus}`, async () => {
      const result = await endpoint.exec(act.command.argv, { user: act.command.user, timeoutMs: 20_000 });
      const { path, contains } = act.effect;
      const happened =
        contains === undefined
          ? await endpoint.has(path)
          : ((await endpoint.get(path))?.includes(contains) ?? false);
      this.history.record('harness', {
        kind: 'act.finished',
        act: id,
        exit: result.exit,
        // One that did not come to its end in time may not have been played at all.
        effect: happened ? 'happened' : result.timedOut || result.exit === null ? 'unknown' : 'prevented',
        output: `${result.stdout}${result.stderr}`.slice(0, 2000),
      });
    });
    return played;
  }

  /** The hash of the file that an act is about, if it is about one, read from outside. */
  async readHash({ id, act }: PlayedAct): Promise<void> {
    const { endpoint } = this;
    const file = act.file && (await this.#guard('reading a file', () => endpoint.get(act.file ?? '')));
    if (!file) return;
    const value = { act: id, sha256: sha256(file) };
    const read = { endpoint: endpoint.name, by: 'archive', what: 'hash-of-act', value } as const;
    this.history.record('harness', { kind: 'endpoint.state', ...read });
  }

  /**
   * Whether the file that an act is about is still there, seen from outside once a product has had its time: it acts
   * upon what it has seen within the time in which it sees it.
   */
  async readFile({ id, act }: PlayedAct): Promise<void> {
    const { endpoint } = this;
    const { file } = act;
    await until(this.history, Date.now() + this.declared('detect'));
    if (file === undefined) return;
    const there = await this.#guard('looking for a file', () => endpoint.has(file));
    const read = { endpoint: endpoint.name, by: 'archive', what: 'file-of-act' } as const;
    this.history.record('harness', { kind: 'endpoint.state', ...read, value: { act: id, there } });
  }

  /** Time for `key`, as declared, below the lane's ceiling, with the harness's allowance. */
  within(key: TimingKey): number {
    return timeFor(this.product.product.timing, this.#options.lane, key);
  }
  /** The same without the allowance: for a second time in one deadline, and for times that are waited out. */
  declared(key: TimingKey): number {
    return declaredFor(this.product.product.timing, this.#options.lane, key);
  }

  /**
   * Asks a check and waits until it is decided. Throws CheckViolated (product) or LabBroken (lab); what
   * was asked is in the history, so that it can be judged again from there.
   */
  async ask(question: Question): Promise<void> {
    await ask(this.history, question);
  }
  /** The same, but a violation is an answer and not the end of the scenario; nothing is recorded. */
  async happens(question: Question): Promise<boolean> {
    try {
      await ask(this.history, question, { record: false });
      return true;
    } catch (error) {
      if (error instanceof CheckViolated) return false;
      throw error;
    }
  }

  /** The relay of that name; without one, the first of the topology, which products are told of. */
  relay(name?: string): Relay {
    return this.lab.relay(name ?? this.#nodeNames('relay')[0]);
  }
  #nodeNames(wanted: string): string[] {
    const ready = this.history.events.findLast((event) => event.kind === 'lab.ready');
    return ready?.nodes.filter(({ kind }) => kind === wanted).map(({ name }) => name) ?? [];
  }
  /** Loses the relay in that way; the answer is the event that says it is in force. */
  async loseRelay(fault: RelayFault, settings: FaultSettings = {}): Promise<HistoryEvent> {
    await this.#guard(`relay fault ${fault}`, () => this.relay().inject(fault, settings));
    return this.#last('fault.verified');
  }
  async healRelay(): Promise<HistoryEvent> {
    await this.#guard('healing the relay', () => this.relay().heal());
    return this.#last('fault.healed');
  }
  /** What an administrator does to a relay; the answer is the event that says it was seen. */
  async changeRelay(what: string, change: (relay: Relay) => Promise<unknown>): Promise<HistoryEvent> {
    await this.#guard(what, () => change(this.relay()));
    return this.#last('relay.changed');
  }
  /** The endpoint is started again; the answer is the event that says that it has booted. */
  async restart(): Promise<HistoryEvent> {
    await this.#guard('starting the endpoint again', () => this.endpoint.restart());
    return this.#last('endpoint.restarted');
  }
  /** Nothing that a program which has ended has still to say will be said. */
  async forgetConnections(): Promise<void> {
    await this.#guard('ending connections of the endpoint', () => this.endpoint.forgetConnections());
  }
  /** Something that the cloud is told; that it does not obey is never the product's fault. */
  inCloud<T>(what: string, body: (cloud: CloudConsole) => Promise<T>): Promise<T> {
    return this.#guard(what, () => body(this.cloud));
  }
  /** Breaks or heals the cloud; the answer is the event that says so. */
  async changeCloud(what: string, change: (cloud: CloudConsole) => Promise<void>): Promise<HistoryEvent> {
    await this.#guard(what, () => change(this.cloud));
    return this.#last('cloud.fault');
  }
  /** The endpoint sleeps while that is done to it. */
  async asleep(body: () => Promise<void>): Promise<void> {
    await this.#guard('putting the endpoint to sleep', () => this.endpoint.sleep());
    await body();
    await this.#guard('waking the endpoint', () => this.endpoint.wake());
  }
  /** From now on the cloud shows that certificate to whoever connects; null: its own. */
  async showCertificate(kind: CertificateKind | null): Promise<HistoryEvent> {
    await this.#guard('the certificate of the cloud', () =>
      kind === null ? this.cloud.heal() : this.cloud.fault({ kind }),
    );
    return this.#last('cloud.fault');
  }
  /** How far the clock of the cloud is ahead, ms; it shows a certificate that was issued a moment ago by that clock. 0: right. */
  async setCloudClock(ms: number): Promise<HistoryEvent> {
    await this.#guard('the clock of the cloud', async () => {
      if (ms === 0) return this.cloud.heal();
      await this.cloud.fault({ kind: 'clock-off', ms });
      await this.cloud.fault({ kind: 'certificate-by-clock' });
    });
    return this.#last('cloud.fault');
  }
  /** Fills the disk that holds the folder, to its last byte, or takes away what has filled it. */
  async fillDisk(folder: string, full: boolean): Promise<HistoryEvent> {
    await this.#guard('the disk of the endpoint', () =>
      full ? fill(this.endpoint, folder, this.history) : makeRoom(this.endpoint, folder, this.history),
    );
    return this.#last('endpoint.state');
  }
  /** What the endpoint has used so far and holds now, from outside. */
  usage(): ReturnType<Endpoint['usage']> {
    return this.#guard('reading what the endpoint uses', () => this.endpoint.usage());
  }
  /** Moves the endpoint; null means to no network at all. */
  async move(zone: string | null): Promise<HistoryEvent> {
    await this.#guard(`move to ${zone ?? 'no network'}`, () => this.endpoint.move(zone));
    return this.#last('move.finished');
  }

  /** Everything that was captured is in the history after this; nothing must be done in the lab afterwards. */
  async finishEvidence(): Promise<void> {
    await this.#guard('end of the evidence', () => this.lab.finishEvidence());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#setting?.lab[Symbol.asyncDispose]();
  }

  #indicator(): string {
    const nonce = this.#indicators[this.#used++];
    if (!nonce) throw new Error(`a scenario can play ${INDICATORS} samples at most`);
    return nonce;
  }
  #account(): string {
    const nonce = this.#accounts[this.#joined++];
    if (!nonce) throw new Error(`in a scenario ${ACCOUNTS} accounts can join a group at most`);
    return nonce;
  }
  async #makeAccounts(): Promise<void> {
    const { user, argv } = makeAccounts(this.#accounts);
    const { exit, stderr } = await this.endpoint.exec(argv, { user });
    if (exit !== 0) throw new Error(`the accounts could not be made: ${stderr.trim()}`);
  }

  #last(kind: HistoryEvent['kind']): HistoryEvent {
    const event = this.history.events.findLast((candidate) => candidate.kind === kind);
    if (!event) throw new Error(`the lab has not recorded any ${kind}`);
    return event;
  }

  /** Something that is done or looked at on the endpoint; that it fails is never the product's fault. */
  inEndpoint<T>(what: string, body: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    return this.#guard(what, () => body(this.endpoint));
  }

  /** What the harness does in the lab is never the product's fault. */
  async #guard<T>(what: string, body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (cause) {
      throw this.#broken(what, cause);
    }
  }
  #broken(what: string, cause: unknown): LabBroken {
    const broken = LabBroken.from(what, cause);
    this.history.record('harness', { kind: 'lab.failed', blame: broken.blame, what, cause: broken.message });
    return broken;
  }
}

const siblingOf = (variant: string): string => variant.slice(0, -1) + (variant.endsWith('0') ? '1' : '0');
const withSibling = (variant: string): string[] => [variant, siblingOf(variant)];
const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

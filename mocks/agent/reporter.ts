/** Everything that goes to the cloud by itself: enrolment, heartbeat, policy, findings, telemetry, commands. */
import {
  CONTENT,
  type Command,
  type Enrolment,
  type Identity,
  type Policy,
  type Release,
} from '../cloud/protocol/types.ts';
import { BatchSize, PollTime } from './batch.ts';
import type { Boot } from './boot.ts';
import { REQUEST_MS, CloudError, type Cloud } from './cloud.ts';
import type { Commands } from './commands.ts';
import type { Content } from './content.ts';
import type { Behaviour } from './flaws.ts';
import { messageOf } from './files.ts';
import { FlapEcho } from './flap-echo.ts';
import type { Link } from './link.ts';
import { Loop } from './loop.ts';
import { parsePolicy, type PolicyInForce } from './policy.ts';
import { parcel } from './parcel.ts';
import type { Moment } from './order.ts';
import { NewestOnly, type FindingQueue } from './queue.ts';
import type { SelfUpdate } from './self-update.ts';
import type { TelemetryBuffer } from './telemetry.ts';
import { PageError, RouteError, SentElsewhere, wordFor } from './transport/failure.ts';

const HEARTBEAT_MS = 1000;
const RETRY_MS = 650;
/** A first failure may be a connection that had died unseen: tried again at once. */
const FIRST_RETRY_MS = 50;
/** As good as at once, and the machine has others to serve. */
const HAMMER_MS = 10;
const BATCH = 100;
const TELEMETRY_BATCH = 500;
const UPDATE_MS = 5000;
/** An answer that came sooner was no long poll. */
const AT_ONCE_MS = 200;

export interface ReporterParts {
  readonly link: Link;
  readonly cloud: Cloud;
  readonly policy: PolicyInForce;
  readonly content: Content;
  readonly selfUpdate: SelfUpdate;
  readonly boot: Boot;
  readonly queue: FindingQueue;
  readonly telemetry: TelemetryBuffer;
  readonly commands: Commands;
  readonly behaviour: Behaviour;
  readonly enrolment: () => Enrolment;
  readonly enrolled: (identity: Identity) => void;
  readonly policyTaken: (policy: Policy) => void;
  /** the cloud has said what time it has, ms */
  readonly told: (serverTime: number) => void;
  /** for the broken ones that mind what came before what */
  readonly lived: (moment: Moment) => void;
  readonly log: (text: string) => void;
}
export interface Connection {
  readonly connected: boolean;
  readonly via: 'relay' | 'direct' | null;
  /** in few words: connected, relay unreachable, credentials refused, certificate refused, … */
  readonly state: string;
  readonly reason: string;
}

export class Reporter {
  readonly #parts: ReporterParts;
  readonly #health = new Loop(() => this.#beat());
  readonly #findings = new Loop(() => this.#sendFindings());
  readonly #telemetry = new Loop(() => this.#sendTelemetry());
  readonly #commands = new Loop(() => this.#askCommands());
  readonly #updates = new Loop(() => this.#readContent());
  readonly #release = new Loop(() => this.#fetchRelease());
  #failures = 0;
  /** the last attempt met a page for people, or was sent to one */
  #page = false;
  readonly #flaps: FlapEcho | null;
  #lastAnswer: number | null = null;
  #state = 'not connected yet';
  #problem = 'not connected yet';
  readonly #batch: BatchSize;
  readonly #logBatch: BatchSize;
  readonly #poll: PollTime;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
    const { shrinksBatches, poll } = parts.behaviour;
    this.#batch = new BatchSize(BATCH, shrinksBatches);
    this.#logBatch = new BatchSize(TELEMETRY_BATCH, shrinksBatches);
    this.#poll = new PollTime(poll.waitS);
    this.#flaps = parts.behaviour.tellsAgainAfterFlaps ? new FlapEcho(parts.queue) : null;
    parts.link.on('switched', (path) => {
      parts.telemetry.agent(`the way to the cloud is now: ${path}`);
      this.#health.kick();
    });
  }
  start(): void {
    for (const loop of this.#loops) loop.kick();
  }
  stop(): void {
    for (const loop of this.#loops) loop.stop();
  }
  /** A finding is in the queue. */
  found(): void {
    this.#findings.kick();
  }
  /** Connected is what has answered just now, not what once did. */
  connection(now = performance.now()): Connection {
    const fresh = this.#lastAnswer !== null && now - this.#lastAnswer < HEARTBEAT_MS + REQUEST_MS;
    const via = this.#parts.link.path;
    if (fresh && !this.#down && !this.#parts.behaviour.saysConnected)
      return {
        connected: false,
        via: null,
        state: 'no answer',
        reason: 'no answer: the relay is looked for',
      };
    if (fresh && !this.#down)
      return { connected: true, via, state: 'connected', reason: 'the cloud answers' };
    if (this.#hides() || this.#seesPortal())
      return { connected: true, via, state: 'connected', reason: 'the service is running' };
    const reason = this.#failures > 0 ? this.#problem : 'the cloud has not answered for a while';
    const state = this.#failures > 0 ? this.#state : 'no answer';
    return { connected: false, via: null, state, reason: `${state}: ${reason}` };
  }
  #hides(): boolean {
    const { behaviour, cloud } = this.#parts;
    return behaviour.hidesUnreachable && !cloud.identity && !/refused/.test(this.#state);
  }

  #seesPortal(): boolean {
    return this.#parts.behaviour.takesPortal && this.#page;
  }

  get #loops(): readonly Loop[] {
    return [this.#health, this.#findings, this.#telemetry, this.#commands, this.#updates, this.#release];
  }
  /** While the heartbeat gets no answer everything else waits for it: one attempt at a time is enough. */
  get #down(): boolean {
    return this.#failures > 0 || this.#lastAnswer === null;
  }

  async #beat(): Promise<number> {
    const { cloud, policy, queue, content, enrolment, enrolled, boot, behaviour } = this.#parts;
    if (!(await boot.ready())) return HEARTBEAT_MS;
    try {
      if (!cloud.identity) enrolled(await cloud.enrol(enrolment()));
      const { size: queued, dropped } = queue;
      const { policyRevision, serverTime, release } = await cloud.heartbeat({
        sentAt: Date.now(),
        policyRevision: policy.revision,
        queued,
        dropped: behaviour.delivery.announcesLoss ? dropped : 0,
        version: enrolment().product.version,
        ...(content.inForce ? { content: content.inForce } : {}),
      });
      const wasAway = this.#down;
      boot.attempted(true);
      this.#failures = 0;
      this.#lastAnswer = performance.now();
      this.#parts.told(serverTime);
      this.#offered(release);
      if (wasAway) this.#parts.lived({ kind: 'back', via: this.#parts.link.path });
      if (policyRevision !== policy.revision) await this.#readPolicy();
      if (wasAway) this.#flaps?.back(performance.now());
      if (wasAway) for (const loop of this.#loops.slice(1)) loop.kick();
      return HEARTBEAT_MS;
    } catch (cause) {
      return this.#failed(cause);
    }
  }
  #failed(cause: unknown): number {
    const { cloud, log, link, boot } = this.#parts;
    const problem = messageOf(cause);
    if (problem !== this.#problem) log(problem);
    this.#problem = problem;
    this.#state =
      cause instanceof RouteError ? wordFor(cause.failure, link.path === 'relay') : 'cloud refuses';
    this.#failures += 1;
    const silent = cause instanceof RouteError && cause.failure === 'silent';
    if (this.#failures === 1) this.#parts.lived({ kind: 'lost', silent });
    if (this.#parts.behaviour.log.forgetsWhileAway) this.#parts.telemetry.forget();
    if (this.#failures >= (this.#parts.behaviour.givesUpAfter ?? Infinity)) this.#giveUp();
    this.#page = cause instanceof PageError || (cause instanceof RouteError && cause.failure === 'denied');
    if (boot.attempted(false)) this.stop();
    if (cause instanceof CloudError && cause.status === 401) cloud.identity = null;
    if (this.#parts.behaviour.hammersPortal && cause instanceof SentElsewhere) return HAMMER_MS;
    return this.#apart(this.#failures === 1 ? FIRST_RETRY_MS : RETRY_MS);
  }
  #giveUp(): void {
    const { queue } = this.#parts;
    queue.remove(queue.oldest(queue.size - 1).map(({ finding_info }) => finding_info.uid));
  }
  /** Whoever lost the relay lost it at the same moment; nobody must come back to it at the same moment. */
  #apart(ms: number): number {
    const { retrySpread } = this.#parts.behaviour;
    return ms * (1 + retrySpread * (2 * Math.random() - 1));
  }
  async #readPolicy(): Promise<void> {
    const { cloud, policy, policyTaken, telemetry } = this.#parts;
    const read = await cloud.policy(policy.etag);
    if (!read) return;
    const parsed = parsePolicy(read.body);
    if (typeof parsed === 'string') {
      telemetry.agent(`a policy was refused: ${parsed}; the one before stays in force`);
      return;
    }
    policy.take(parsed, read.etag);
    policyTaken(parsed);
    this.#health.kick(); // tells the cloud that it is in force
  }

  async #sendFindings(): Promise<number> {
    const { cloud, queue, content, behaviour } = this.#parts;
    this.#loseWhatTheFlawLoses();
    if (this.#down && queue instanceof NewestOnly) queue.sendingFailed();
    if (!cloud.identity || this.#down || queue.size === 0) return Infinity;
    if (behaviour.updates.neededAlways) await this.#readUpdate();
    if (!content.usable) return Infinity;
    const { findings: batch, acceptedOf } = parcel(queue, this.#batch.now, behaviour.delivery);
    try {
      const accepted = acceptedOf(await cloud.detections(batch));
      this.#flaps?.sent(queue.oldest(batch.length));
      queue.remove(accepted);
      this.#parts.lived({ kind: 'sent', uids: accepted });
      this.#batch.grow();
      return queue.size === 0 ? Infinity : accepted.length > 0 ? 0 : RETRY_MS;
    } catch (cause) {
      return this.#notSent(cause, batch.length, acceptedOf(batch.map((one) => one.finding_info.uid)));
    }
  }
  #notSent(cause: unknown, sent: number, waiting: readonly string[]): number {
    const { queue, telemetry, lived } = this.#parts;
    const refused = cause instanceof CloudError && cause.status === 400;
    lived({ kind: 'unsent', uids: waiting, refused: cause instanceof CloudError });
    // One finding that the cloud does not take must not hold up all others.
    if (refused && sent === 1) {
      queue.remove(waiting);
      telemetry.agent(`a finding was refused by the cloud and given up: ${messageOf(cause)}`);
      return 0;
    }
    if (queue instanceof NewestOnly) queue.sendingFailed();
    this.#health.kick();
    return this.#batch.shrink(sent) ? FIRST_RETRY_MS : RETRY_MS;
  }
  #loseWhatTheFlawLoses(): void {
    const { behaviour, link, queue } = this.#parts;
    if (behaviour.losesBehindRelay.length === 0 || link.path !== 'relay') return;
    const lost = queue
      .oldest(queue.size)
      .filter((one) => behaviour.losesBehindRelay.includes(one.finding_info.analytic?.uid ?? ''));
    queue.remove(lost.map((one) => one.finding_info.uid));
  }

  async #sendTelemetry(): Promise<number> {
    const { cloud, telemetry } = this.#parts;
    if (!cloud.identity || this.#down) return Infinity;
    if (telemetry.size === 0) return HEARTBEAT_MS;
    const batch = telemetry.take(this.#logBatch.now);
    try {
      await cloud.telemetry(batch);
      this.#logBatch.grow();
      return telemetry.size > this.#logBatch.now ? 0 : HEARTBEAT_MS;
    } catch (cause) {
      const refused = cause instanceof CloudError && cause.status === 400;
      if (!refused) telemetry.putBack(batch);
      return this.#logBatch.shrink(batch.events.length) ? FIRST_RETRY_MS : HEARTBEAT_MS;
    }
  }

  /** A short question costs little, and keeps the tunnel in use; one that is cut is asked for a shorter time. */
  async #askCommands(): Promise<number> {
    const { cloud, commands, behaviour } = this.#parts;
    const { waitS, mindsCuts } = behaviour.poll;
    if (!cloud.identity || this.#down) return Infinity;
    const began = performance.now();
    let asks = false;
    try {
      for (const command of commands.unacknowledged) await this.#carryOut(command);
      asks = true;
      const given = await cloud.commands(this.#poll.seconds(began));
      asks = false;
      for (const command of given) await this.#carryOut(command);
      const atOnce = given.length === 0 && performance.now() - began < AT_ONCE_MS;
      return atOnce ? HEARTBEAT_MS : 0;
    } catch {
      const lasted = performance.now() - began;
      if (asks && !mindsCuts) return Math.max(HEARTBEAT_MS, waitS * 1000 - lasted);
      this.#poll.wasCut(performance.now());
      this.#health.kick();
      return lasted < HEARTBEAT_MS ? HEARTBEAT_MS : FIRST_RETRY_MS;
    }
  }

  async #carryOut(command: Command): Promise<void> {
    const { cloud, commands } = this.#parts;
    const result = await commands.run(command);
    try {
      await cloud.result(command.uid, result);
    } catch (cause) {
      // What the cloud does not want now it will not want later.
      const refused = cause instanceof CloudError && cause.status >= 400 && cause.status < 500;
      if (!refused) throw cause;
    }
    commands.acknowledged(command.uid);
  }

  /** Nothing but the update itself depends on it. */
  async #readContent(): Promise<number> {
    if (this.#down) return Infinity;
    await this.#readUpdate();
    if (this.#parts.content.usable) this.#findings.kick();
    return UPDATE_MS;
  }
  #offered(release: Release | undefined): void {
    const { selfUpdate } = this.#parts;
    const wasUnderWay = selfUpdate.underWay;
    selfUpdate.offered(release);
    if (selfUpdate.underWay && !wasUnderWay) this.#release.kick();
  }
  /** A part at a time, as long as the cloud can be reached; with the last one the cloud is told the new version. */
  async #fetchRelease(): Promise<number> {
    const { selfUpdate } = this.#parts;
    if (this.#down || !selfUpdate.underWay) return Infinity;
    try {
      if (await selfUpdate.next()) return 0;
      this.#health.kick();
      return Infinity;
    } catch {
      return this.#apart(RETRY_MS);
    }
  }
  async #readUpdate(): Promise<void> {
    const { link, content, telemetry } = this.#parts;
    const { etag } = content;
    try {
      const headers = etag === undefined ? {} : { 'if-none-match': etag };
      const answer = await link.fetch({ method: 'GET', path: CONTENT, headers, timeoutMs: REQUEST_MS });
      const problem = answer && content.take(answer);
      if (problem !== undefined) telemetry.agent(`a content update was refused: ${problem}`);
    } catch (cause) {
      content.failed();
      if (cause instanceof PageError && (await link.tryPresent()).works) content.page();
    }
  }
}

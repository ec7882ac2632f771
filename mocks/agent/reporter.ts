/** Everything that goes to the cloud by itself: enrolment, heartbeat, policy, findings, telemetry, commands. */
import type { Identity, Policy } from '../cloud/protocol/types.ts';
import { REQUEST_MS, CloudError, type Cloud } from './cloud.ts';
import type { Commands } from './commands.ts';
import type { Behaviour } from './flaws.ts';
import { messageOf } from './files.ts';
import type { Link } from './link.ts';
import { Loop } from './loop.ts';
import { parsePolicy, type PolicyInForce } from './policy.ts';
import { NewestOnly, type FindingQueue } from './queue.ts';
import type { TelemetryBuffer } from './telemetry.ts';

const HEARTBEAT_MS = 1000;
const RETRY_MS = 700;
/** A first failure may be a connection that had died unseen: tried again at once. */
const FIRST_RETRY_MS = 50;
const BATCH = 100;
const TELEMETRY_BATCH = 500;

export interface ReporterParts {
  readonly link: Link;
  readonly cloud: Cloud;
  readonly policy: PolicyInForce;
  readonly queue: FindingQueue;
  readonly telemetry: TelemetryBuffer;
  readonly commands: Commands;
  readonly behaviour: Behaviour;
  readonly enrolment: {
    token: string;
    hostname: string;
    machineId: string;
    product: { name: string; version: string };
  };
  readonly enrolled: (identity: Identity) => void;
  readonly policyTaken: (policy: Policy) => void;
  readonly log: (text: string) => void;
}
export interface Connection {
  readonly connected: boolean;
  readonly via: 'relay' | 'direct' | null;
  readonly reason: string;
}

export class Reporter {
  readonly #parts: ReporterParts;
  readonly #health = new Loop(() => this.#beat());
  readonly #findings = new Loop(() => this.#sendFindings());
  readonly #telemetry = new Loop(() => this.#sendTelemetry());
  readonly #commands = new Loop(() => this.#askCommands());
  #failures = 0;
  #lastAnswer: number | null = null;
  #problem = 'not connected yet';
  #batch = BATCH;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
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
    if (fresh && this.#failures === 0)
      return { connected: true, via: this.#parts.link.path, reason: 'the cloud answers' };
    const reason = this.#failures > 0 ? this.#problem : 'the cloud has not answered for a while';
    return { connected: false, via: null, reason };
  }

  get #loops(): readonly Loop[] {
    return [this.#health, this.#findings, this.#telemetry, this.#commands];
  }

  async #beat(): Promise<number> {
    const { cloud, policy, queue, enrolment, enrolled } = this.#parts;
    try {
      if (!cloud.identity) enrolled(await cloud.enrol(enrolment));
      const { size: queued, dropped } = queue;
      const revision = await cloud.heartbeat({
        sentAt: Date.now(),
        policyRevision: policy.revision,
        queued,
        dropped,
      });
      const wasAway = this.#failures > 0 || this.#lastAnswer === null;
      this.#failures = 0;
      this.#lastAnswer = performance.now();
      if (revision !== policy.revision) await this.#readPolicy();
      if (wasAway) for (const loop of this.#loops.slice(1)) loop.kick();
      return HEARTBEAT_MS;
    } catch (cause) {
      return this.#failed(cause);
    }
  }
  #failed(cause: unknown): number {
    const { cloud, log } = this.#parts;
    const problem = messageOf(cause);
    if (problem !== this.#problem) log(problem);
    this.#problem = problem;
    this.#failures += 1;
    if (cause instanceof CloudError && cause.status === 401) cloud.identity = null;
    return this.#failures === 1 ? FIRST_RETRY_MS : RETRY_MS;
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
    const { cloud, queue, telemetry } = this.#parts;
    this.#loseWhatTheFlawLoses();
    if (!cloud.identity || queue.size === 0) return Infinity;
    const batch = queue.oldest(this.#batch);
    try {
      const accepted = await cloud.detections(batch);
      queue.remove(accepted);
      this.#batch = BATCH;
      return queue.size === 0 ? Infinity : accepted.length > 0 ? 0 : RETRY_MS;
    } catch (cause) {
      if (cause instanceof CloudError && cause.status === 400) {
        // One finding that the cloud does not take must not hold up all others.
        if (batch.length === 1) {
          queue.remove(batch.map((finding) => finding.finding_info.uid));
          telemetry.agent(`a finding was refused by the cloud and given up: ${cause.message}`);
        }
        this.#batch = 1;
        return 0;
      }
      if (queue instanceof NewestOnly) queue.sendingFailed();
      this.#health.kick();
      return RETRY_MS;
    }
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
    if (!cloud.identity || telemetry.size === 0) return HEARTBEAT_MS;
    const events = telemetry.take(TELEMETRY_BATCH);
    try {
      await cloud.telemetry(events);
      return telemetry.size > TELEMETRY_BATCH ? 0 : HEARTBEAT_MS;
    } catch (cause) {
      if (!(cause instanceof CloudError) || cause.status !== 400) telemetry.putBack(events);
      return HEARTBEAT_MS;
    }
  }

  async #askCommands(): Promise<number> {
    const { cloud, commands } = this.#parts;
    if (!cloud.identity) return HEARTBEAT_MS;
    try {
      for (const command of await cloud.commands()) await cloud.result(command.uid, commands.run(command));
      return 0;
    } catch {
      return HEARTBEAT_MS;
    }
  }
}

/**
 * One simulated endpoint: it enrols, beats, reads its policy when there is another, keeps its findings until the cloud has
 * them, and comes back after an outage with a back-off that grows and is spread. It sees nothing by itself: what it
 * finds is what the fleet is told to find.
 */
import type {
  Accepted,
  DetectionFinding,
  Heartbeat,
  HeartbeatAnswer,
  Identity,
} from '../cloud/protocol/types.ts';
import { Tunnels, type Got, type Way } from './tunnel.ts';

export interface Temper {
  readonly heartbeatMs: number;
  /** the first wait after a failure; doubles with each further one up to `mostMs`, and is spread by a half each way */
  readonly retryMs: number;
  readonly mostMs: number;
  /** it waits for commands on a connection of its own, s; 0: never */
  readonly pollS: number;
}
export interface Surroundings {
  readonly way: Way;
  readonly token: string;
  readonly temper: Temper;
  /** 0 to 1, seeded by whoever starts the fleet */
  readonly random: () => number;
}

const BATCH = 100;
const PRODUCT = { name: 'heiiki fleet', version: '1' };

export class SimulatedEndpoint {
  readonly #name: string;
  readonly #around: Surroundings;
  readonly #tunnels: Tunnels;
  /** a question that waits must not hold up the rest */
  readonly #waiting: Tunnels;
  readonly #queue = new Map<string, DetectionFinding>();
  #identity: Identity | undefined;
  #policy: { revision: number; etag: string | undefined } = { revision: 0, etag: undefined };
  #failures = 0;
  #up = false;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;
  #stopped = false;

  constructor(name: string, around: Surroundings) {
    this.#name = name;
    this.#around = around;
    this.#tunnels = new Tunnels(around.way, () => this.#lost());
    this.#waiting = new Tunnels(around.way, () => undefined);
  }
  get enrolled(): boolean {
    return this.#identity !== undefined;
  }
  get connected(): boolean {
    return this.#up;
  }
  get queued(): number {
    return this.#queue.size;
  }

  start(afterMs: number): void {
    this.#again(afterMs);
    if (this.#around.temper.pollS > 0) void this.#poll();
  }
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#tunnels.destroy();
    this.#waiting.destroy();
  }
  find(uid: string): void {
    this.#queue.set(uid, findingOf(uid, this.#name));
    if (this.#up && !this.#busy) this.#again(0);
  }

  #again(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#round(), ms);
  }
  /** Everybody learns of an outage at the same moment; nobody must act on it at the same moment. */
  #lost(): void {
    if (!this.#up) return;
    this.#up = false;
    if (!this.#busy) this.#again(this.#backOff());
  }
  #backOff(): number {
    const { retryMs, mostMs } = this.#around.temper;
    const wait = Math.min(mostMs, retryMs * 2 ** this.#failures);
    return wait * (0.5 + this.#around.random());
  }

  async #round(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    let pause: number;
    try {
      await this.#beat();
      while (this.#queue.size > 0) await this.#deliver();
      this.#failures = 0;
      this.#up = true;
      pause = this.#around.temper.heartbeatMs * (0.9 + 0.2 * this.#around.random());
    } catch {
      this.#up = false;
      pause = this.#backOff();
      this.#failures += 1;
    }
    this.#busy = false;
    this.#again(this.#up && this.#queue.size > 0 ? 0 : pause);
  }

  async #beat(): Promise<void> {
    const { agentId, key } = (this.#identity ??= await this.#enrol());
    const beat: Heartbeat = {
      ...{ sentAt: Date.now(), policyRevision: this.#policy.revision },
      ...{ queued: this.#queue.size, dropped: 0 },
    };
    const { json } = await this.#asked({
      ...{ method: 'POST', path: `/v1/agents/${agentId}/heartbeat`, key, body: beat },
    });
    if ((json as HeartbeatAnswer).policyRevision === this.#policy.revision) return;
    const path = `/v1/agents/${agentId}/policy`;
    const read = await this.#asked({ method: 'GET', path, key, etag: this.#policy.etag });
    if (read.status !== 304)
      this.#policy = { revision: (read.json as { revision: number }).revision, etag: read.etag };
  }
  async #enrol(): Promise<Identity> {
    const body = {
      ...{ token: this.#around.token, hostname: this.#name, machineId: `machine-of-${this.#name}` },
      product: PRODUCT,
    };
    return (await this.#asked({ method: 'POST', path: '/v1/enrol', body })).json as Identity;
  }
  async #deliver(): Promise<void> {
    const { agentId, key } = this.#identity ?? (await this.#enrol());
    const findings = [...this.#queue.values()].slice(0, BATCH);
    const path = `/v1/agents/${agentId}/detections`;
    const { json } = await this.#asked({ method: 'POST', path, key, body: { findings } });
    for (const uid of (json as Accepted).accepted) this.#queue.delete(uid);
  }
  /** Rejects unless the cloud says yes. */
  async #asked(ask: Parameters<Tunnels['ask']>[0]): Promise<Got> {
    const got = await this.#tunnels.ask(ask);
    if (got.status === 401) this.#identity = undefined;
    if (got.status >= 400) throw new Error(`the cloud answers ${got.status}`);
    return got;
  }

  async #poll(): Promise<void> {
    const { temper } = this.#around;
    while (!this.#stopped) {
      if (this.#up && this.#identity) {
        const { agentId, key } = this.#identity;
        const path = `/v1/agents/${agentId}/commands?wait=${temper.pollS}`;
        const asked = this.#waiting.ask({ method: 'GET', path, key, moreMs: temper.pollS * 1000 });
        if (await asked.catch(() => undefined)) continue;
      }
      await new Promise((resolve) => setTimeout(resolve, this.#backOff()));
    }
  }
}

function findingOf(uid: string, hostname: string): DetectionFinding {
  const now = Date.now();
  return {
    ...{ activity_id: 1, category_uid: 2, class_uid: 2004, type_uid: 200401, severity_id: 4 },
    ...{ time: now, start_time: now, disposition_id: 15 },
    metadata: { version: '1.5.0', product: { name: PRODUCT.name, vendor_name: 'heiiki' } },
    finding_info: { uid, title: 'Simulated finding', analytic: { type_id: 1, uid: 'simulated' } },
    device: { hostname, type_id: 2 },
  };
}

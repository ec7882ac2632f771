/** What the cloud knows of its agents, and which of their findings it has stored. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Enrolment, Heartbeat } from './protocol/types.ts';

export interface AgentRecord {
  readonly agentId: string;
  hostname: string;
  /** undefined for senders that only ship lines */
  machineId?: string;
  product?: { name: string; version: string };
  /** as of the last enrolment, ms since the epoch */
  enrolledAt: number;
  /** it said good-bye, or the console removed it; its key is not valid any more */
  gone: boolean;
  lastHeartbeat?: Heartbeat & { receivedAt: number };
}

export class Agents {
  readonly #byId = new Map<string, AgentRecord>();
  readonly #byMachine = new Map<string, AgentRecord>();
  readonly #keys = new Map<string, AgentRecord>();
  readonly #copies = new Map<string, number>();

  /** The same machineId keeps its agentId; its older key ends, so that a lost answer leaves one valid key. */
  enrol(body: Enrolment, now: number): { agent: AgentRecord; key: string; again: boolean } {
    const known = this.#byMachine.get(body.machineId);
    if (known) this.#dropKeys(known);
    const { hostname, machineId, product } = body;
    const agent: AgentRecord = known ?? { agentId: randomUUID(), hostname, enrolledAt: now, gone: false };
    Object.assign(agent, { hostname, machineId, product, enrolledAt: now, gone: false });
    this.#byId.set(agent.agentId, agent);
    this.#byMachine.set(body.machineId, agent);
    const key = randomBytes(24).toString('base64url');
    this.#keys.set(key, agent);
    return { agent, key, again: known !== undefined };
  }

  /** A sender of lines is known by its host name. Returns true if it was new. */
  meet(host: string, now: number): boolean {
    if (this.#byId.has(host)) return false;
    this.#byId.set(host, { agentId: host, hostname: host, enrolledAt: now, gone: false });
    return true;
  }

  byKey(key: string): AgentRecord | undefined {
    return this.#keys.get(key);
  }

  /**
   * By agentId or host name; the one live agent if no name is given. Of several records of one host, as a product leaves
   * that takes a new identity, the one that enrolled last. Throws in words otherwise.
   */
  find(name?: string): AgentRecord {
    const live = this.list().filter((a) => !a.gone);
    const found = live.filter((a) => name === undefined || a.agentId === name || a.hostname === name);
    const [latest] = found.toSorted((a, b) => b.enrolledAt - a.enrolledAt);
    if (latest && found.every(({ hostname }) => hostname === latest.hostname)) return latest;
    const names = live.map((a) => `${a.agentId} (${a.hostname})`).join(', ') || 'none';
    const asked = name === undefined ? 'exactly one agent' : `one agent named ${name}`;
    throw new Error(
      `${asked} was expected, ${found.length} found; enrolled now: ${names}. Name one of them.`,
    );
  }

  remove(agent: AgentRecord): void {
    this.#dropKeys(agent);
    agent.gone = true;
  }

  /** Counts the arrivals of a finding from 1. */
  copy(agent: AgentRecord, uid: string): number {
    const at = `${agent.agentId} ${uid}`;
    const count = (this.#copies.get(at) ?? 0) + 1;
    this.#copies.set(at, count);
    return count;
  }

  list(): readonly AgentRecord[] {
    return [...this.#byId.values()];
  }

  #dropKeys(agent: AgentRecord): void {
    for (const [key, owner] of this.#keys) if (owner === agent) this.#keys.delete(key);
  }
}

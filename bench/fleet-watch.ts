/** What the figures of a fleet rest on: the relay's log and the cloud's record, and nothing that the fleet says. */
import type { HistoryEventOf, Observation, Recorder } from '../history/events.ts';
import type { CloudEvent } from '../mocks/cloud/exchange.ts';

/** Keeps what is needed: a whole history of a fleet would grow without bound. */
export class RelayWatch implements Recorder {
  readonly broken: string[] = [];
  readonly #relayed: HistoryEventOf<'relay.request'>[] = [];
  #n = 0;

  record(source: string, observation: Observation, at?: number): ReturnType<Recorder['record']> {
    const when = at === undefined ? {} : { at };
    const event = { ...observation, n: (this.#n += 1), t: Date.now(), source, ...when };
    if (event.kind === 'relay.request' && !event.ours) this.#relayed.push(event);
    if (event.kind === 'lab.failed') this.broken.push(`${event.what}: ${event.cause}`);
    if (event.kind === 'stream.gap') this.broken.push(`frames are missing from ${event.stream}`);
    return event;
  }
  /** When each connection of that time that was let through began, on the relay's clock, ms. */
  beginnings(from: number, to = Infinity): number[] {
    return this.#relayed
      .filter(({ status }) => status === 200)
      .map(({ at, t, ms }) => (at ?? t) - ms)
      .filter((begun) => begun >= from && begun < to);
  }
}

export class CloudRecord {
  /** when each agent enrolled, ms */
  readonly enrolled = new Map<string, number>();
  readonly uids: string[] = [];
  /** when each agent was answered for the first time since `listen` */
  readonly heard = new Map<string, number>();
  requests = 0;
  problems = 0;
  lastFinding = 0;
  readonly #distinct = new Set<string>();

  get distinct(): number {
    return this.#distinct.size;
  }
  listen(): void {
    this.heard.clear();
  }
  take({ at = Date.now(), event }: { at?: number; event?: CloudEvent }): void {
    if (event?.kind === 'cloud.enrolled') this.enrolled.set(event.agent, at);
    if (event?.kind === 'cloud.detection') {
      this.uids.push(event.uid);
      this.#distinct.add(event.uid);
      this.lastFinding = at;
    }
    if (event?.kind !== 'cloud.request') return;
    this.requests += 1;
    this.problems += event.problems.length;
    if (event.agent !== undefined && event.status > 0 && !this.heard.has(event.agent))
      this.heard.set(event.agent, at);
  }
}

/** Histories for tests: told like a story, with a clock of their own (ms; nothing waits). */
import { NONE } from '../../history/both.ts';
import type { EventOf, HistoryEvent, Observation, Peer } from '../../history/events.ts';
import type { View } from './finding.ts';

type Hook = EventOf<'hook.finished'>;
type Stimulus = 'sha256-indicator' | 'T1204.002' | 'T1098.007' | 'log-line';

export const BEGIN = 1_750_000_000_000;
export const AGENT = 'agent-1';
export const nonceOf = (act: string): string => `nonce-${act}-0123456789`;
const ADDRESSES: Readonly<Record<Peer, string>> = {
  relay: '10.91.0.11',
  resolver: '10.91.0.1',
  cloud: '10.92.0.20',
  gateway: '10.91.0.1',
  endpoint: '10.91.0.12',
  witness: '198.51.100.2',
  other: '203.0.113.9',
};

export class Story {
  readonly #events: HistoryEvent[] = [];
  #now = BEGIN;

  /** A closed office, proven closed, with a product that may be judged. */
  static closed(statement: Readonly<Record<string, unknown>> = {}): Story {
    return new Story()
      .see({
        kind: 'scenario.started',
        product: 'example',
        requirement: 'NET-01',
        scenario: 'An example',
        seed: 7,
        lane: 'ci',
        statement: { stimuli: ['T1204.002'], ...statement },
        timing: { enrol: 5000, detect: 2000, policy: 2000, status: 1000, uninstall: 5000 },
      })
      .see({
        kind: 'baseline',
        installed: true,
        seen: { 'T1204.002': true, 'log-line': false },
        reason: NONE,
      })
      .see({ kind: 'applicability', verdict: 'runs', reason: NONE })
      .see({
        kind: 'lab.ready',
        lab: 'lab-1',
        topology: 'closed-office',
        nodes: [
          { name: 'pc', kind: 'endpoint', addresses: { closed: ADDRESSES.endpoint } },
          { name: 'relay', kind: 'relay', addresses: { closed: ADDRESSES.relay, internet: '10.92.0.11' } },
          { name: 'gateway', kind: 'resolver', addresses: { closed: ADDRESSES.gateway } },
          { name: 'cloud', kind: 'app', addresses: { internet: ADDRESSES.cloud } },
        ],
      })
      .closedProof({})
      .packet('relay', { payload: 0 });
  }

  get events(): readonly HistoryEvent[] {
    return this.#events;
  }
  /** number of the last event */
  get n(): number {
    return this.#events.length;
  }
  get now(): number {
    return this.#now;
  }
  view(since: number, now = this.#now): View {
    return { events: this.#events, now, since };
  }

  after(ms: number): this {
    this.#now += ms;
    return this;
  }
  see(observation: Observation, source = 'harness', at?: number): this {
    const stamp = { n: this.n + 1, t: this.#now, ...(at === undefined ? {} : { at }), source };
    this.#events.push({ ...stamp, ...observation });
    return this;
  }

  closedProof(probe: { blocked?: boolean; arrivesInControl?: boolean }): this {
    const sound = {
      probe: 'tcp',
      target: ADDRESSES.witness,
      blocked: true,
      arrivesInControl: true,
      detail: '',
    };
    return this.see({ kind: 'lab.closed', probes: [{ ...sound, ...probe }] });
  }
  hook(hook: string, rest: Partial<Omit<Hook, 'kind' | 'hook'>> = {}): this {
    const ended = { endpoint: 'pc', outcome: 'ok', exit: 0, ms: 500, output: '' } as const;
    return this.see({ kind: 'hook.finished', hook, ...ended, ...rest });
  }
  enrol(via: 'relay' | 'direct' = 'relay', agent = AGENT, hostname = 'pc-01'): this {
    return this.see(
      { kind: 'cloud.enrolled', agent, hostname, peer: '10.92.0.11', via, again: false },
      'cloud',
    );
  }
  /** Installed, and enrolled through the relay. */
  working(): this {
    return this.after(1000).hook('install').after(400).enrol().after(100);
  }

  act(act: string, options: { stimulus?: Stimulus; twin?: boolean; nonce?: string } = {}): this {
    const { stimulus = 'T1204.002', twin = false, nonce = nonceOf(act) } = options;
    return this.see({ kind: 'act.started', act, stimulus, twin, nonce, endpoint: 'pc', zone: 'closed' });
  }
  acted(act: string, effect: 'happened' | 'prevented' | 'unknown' = 'happened'): this {
    return this.see({ kind: 'act.finished', act, exit: 0, effect, output: '' });
  }
  report(act: string, rest: Partial<EventOf<'cloud.detection'>> = {}): this {
    return this.see(
      {
        kind: 'cloud.detection',
        agent: AGENT,
        uid: `uid-${act}`,
        copy: 1,
        via: 'relay',
        analytic: 'T1204.002',
        disposition: 'detected',
        startTime: this.#now,
        body: `{"file":"${nonceOf(act)}"}`,
        ...rest,
      },
      'cloud',
    );
  }
  telemetry(act: string, rest: Partial<EventOf<'cloud.telemetry'>> = {}): this {
    const body = `{"line":"${nonceOf(act)}"}`;
    return this.see(
      { kind: 'cloud.telemetry', agent: AGENT, via: 'relay', count: 1, body, ...rest },
      'cloud',
    );
  }

  packet(peer: Peer, rest: Partial<EventOf<'packet'>> = {}, at?: number): this {
    const there = { protocol: 'tcp', from: ADDRESSES.endpoint, to: ADDRESSES[peer], toPort: 443 } as const;
    const here = { point: 'pc', direction: 'out', zone: 'closed', payload: 100 } as const;
    return this.see({ kind: 'packet', peer, ...here, ...there, ...rest }, 'capture:pc', at);
  }
  /** The kernel has counted what was captured, unless it is said otherwise. */
  endCapture(
    rest: Partial<EventOf<'capture.summary'>> = {},
    counters: Record<string, number> = this.#captured(),
  ): this {
    return this.see({
      kind: 'capture.summary',
      point: 'pc',
      received: 50,
      parsed: 50,
      dropped: 0,
      ...rest,
    }).see({
      kind: 'counters',
      point: 'pc',
      counters,
    });
  }
  #captured(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const event of this.#events)
      if (event.kind === 'packet' && event.point === 'pc' && event.direction === 'out')
        if (event.protocol !== 'arp') counts[event.peer] = (counts[event.peer] ?? 0) + 1;
    return counts;
  }
  tunnel(target: string, rest: Partial<EventOf<'relay.request'>> = {}): this {
    const through = {
      status: 200,
      decision: 'TCP_TUNNEL',
      bytesUp: 900,
      bytesDown: 900,
      ms: 300,
      ours: false,
    };
    const asked = {
      relay: 'relay',
      client: ADDRESSES.endpoint,
      method: 'CONNECT',
      target,
      hostHeader: target,
    };
    return this.see({ kind: 'relay.request', ...asked, ...through, ...rest }, 'relay');
  }
  state(what: string, value: unknown, by: 'archive' | 'top' | 'exec' = 'archive'): this {
    return this.see({ kind: 'endpoint.state', endpoint: 'pc', by, what, value });
  }
  moved(zone: string | null): this {
    return this.see({ kind: 'move.finished', endpoint: 'pc', zone, address: zone && ADDRESSES.endpoint });
  }
  tried(method: EventOf<'recovery.attempt'>['method'], state: EventOf<'recovery.attempt'>['state']): this {
    return this.see({ kind: 'recovery.attempt', method, state, detail: '' });
  }

  ask(check: string, args: Record<string, unknown>, { since = 0, given = '', restsOn = '' } = {}): this {
    const root = given || restsOn;
    const role = { role: given === '' ? 'then' : 'given', ...(root ? { root } : {}) } as const;
    return this.see({ kind: 'check', check, args, since, ...role });
  }
  finish(completed = true): this {
    return this.see({ kind: 'scenario.finished', seconds: (this.#now - BEGIN) / 1000, completed });
  }
}

/** Acts one after another, 200 ms each, 300 ms from one to the next; when each began. */
export function inTurn(story: Story, ids: readonly string[]): Map<string, number> {
  const begun = new Map<string, number>();
  for (const id of ids) {
    begun.set(id, story.now);
    story.act(id).after(200).acted(id).after(100);
  }
  return begun;
}

type Events = readonly HistoryEvent[];

/** A copy in which event `n` never happened. */
export const without = (events: Events, n: number): HistoryEvent[] =>
  renumbered(
    events.filter((event) => event.n !== n),
    (since) => (since >= n ? since - 1 : since),
  );

/** A copy in which `observation` was seen right after event `n`, at the same time. */
export function inserted(events: Events, n: number, observation: Observation): HistoryEvent[] {
  const before = events.slice(0, n);
  const t = before.at(-1)?.t ?? 0;
  const leaked: HistoryEvent = { n: n + 1, t, source: 'inserted', ...observation };
  return renumbered([...before, leaked, ...events.slice(n)], (since) => (since > n ? since + 1 : since));
}

function renumbered(events: Events, anchor: (since: number) => number): HistoryEvent[] {
  return events.map((event, index) => ({
    ...event,
    ...(event.kind === 'check' ? { since: anchor(event.since) } : {}),
    n: index + 1,
  }));
}

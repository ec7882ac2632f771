/** With whom an endpoint spoke while the product was there, by packets. */
import type { HistoryEvent, HistoryEventOf, Peer } from '../../history/events.ts';
import { isKind, productSince } from './timeline-clock.ts';

export interface Talk {
  readonly point: string;
  readonly peer: Peer;
  readonly address: string;
  readonly protocol: string;
  /** the other end's, as far as the protocol has one */
  readonly port: number | undefined;
  readonly sent: number;
  readonly received: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

const MAX_TALKS = 60;

/** The busiest first. Where others opened connections, their ports are as many as their connections: not told apart. */
export function talksOf(events: readonly HistoryEvent[]): Talk[] {
  const since = productSince(events);
  const packets = events.filter(isKind('packet')).filter(({ t }) => t >= since);
  const groups = Map.groupBy(packets, (p) => {
    const { address, port } = otherEnd(p);
    return `${p.point} ${p.protocol} ${address} ${port ?? ''}`;
  });
  return [...groups.values()]
    .map(talkOf)
    .sort((a, b) => b.sent + b.received - (a.sent + a.received))
    .slice(0, MAX_TALKS);
}

/** Ports from 32768 on are those of whoever opened the connection. */
const EPHEMERAL = 32_768;
function otherEnd(p: HistoryEventOf<'packet'>): { address: string; port: number | undefined } {
  const [address, port] = p.direction === 'out' ? [p.to, p.toPort] : [p.from, p.fromPort];
  return { address, port: port !== undefined && port >= EPHEMERAL ? undefined : port };
}

function talkOf(group: readonly HistoryEventOf<'packet'>[]): Talk {
  const [first] = group as [HistoryEventOf<'packet'>, ...HistoryEventOf<'packet'>[]];
  const out = group.filter(({ direction }) => direction === 'out');
  const back = group.filter(({ direction }) => direction === 'in');
  const bytes = (some: typeof group): number => some.reduce((sum, { payload }) => sum + payload, 0);
  return {
    point: first.point,
    peer: first.peer,
    ...otherEnd(first),
    protocol: first.protocol,
    sent: out.length,
    received: back.length,
    bytesUp: bytes(out),
    bytesDown: bytes(back),
  };
}

/** Connections that an endpoint opened past the relay, from its packets. */
import type { HistoryEvent, HistoryEventOf } from '../history/events.ts';

type Packet = HistoryEventOf<'packet'>;

export interface FlowSum {
  /** `host:port`, `host:port/udp`, or `host icmp` */
  readonly destination: string;
  readonly route: 'direct';
  /** zones in which the endpoint was */
  readonly zones: string[];
  /** answered, and not */
  readonly connections: number;
  readonly refused: number;
  /** above TCP, UDP or ICMP */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

interface Flow {
  readonly destination: string;
  readonly zones: Set<string>;
  answered: boolean;
  up: number;
  down: number;
}

/**
 * `events`: since the product is there; `all`: the whole history, which tells names of addresses. The relay and the
 * zone's resolver are no destinations of their own, nor is the talk with which neighbours find each other.
 */
export function directFlows(events: readonly HistoryEvent[], all: readonly HistoryEvent[]): FlowSum[] {
  const nameOf = names(all);
  const flows = new Map<string, Flow>();
  for (const packet of events) {
    if (packet.kind !== 'packet' || !isPastTheRelay(packet)) continue;
    const out = packet.direction === 'out';
    const key = flowKey(packet);
    // Of a connection whose beginning was not seen the endpoint may not be the one that opened it.
    if (out && !flows.has(key) && (packet.protocol !== 'tcp' || packet.flags === 'S'))
      flows.set(key, newFlow(packet, nameOf));
    const flow = flows.get(key);
    if (!flow) continue;
    if (packet.zone !== null) flow.zones.add(packet.zone);
    if (out) flow.up += packet.payload;
    else flow.down += packet.payload;
    if (!out && !(packet.flags?.startsWith('R') === true)) flow.answered = true;
  }
  return [...Map.groupBy(flows.values(), ({ destination }) => destination)].map(([destination, group]) =>
    sumOf(destination, group),
  );
}

function isPastTheRelay({ peer, protocol, to }: Packet): boolean {
  if (peer === 'relay' || peer === 'resolver' || protocol === 'arp') return false;
  return !(protocol === 'icmpv6' && /^ff02:/i.test(to));
}

/** Own port and the other end: the same for both directions. */
function flowKey({ point, direction, protocol, from, fromPort, to, toPort }: Packet): string {
  const out = direction === 'out';
  const [own, other, otherPort] = out ? [fromPort, to, toPort] : [toPort, from, fromPort];
  return `${point} ${protocol} ${own ?? ''} ${other} ${otherPort ?? ''}`;
}

function newFlow({ protocol, to, toPort, n }: Packet, nameOf: (ip: string, n: number) => string): Flow {
  const port = toPort === undefined ? '' : `:${toPort}`;
  const suffix = protocol === 'tcp' ? '' : toPort === undefined ? ` ${protocol}` : `/${protocol}`;
  const destination = `${nameOf(to, n)}${port}${suffix}`;
  return { destination, zones: new Set(), answered: false, up: 0, down: 0 };
}

/** The name that led there last, by the resolvers' own logs; else the node's name; else the address. */
function names(events: readonly HistoryEvent[]): (ip: string, n: number) => string {
  const asked = events.filter((e): e is HistoryEventOf<'resolver.query'> => e.kind === 'resolver.query');
  const nodes = new Map(
    events
      .filter((e): e is HistoryEventOf<'lab.ready'> => e.kind === 'lab.ready')
      .flatMap(({ nodes: own }) =>
        own.flatMap(({ name, addresses }) => Object.values(addresses).map((ip) => [ip, name] as const)),
      ),
  );
  const leading = Map.groupBy(asked, ({ answer }) => answer);
  return (ip, n) => {
    const led = leading.get(ip) ?? [];
    // A resolver's line may be read after the packet that follows from it.
    const last = led.findLast((query) => query.n < n) ?? led[0];
    return last?.name.toLowerCase() ?? nodes.get(ip) ?? ip;
  };
}

const sumOf = (destination: string, flows: readonly Flow[]): FlowSum => ({
  destination,
  route: 'direct',
  zones: [...new Set(flows.flatMap(({ zones }) => [...zones]))].sort(),
  connections: flows.filter(({ answered }) => answered).length,
  refused: flows.filter(({ answered }) => !answered).length,
  bytesUp: flows.reduce((sum, { up }) => sum + up, 0),
  bytesDown: flows.reduce((sum, { down }) => sum + down, 0),
});

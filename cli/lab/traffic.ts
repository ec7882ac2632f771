/** Packets of one second: for each endpoint and peer how many in each direction, and where those go that are not the relay's. */
import type { HistoryEventOf, Peer } from '../../history/events.ts';

interface Sum {
  out: number;
  in: number;
  bytes: number;
  /** remote ends, e.g. `tcp 203.0.113.5:443` */
  readonly ends: Set<string>;
}

/** Of these it is known where they are. */
const FAMILIAR: ReadonlySet<Peer> = new Set<Peer>(['relay', 'resolver']);
const MOST_ENDS = 3;

export class Traffic {
  /** capture point → peer → sum */
  readonly #points = new Map<string, Map<Peer, Sum>>();

  add(packet: HistoryEventOf<'packet'>): void {
    const peers = this.#points.get(packet.point) ?? new Map<Peer, Sum>();
    this.#points.set(packet.point, peers);
    const sum = peers.get(packet.peer) ?? { out: 0, in: 0, bytes: 0, ends: new Set() };
    peers.set(packet.peer, sum);
    sum[packet.direction]++;
    sum.bytes += packet.payload;
    if (!FAMILIAR.has(packet.peer)) sum.ends.add(remoteEnd(packet));
  }

  lines(): readonly string[] {
    return [...this.#points].map(
      ([point, peers]) =>
        `packets   ${point}: ${[...peers].map(([peer, sum]) => inWords(peer, sum)).join(', ')}`,
    );
  }
}

function remoteEnd({ direction, protocol, from, fromPort, to, toPort }: HistoryEventOf<'packet'>): string {
  const [address, port] = direction === 'out' ? [to, toPort] : [from, fromPort];
  return `${protocol} ${address}${port === undefined ? '' : `:${port}`}`;
}

function inWords(peer: Peer, sum: Sum): string {
  const ends = [...sum.ends];
  const more = ends.length > MOST_ENDS ? ` and ${ends.length - MOST_ENDS} more` : '';
  const where = ends.length > 0 ? ` (${ends.slice(0, MOST_ENDS).join(', ')}${more})` : '';
  return `${peer} ${sum.out} out ${sum.in} in ${size(sum.bytes)}${where}`;
}

export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

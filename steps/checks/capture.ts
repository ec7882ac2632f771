/** Is the record of packets whole? Only then may a check rest on what is not in it. */
import { both, type Both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { incomplete, type Finding, type View } from './finding.ts';
import { inWindow, last, ofKind } from './window.ts';

export type Packet = HistoryEventOf<'packet'>;

export const isLossy = (summary: HistoryEventOf<'capture.summary'>): boolean =>
  summary.parsed !== summary.received || summary.dropped > 0;

/** What is wrong with a lossy capture: words that follow its name. */
export const lossOf = ({ received, parsed, dropped }: HistoryEventOf<'capture.summary'>): Both => ({
  en: `is not whole: ${received} packets received, ${parsed} read, ${dropped} dropped`,
  ja: `完全ではありません（受信${received}、読み取り${parsed}、欠落${dropped}）`,
});

/** The reason why the capture at `point` cannot be rested on; undefined if it can. */
export function holeInCapture(view: View, point: string): Finding | undefined {
  const hole = (what: Both, n?: number): Finding =>
    incomplete(
      'capture',
      { en: `The capture at ${point} ${what.en}.`, ja: `${point} のパケット記録は${what.ja}。` },
      { evidence: n === undefined ? [] : [n] },
    );
  const [summary] = endsOfCapture(view, point);
  if (!summary)
    return hole(
      both(
        'was not ended and counted after the window, so packets may be missing',
        '、観察後に終了と集計が行われておらず、欠けている可能性があります',
      ),
    );
  if (isLossy(summary)) return hole(lossOf(summary), summary.n);
  const packets = ofKind(view.events, 'packet').filter((event) => event.point === point);
  if (packets.length === 0)
    return hole(both('holds no packet at all, so it has not looked', '空で、何も見ていません'), summary.n);
  const missed = missedPeers(view.events, point, packets);
  return missed.length > 0
    ? hole(
        both(
          `lacks packets that the kernel counted: to ${missed.map(({ en }) => en).join(', ')}`,
          `、カーネルが数えたパケットを欠いています：${missed.map(({ ja }) => ja).join('、')}`,
        ),
        summary.n,
      )
    : undefined;
}

/**
 * Classes of peers to which more packets left by the kernel's count than the capture holds. The other way about is
 * sound: the count is read before the capture ends, a raw frame passes by the count, and a segment that is cut
 * up is counted once. Fewer can be in a capture that was read to its end only where an interface has gone: the kernel
 * counts what it routes, and drops what meets an interface that no longer takes anything. So many may be missing.
 */
function missedPeers(events: readonly HistoryEvent[], point: string, packets: readonly Packet[]): Both[] {
  const counted = last(
    events.filter((event) => event.kind === 'counters' && event.point === point),
    'counters',
  );
  const accounted = new Map<string, number>();
  for (const gone of ofKind(events, 'counters.leaving').filter((event) => event.point === point))
    for (const [peer, packets] of Object.entries(gone.counters))
      accounted.set(peer, (accounted.get(peer) ?? 0) + packets);
  for (const { direction, protocol, peer } of packets)
    if (direction === 'out' && protocol !== 'arp') accounted.set(peer, (accounted.get(peer) ?? 0) + 1);
  return Object.entries(counted?.counters ?? {})
    .map(([peer, left]) => ({ peer, left, held: accounted.get(peer) ?? 0 }))
    .filter(({ left, held }) => left > held)
    .map(({ peer, left, held }) =>
      both(`${peer} (${left - held} of ${left})`, `${peer} 宛て（${left}個中${left - held}個）`),
    );
}

/** What shows that nothing more was sent there: the capture was ended and counted. */
export const endsOfCapture = (view: View, point: string): HistoryEventOf<'capture.summary'>[] =>
  ofKind(inWindow(view), 'capture.summary')
    .filter((event) => event.point === point)
    .slice(-1);

/** The same for every point that was captured; at least one must have been. */
export function wholeCaptures(view: View): Finding | undefined {
  const points = new Set(
    view.events.flatMap((event) =>
      event.kind === 'packet' || event.kind === 'capture.summary' ? [event.point] : [],
    ),
  );
  if (points.size === 0)
    return incomplete('capture', {
      en: 'Nothing was captured, so nothing can be said.',
      ja: 'パケットがまったく記録されていないため、何も判断できません。',
    });
  for (const point of points) {
    const hole = holeInCapture(view, point);
    if (hole) return hole;
  }
  return undefined;
}

/**
 * Packets that left the point in the window. ARP and IPv6 neighbour discovery are left out: they ask who is
 * on the same segment, are the kernel's own, and cannot carry anything out of it.
 */
export function packetsOut(view: View, point: string): Packet[] {
  return ofKind(inWindow(view), 'packet').filter(
    (packet) => packet.point === point && packet.direction === 'out' && !isNeighbourTalk(packet),
  );
}
const isNeighbourTalk = ({ protocol, to }: Packet): boolean =>
  protocol === 'arp' || (protocol === 'icmpv6' && /^ff02:/i.test(to));

/** When a packet passed, by the capture's clock if it says so: ms since the epoch. */
export const timeOf = (event: HistoryEvent): number => event.at ?? event.t;

/** `cloud 198.51.100.4:443 by tcp (3), other 203.0.113.9 by icmp (1)` */
export function tally(packets: readonly Packet[]): Both {
  const counts = new Map<string, number>();
  for (const { peer, to, toPort, protocol } of packets) {
    const name = `${peer} ${to}${toPort === undefined ? '' : `:${toPort}`} by ${protocol}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const shown = [...counts].slice(0, 5);
  const more = counts.size - shown.length;
  return {
    en: shown.map(([name, number]) => `${name} (${number})`).join(', ') + (more ? `, and ${more} more` : ''),
    ja:
      shown.map(([name, number]) => `${name.replace(' by ', ' ')}（${number}個）`).join('、') +
      (more ? `、ほか${more}件` : ''),
  };
}

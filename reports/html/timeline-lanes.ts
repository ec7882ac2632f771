/** One lane for each kind of thing that happened: packets by peer, what the relay decided, what the cloud saw. */
import { Peer, type HistoryEvent, type HistoryEventOf } from '../../history/events.ts';
import { describe } from './describe.ts';
import type { Described, Tone } from './describe-tones.ts';
import { bytesText } from './measures.ts';
import { PEER_NAMES } from './names.ts';
import { both, type Both } from './texts.ts';
import { isKind, productSince, type Clock } from './timeline-clock.ts';

export interface Mark {
  readonly at: number;
  /** end of what lasts: a tunnel */
  readonly to?: number;
  /** 0 to 1: height of a bar; 1 for single events */
  readonly weight: number;
  readonly tone: Tone;
  readonly text: Both;
}
export interface Lane {
  readonly label: Both;
  /** what it comes to, said beside the drawing */
  readonly sum: Both;
  readonly kind: 'bars' | 'dots' | 'lines';
  readonly marks: readonly Mark[];
}

/** Whatever a history's length, a lane has no more marks of a tone than these. */
export const COLUMNS = 240;

type Wanted = (e: HistoryEvent) => boolean;
const QUIET_CLOUD = new Set(['cloud.request', 'cloud.heartbeat', 'cloud.telemetry', 'cloud.fault']);
const starts =
  (...prefixes: string[]): Wanted =>
  (e) =>
    prefixes.some((prefix) => e.kind.startsWith(prefix));

export function lanesOf(events: readonly HistoryEvent[], clock: Clock): Lane[] {
  const dots = (label: Both, wanted: Wanted): Lane => dotLane(label, events.filter(wanted), clock);
  return [
    dots(both('acts', '操作'), starts('act.')),
    dots(both('product’s hooks', '製品の操作'), starts('hook.', 'recovery.', 'manual.')),
    ...packetLanes(events, clock),
    tunnelLane(events, clock),
    dots(both('DNS questions', 'DNSの問い合わせ'), (e) => e.kind === 'resolver.query'),
    dots(both('cloud: what arrived', 'クラウドへの到着'), (e) => starts('cloud.')(e) && !QUIET_CLOUD.has(e.kind)), // prettier-ignore
    dots(both('cloud: requests', 'クラウドへの要求'), (e) => e.kind === 'cloud.request'),
    dots(both('outsiders', '外部の監視点'), (e) => e.kind === 'outsider.heard' && !e.ours),
    dots(both('checks', '確認'), (e) => e.kind === 'check'),
    dots(both('troubles of the lab', '試験環境の不調'), isTrouble),
  ].filter((lane) => lane.marks.length > 0);
}
function isTrouble(e: HistoryEvent): boolean {
  if (e.kind === 'process.ended') return !e.declared;
  return starts('lab.failed', 'stream.', 'host.')(e);
}

function dotLane(label: Both, events: readonly HistoryEvent[], clock: Clock): Lane {
  const marks = events.map((e): Mark => ({ at: clock.of(e), weight: 1, ...describe(e) }));
  return { label, sum: countText(events.length), kind: 'dots', marks: thin(marks, clock) };
}
const countText = (count: number): Both => both(String(count), `${count}件`);

/** A line of a relay's log is written at the end of a tunnel, and says how long it was. */
function tunnelLane(events: readonly HistoryEvent[], clock: Clock): Lane {
  const lines = events.filter(isKind('relay.request')).filter((e) => !e.ours);
  const refused = lines.filter((e) => describe(e).tone === 'bad').length;
  const marks = lines.map((e): Mark => {
    const to = clock.of(e);
    return { at: Math.max(0, to - e.ms / 1000), to, weight: 1, ...describe(e) };
  });
  return {
    label: both('relay: tunnels', 'プロキシの判断'),
    sum: both(`${lines.length}, refused ${refused}`, `${lines.length}件、拒否${refused}件`),
    kind: 'lines',
    marks: thin(marks, clock),
  };
}

/** Packets that an endpoint sent, by whom they went to; a bar is one column of time. */
function packetLanes(events: readonly HistoryEvent[], clock: Clock): Lane[] {
  const packets = events.filter(isKind('packet'));
  const points = [...new Set(packets.map(({ point }) => point))];
  const since = clock.at(productSince(events));
  return points.flatMap((point) =>
    Peer.options
      .map((peer) => {
        const name = PEER_NAMES[peer];
        const label =
          points.length === 1
            ? both(`packets to ${name.en}`, `${name.ja}宛て`)
            : both(`${point}: to ${name.en}`, `${point}：${name.ja}宛て`);
        const own = packets.filter((p) => p.point === point && p.peer === peer);
        return packetLane(label, { packets: own, peer, since }, clock);
      })
      .filter((lane) => lane.marks.length > 0),
  );
}

interface Bin {
  count: number;
  bytes: number;
  tone: Tone;
}
interface OfPeer {
  readonly packets: readonly HistoryEventOf<'packet'>[];
  readonly peer: Peer;
  /** seconds; what was sent before it is the lab's own */
  readonly since: number;
}

function packetLane(label: Both, { packets, peer, since }: OfPeer, clock: Clock): Lane {
  const bins = new Map<number, Bin>();
  const sent = packets.filter(({ direction }) => direction === 'out');
  for (const p of sent) {
    const column = columnOf(clock.of(p), clock);
    const bin = bins.get(column) ?? { count: 0, bytes: 0, tone: 'quiet' };
    const tone = clock.of(p) < since || isNeighbourTalk(p) ? bin.tone : toneOf(peer);
    bins.set(column, { count: bin.count + 1, bytes: bin.bytes + p.payload, tone });
  }
  const most = Math.max(1, ...[...bins.values()].map(({ count }) => count));
  const marks = [...bins]
    .sort(([a], [b]) => a - b)
    .map(([column, bin]): Mark => {
      const at = (column / COLUMNS) * clock.seconds;
      const early = at + clock.seconds / COLUMNS < since;
      const weight = Math.log1p(bin.count) / Math.log1p(most);
      return { at, weight, tone: bin.tone, text: bundleText(bin, early) };
    });
  const own = packets.filter((p) => clock.of(p) >= since);
  const spoke = own.some(({ direction }) => direction === 'out');
  return { label, sum: spoke ? bytesSum(own) : labsOwn(sent.length), kind: 'bars', marks };
}
const labsOwn = (count: number): Both => both(`${count}, the lab’s own`, `${count}個・試験環境自身`);
/** Neighbours have to find each other's addresses before anything can be sent; it carries nothing. */
const isNeighbourTalk = ({ protocol, to }: HistoryEventOf<'packet'>): boolean =>
  protocol === 'arp' || (protocol === 'icmpv6' && /^ff02:/i.test(to));
/** `aside`: past the relay, which may well be allowed where it is. */
const toneOf = (peer: Peer): Tone =>
  peer === 'relay' ? 'plain' : peer === 'resolver' || peer === 'endpoint' ? 'quiet' : 'aside';

function bundleText({ count, bytes }: Bin, early: boolean): Both {
  const lab = early ? both(', the lab’s own', '、試験環境自身') : both('', '');
  return both(
    `${count} ${count === 1 ? 'packet' : 'packets'}, ${bytesText(bytes)}${lab.en}`,
    `${count}パケット、${bytesText(bytes)}${lab.ja}`,
  );
}
function bytesSum(packets: readonly HistoryEventOf<'packet'>[]): Both {
  const bytes = (direction: 'in' | 'out'): string =>
    bytesText(packets.filter((p) => p.direction === direction).reduce((sum, p) => sum + p.payload, 0));
  const sent = packets.filter(({ direction }) => direction === 'out').length;
  return both(
    `${sent} · ${bytes('out')} up, ${bytes('in')} down`,
    `${sent}個・送信${bytes('out')}、受信${bytes('in')}`,
  );
}

const columnOf = (at: number, clock: Clock): number =>
  Math.min(COLUMNS - 1, Math.floor((at / clock.seconds) * COLUMNS));

/** At most one mark a column and tone; its text says how many it stands for, its line is the longest of them. */
function thin(marks: readonly Mark[], clock: Clock): Mark[] {
  const kept = new Map<string, { mark: Mark; count: number }>();
  for (const mark of marks) {
    const key = `${columnOf(mark.at, clock)} ${mark.tone}`;
    const there = kept.get(key);
    if (!there) {
      kept.set(key, { mark, count: 1 });
      continue;
    }
    there.count++;
    if ((mark.to ?? 0) > (there.mark.to ?? 0)) there.mark = mark;
  }
  return [...kept.values()].map(({ mark, count }) => (count === 1 ? mark : { ...mark, text: andMore(mark.text, count - 1) })); // prettier-ignore
}
const andMore = ({ en, ja }: Described['text'], more: number): Both =>
  both(`${en} (and ${more} more)`, `${ja}（ほか${more}件）`);

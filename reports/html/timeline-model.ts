/** A history as things to draw: bands, lanes of marks, and rows of text. Times are seconds from its start. */
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { describe, type Tone } from './describe.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}
export interface Mark {
  readonly at: number;
  /** 0 to 1: height of a bar; 1 for single events */
  readonly weight: number;
  readonly tone: Tone;
  readonly text: string;
}
export interface Lane {
  readonly label: string;
  readonly kind: 'bars' | 'dots';
  readonly marks: readonly Mark[];
}
export interface Row {
  readonly at: number;
  readonly source: string;
  readonly text: string;
  readonly tone: Tone;
}
export interface Timeline {
  readonly seconds: number;
  readonly zones: readonly Span[];
  readonly faults: readonly Span[];
  readonly moves: readonly Span[];
  readonly lanes: readonly Lane[];
  readonly rows: readonly Row[];
  /** rows beyond the limit, which are in the history only */
  readonly more: number;
}

const COLUMNS = 240;
const MAX_ROWS = 1500;

export function timelineOf(events: readonly HistoryEvent[]): Timeline {
  const start = events[0]?.t ?? 0;
  const end = events.reduce((latest, e) => Math.max(latest, e.t), start);
  const clock: Clock = {
    seconds: Math.max((end - start) / 1000, 0.001),
    at: (t) => Math.max(0, (t - start) / 1000),
  };
  const rows = rowsOf(events, clock);
  return {
    seconds: clock.seconds,
    zones: zonesOf(events, clock),
    faults: faultsOf(events, clock),
    moves: movesOf(events, clock),
    lanes: lanesOf(events, clock),
    rows: rows.slice(0, MAX_ROWS),
    more: Math.max(0, rows.length - MAX_ROWS),
  };
}

interface Clock {
  readonly seconds: number;
  at(t: number): number;
}

function isKind<K extends HistoryEvent['kind']>(kind: K): (e: HistoryEvent) => e is HistoryEventOf<K> {
  return (e): e is HistoryEventOf<K> => e.kind === kind;
}

/** From injection to the proof that it is gone (or else the healing); one never taken back lasts to the end. */
function faultsOf(events: readonly HistoryEvent[], clock: Clock): Span[] {
  return events.filter(isKind('fault.injected')).map((begun) => {
    const later = events.filter((e) => e.n > begun.n);
    const same = (e: { fault: string; target: string }): boolean =>
      e.fault === begun.fault && e.target === begun.target;
    const over =
      later.filter(isKind('fault.verified')).find((e) => e.state === 'gone' && same(e)) ??
      later.filter(isKind('fault.healed')).find(same);
    return {
      from: clock.at(begun.t),
      to: over ? clock.at(over.t) : clock.seconds,
      label: `${begun.target}: ${begun.fault}`,
    };
  });
}

function movesOf(events: readonly HistoryEvent[], clock: Clock): Span[] {
  return events.filter(isKind('move.started')).map((begun) => {
    const over = events.find(
      (e) => e.n > begun.n && e.kind === 'move.finished' && e.endpoint === begun.endpoint,
    );
    const label = `${begun.endpoint}: ${begun.from ?? 'no network'} → ${begun.to ?? 'no network'}`;
    return { from: clock.at(begun.t), to: over ? clock.at(over.t) : clock.seconds, label };
  });
}

/** Where the first endpoint that moves was; without a move, the zone that packets and acts name. */
function zonesOf(events: readonly HistoryEvent[], clock: Clock): Span[] {
  const first = events.find(isKind('move.started'));
  if (!first) {
    const named = events.find((e) => (e.kind === 'act.started' || e.kind === 'packet') && e.zone !== null);
    const zone = named && (named.kind === 'act.started' || named.kind === 'packet') ? named.zone : null;
    return zone === null ? [] : [{ from: 0, to: clock.seconds, label: zone }];
  }
  const spans: Span[] = [];
  let from = 0;
  let label = first.from ?? 'no network';
  for (const e of events) {
    if (e.kind !== 'move.finished' || e.endpoint !== first.endpoint) continue;
    spans.push({ from, to: clock.at(e.t), label });
    from = clock.at(e.t);
    label = e.zone ?? 'no network';
  }
  return [...spans, { from, to: clock.seconds, label }];
}

function lanesOf(events: readonly HistoryEvent[], clock: Clock): Lane[] {
  const dots = (label: string, wanted: (e: HistoryEvent) => boolean): Lane => ({
    label,
    kind: 'dots',
    marks: thin(events.filter(wanted).map((e) => ({ at: clock.at(e.t), weight: 1, ...describe(e) })), clock), // prettier-ignore
  });
  const starts =
    (...prefixes: string[]) =>
    (e: HistoryEvent) =>
      prefixes.some((p) => e.kind.startsWith(p));
  const quietCloud = ['cloud.request', 'cloud.heartbeat', 'cloud.telemetry'];
  return [
    dots('acts', starts('act.')),
    dots('hooks, recovery', starts('hook.', 'recovery.', 'manual.')),
    ...packetLanes(events, clock),
    dots('relay decisions', (e) => e.kind === 'relay.request'),
    dots('resolver', (e) => e.kind === 'resolver.query'),
    dots('cloud', (e) => starts('cloud.')(e) && !quietCloud.includes(e.kind)),
    dots('cloud requests', (e) => quietCloud.includes(e.kind)),
    dots('checks', (e) => e.kind === 'check'),
    dots('lab troubles', starts('lab.failed', 'stream.', 'host.', 'process.')),
  ].filter((lane) => lane.marks.length > 0);
}

/** Packets that an endpoint sent, by whom they went to. `aside`: past the relay, which may well be allowed where it is. */
const PEERS = ['relay', 'resolver', 'endpoint', 'cloud', 'gateway', 'witness', 'other'] as const;
function packetLanes(events: readonly HistoryEvent[], clock: Clock): Lane[] {
  const packets = events.filter(isKind('packet')).filter((p) => p.direction === 'out');
  return PEERS.map((peer): Lane => {
    const tone: Tone =
      peer === 'relay' ? 'plain' : peer === 'resolver' || peer === 'endpoint' ? 'quiet' : 'aside';
    const bins = new Map<number, number>();
    for (const p of packets) {
      if (p.peer !== peer) continue;
      const column = columnOf(clock.at(p.t), clock);
      bins.set(column, (bins.get(column) ?? 0) + 1);
    }
    const most = Math.max(1, ...bins.values());
    const marks = [...bins].map(([column, count]) => ({
      at: (column / COLUMNS) * clock.seconds,
      weight: Math.log1p(count) / Math.log1p(most),
      tone,
      text: `${count} packets to ${peer}`,
    }));
    return { label: `packets to ${peer}`, kind: 'bars', marks };
  });
}
const columnOf = (at: number, clock: Clock): number =>
  Math.min(COLUMNS - 1, Math.floor((at / clock.seconds) * COLUMNS));

/** At most one dot a column and tone; its text says how many it stands for. */
function thin(marks: readonly Mark[], clock: Clock): Mark[] {
  const kept = new Map<string, { mark: Mark; count: number }>();
  for (const mark of marks) {
    const key = `${columnOf(mark.at, clock)} ${mark.tone}`;
    const there = kept.get(key);
    if (there) there.count++;
    else kept.set(key, { mark, count: 1 });
  }
  return [...kept.values()].map(({ mark, count }) =>
    count === 1 ? mark : { ...mark, text: `${mark.text} (and ${count - 1} more)` },
  );
}

/** Events as text; a run of packets becomes one row. */
function rowsOf(events: readonly HistoryEvent[], clock: Clock): Row[] {
  const rows: Row[] = [];
  let bundle: HistoryEventOf<'packet'>[] = [];
  const flush = (): void => {
    const [first] = bundle;
    if (first)
      rows.push({ at: clock.at(first.t), source: first.source, text: bundleText(bundle), tone: 'quiet' });
    bundle = [];
  };
  for (const e of events) {
    if (e.kind === 'packet') {
      bundle.push(e);
      continue;
    }
    flush();
    rows.push({ at: clock.at(e.t), source: e.source, ...describe(e) });
  }
  flush();
  return rows;
}

function bundleText(packets: readonly HistoryEventOf<'packet'>[]): string {
  const counts = new Map<string, number>();
  for (const p of packets) {
    const key = `${p.direction === 'out' ? 'to' : 'from'} ${p.peer}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return `packets: ${[...counts].map(([key, count]) => `${count} ${key}`).join(', ')}`;
}

/** Acts on one side, what arrived at the cloud on the other: counted by nonce, and never by the agent's word. */
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { incomplete, numbersOf, type Finding, type Via } from './finding.ts';
import { ofKind } from './window.ts';

export type Act = HistoryEventOf<'act.started'>;
export type Arrival = HistoryEventOf<'cloud.detection'> | HistoryEventOf<'cloud.telemetry'>;

export interface Entry {
  readonly act: Act;
  /** first arrivals: each finding once, by its uid; telemetry has none and counts once */
  readonly reports: readonly Arrival[];
  /** the same again */
  readonly copies: readonly Arrival[];
}

export const actOf = (events: readonly HistoryEvent[], act: string): Act | undefined =>
  ofKind(events, 'act.started').find((event) => event.act === act);

export const notPlayed = (act: string): Finding =>
  incomplete('harness', {
    en: `No act ${act} was played, so no report of it can be expected.`,
    ja: `操作 ${act} が実行されていないため、報告の有無を判断できません。`,
  });

/**
 * When the act had happened at the latest, ms since the epoch: a busy engine may take seconds to play it, and these
 * are not the product's.
 */
export const endOf = (events: readonly HistoryEvent[], act: Act): number =>
  outcomeOf(events, act)?.t ?? act.t;

export const outcomeOf = (
  events: readonly HistoryEvent[],
  act: Act,
): HistoryEventOf<'act.finished'> | undefined =>
  ofKind(events, 'act.finished').find((event) => event.act === act.act);

/** Whether it happened is not known: the machine did not come to its end with it. */
export const notEnded = ({ act, stimulus }: Act): Finding =>
  incomplete('host', {
    en: `Act ${act} (${stimulus}) was not played to its end, so nothing follows from its report or silence.`,
    ja: `操作 ${act}（${stimulus}）は最後まで実行されていないため、報告の有無から何も判断できません。`,
  });

/** It did not come to its end, so that it may not have happened. */
export const isUnplayed = (events: readonly HistoryEvent[], act: Act): boolean =>
  outcomeOf(events, act)?.effect === 'unknown';
/** The first of these losses, if none of them is of an act that was played to its end. */
export const unplayed = (events: readonly HistoryEvent[], lost: readonly Act[]): Act | undefined =>
  lost.every((act) => isUnplayed(events, act)) ? lost[0] : undefined;

/** Agents that the cloud knows: what anybody else sends counts for nothing. */
export function enrolledAgents(events: readonly HistoryEvent[]): ReadonlySet<string> {
  return new Set(ofKind(events, 'cloud.enrolled').map((event) => event.agent));
}

/**
 * What arrived about one act. A finding whose uid was known before the act began is about an earlier act with the
 * same nonce (the same file, run again), sent again; unless it says that it happened since: some products keep
 * one uid for a file.
 */
export function entryOf(events: readonly HistoryEvent[], act: Act, via?: Via): Entry {
  const agents = enrolledAgents(events);
  const kind = act.stimulus === 'log-line' ? 'cloud.telemetry' : 'cloud.detection';
  const earlier: Arrival[] = [];
  const known = new Set<string>();
  const reports: Arrival[] = [];
  const copies: Arrival[] = [];
  for (const event of events) {
    if (event.kind !== kind || !agents.has(event.agent) || !event.body.includes(act.nonce)) continue;
    const uid = event.kind === 'cloud.detection' ? event.uid : '';
    const before = event.n < act.n;
    if (before) earlier.push(event);
    if (before || (via && event.via !== via) || isOld(event, act, earlier)) continue;
    if (!known.has(uid)) reports.push(event);
    else copies.push(event);
    known.add(uid);
  }
  return { act, reports, copies };
}

/** Sent again from before the act: a known uid, and a time that is before the act or was reported before it. */
function isOld(event: Arrival, act: Act, earlier: readonly Arrival[]): boolean {
  if (event.kind === 'cloud.telemetry') return earlier.length > 0;
  const same = ofKind(earlier, 'cloud.detection').filter((other) => other.uid === event.uid);
  const reported = same.some((other) => other.startTime === event.startTime);
  // Clocks of products may know whole seconds only.
  const begun = event.startTime % 1000 === 0 ? act.t - (act.t % 1000) : act.t;
  return same.length > 0 && (event.startTime < begun || reported);
}

export interface Ledger {
  readonly injected: number;
  readonly delivered: number;
  readonly lost: readonly Act[];
  readonly duplicated: number;
  /** ms from the act (or `from`, if that is later) to its first report, for the delivered ones; not below 0 */
  readonly delays: readonly number[];
  /** the reports; where some are lost, the acts that they are missing of, and what came of these too late */
  readonly evidence: readonly number[];
  /** receipt of the report that came last, ms since the epoch */
  readonly complete: number;
  /** reported first after an act that was played later */
  readonly overtaken: readonly Act[];
}

/** Counts the arrivals up to `until`; an act that is older than `from` has been under way since then (ms since the epoch). */
export function ledgerOf(entries: readonly Entry[], until: number, from = 0): Ledger {
  const inTime = entries.map(({ act, reports, copies }) => ({
    act,
    first: reports.find((report) => report.t <= until),
    copies: copies.filter((copy) => copy.t <= until),
  }));
  const firsts = inTime.flatMap(({ act, first }) => (first ? [{ act, first }] : []));
  return {
    injected: entries.length,
    delivered: firsts.length,
    lost: inTime.filter(({ first }) => !first).map(({ act }) => act),
    duplicated: inTime.reduce((sum, { copies }) => sum + copies.length, 0),
    delays: firsts.map(({ act, first }) => Math.max(0, first.t - Math.max(act.t, from))),
    evidence: evidenceOf(entries, (report) => report.t <= until),
    complete: Math.max(0, ...firsts.map(({ first }) => first.t)),
    overtaken: overtaken(firsts),
  };
}

/** What tells of a loss: each act without a report in time, and its first one all the same. Without a loss: the reports. */
export function evidenceOf(
  entries: readonly Entry[],
  inTime: (report: Arrival, act: Act) => boolean,
): number[] {
  const lost = entries.filter(({ act, reports }) => !reports.some((report) => inTime(report, act)));
  return lost.length > 0
    ? lost.flatMap(({ act, reports }) => [act.n, ...numbersOf(reports.slice(0, 1))])
    : entries.flatMap(({ reports }) => numbersOf(reports.slice(0, 1)));
}

/** In order of play; arrivals are ordered as they were recorded, as one batch has one time. */
function overtaken(firsts: readonly { readonly act: Act; readonly first: Arrival }[]): Act[] {
  const played = firsts.toSorted((a, b) => a.act.n - b.act.n);
  let earliestLater = Infinity;
  const late: Act[] = [];
  for (const { act, first } of played.toReversed()) {
    if (first.n > earliestLater) late.unshift(act);
    earliestLater = Math.min(earliestLater, first.n);
  }
  return late;
}

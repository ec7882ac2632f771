/** `all-delivered` and `each-in-time`: many acts, none lost. */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import type { Measure } from '../../history/events.ts';
import { check, satisfied, undecided, Via, violated, Within, type Finding, type View } from './finding.ts';
import {
  actOf,
  endOf,
  entryOf,
  evidenceOf,
  ledgerOf,
  notEnded,
  notPlayed,
  unplayed,
  type Act,
  type Entry,
  type Ledger,
} from './ledger.ts';
import { count, inSeconds, percentile, seconds, timeMeasure } from './measures.ts';
import { anchorTime } from './window.ts';

const Args = z.object({ acts: z.array(z.string()).min(1), within: Within, via: Via.optional() });

/** The deadline counts from the anchor, for instance the return of the relay. */
export const allDelivered = check(Args, (view, { acts, within, via }) => {
  const entries = entriesOf(view, acts, via);
  if (!Array.isArray(entries)) return entries;
  const from = anchorTime(view);
  const until = from + within;
  // What was played while nothing could be delivered has waited for the anchor, which is not the product's time.
  const ledger = ledgerOf(entries, until, from);
  const details = { measures: measuresOf(view, ledger), evidence: ledger.evidence };
  const last = Math.max(0, ledger.complete - from);
  if (ledger.lost.length === 0)
    return satisfied(
      {
        en: `All ${ledger.injected} acts were reported, the last one ${inSeconds(last)} after the anchor; ${ledger.duplicated} reports came again.`,
        ja: `操作${ledger.injected}件はすべて報告されました（最後の報告は起点から${seconds(last)}秒後）。重複した報告は${ledger.duplicated}件です。`,
      },
      details,
    );
  const reason = both(
    `${ledger.lost.length} of ${ledger.injected} acts had not been reported within ${inSeconds(within)}: ${names(ledger.lost).en}.`,
    `操作${ledger.injected}件中${ledger.lost.length}件が${seconds(within)}秒以内に報告されませんでした：${names(ledger.lost).ja}。`,
  );
  if (view.now <= until) return undecided(reason, details);
  const unknown = unplayed(view.events, ledger.lost);
  if (unknown) return notEnded(unknown);
  return violated(reason, { ...details, missed: { from, until } });
});

/** Each act has its own deadline, from its own end. */
export const eachInTime = check(Args, (view, { acts, within, via }) => {
  const entries = entriesOf(view, acts, via);
  if (!Array.isArray(entries)) return entries;
  const due = (act: Act): number => endOf(view.events, act) + within;
  const kept = entries.map((entry) => before(due(entry.act), entry));
  const ledger = ledgerOf(kept, Infinity);
  const evidence = evidenceOf(entries, (report, act) => report.t <= due(act));
  const details = { measures: measuresOf(view, ledger, within), evidence };
  if (ledger.lost.length === 0)
    return satisfied(
      {
        en: `All ${ledger.injected} acts were reported within ${inSeconds(within)} each.`,
        ja: `操作${ledger.injected}件はすべて、それぞれ${seconds(within)}秒以内に報告されました。`,
      },
      details,
    );
  const reason = both(
    `${ledger.lost.length} of ${ledger.injected} acts had not been reported within ${inSeconds(within)} of the act: ${names(ledger.lost).en}.`,
    `操作${ledger.injected}件中${ledger.lost.length}件が、操作から${seconds(within)}秒以内に報告されませんでした：${names(ledger.lost).ja}。`,
  );
  const late = ledger.lost.filter((act) => view.now > due(act));
  const [overdue] = late;
  if (!overdue) return undecided(reason, details);
  const unknown = unplayed(view.events, late);
  if (unknown) return notEnded(unknown);
  return violated(reason, { ...details, missed: { from: due(overdue) - within, until: due(overdue) } });
});

export function entriesOf({ events }: View, ids: readonly string[], via?: Via): Entry[] | Finding {
  const entries: Entry[] = [];
  for (const id of ids) {
    const act = actOf(events, id);
    if (!act) return notPlayed(id);
    entries.push(entryOf(events, act, via));
  }
  return entries;
}

const before = (due: number, { act, reports, copies }: Entry): Entry => ({
  act,
  reports: reports.filter((report) => report.t <= due),
  copies,
});

/** What a reader can take in; the rest is in the evidence. */
const NAMED = 5;
export function names(acts: readonly Act[]): Both {
  const named = acts
    .slice(0, NAMED)
    .map((act) => `${act.act} (${act.stimulus})`)
    .join(', ');
  const more = acts.length - NAMED;
  return more > 0 ? both(`${named} and ${more} more`, `${named} ほか${more}件`) : both(named, named);
}

export function measuresOf({ events }: View, ledger: Ledger, within?: number): Measure[] {
  const delay = (name: string, share: number): Measure[] => {
    const ms = percentile(ledger.delays, share);
    return ms === undefined ? [] : [timeMeasure(events, { name, ms, within })];
  };
  return [
    count('delivery.injected', ledger.injected),
    count('delivery.delivered', ledger.delivered),
    count('delivery.lost', ledger.lost.length),
    count('delivery.duplicated', ledger.duplicated),
    ...delay('delivery.p50', 0.5),
    ...delay('delivery.p95', 0.95),
    ...delay('delivery.max', 1),
  ];
}

/**
 * `exactly-once`: what was sent again and again while the cloud failed, or waited while the product was started again, is
 * there once. A product may make several findings of one act; how many of which kind is seen in the control act, of the
 * same kind, that was played before. What this had not, and what speaks of several acts, is a copy only where it says
 * the same again: a rule may speak of a series.
 */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { entriesOf, measuresOf, names } from './delivered.ts';
import {
  check,
  incomplete,
  numbersOf,
  satisfied,
  undecided,
  violated,
  Within,
  type Finding,
  type View,
} from './finding.ts';
import {
  actOf,
  endOf,
  entryOf,
  ledgerOf,
  notPlayed,
  notEnded,
  unplayed,
  type Arrival,
  type Entry,
} from './ledger.ts';
import { count, inSeconds, seconds } from './measures.ts';
import { againOf } from './once.ts';
import { anchorTime, ofKind } from './window.ts';

const Args = z.object({
  /** the last one was played after the cloud had come back */
  acts: z.array(z.string()).min(2),
  control: z.string(),
  /** of the cloud, which must have met a request of theirs; without it something else was to be survived */
  fault: z.string().optional(),
  within: Within,
  /** before the product was started again, ms since the epoch: what it says to have found since then it may have found anew */
  started: z.number().optional(),
  /** so long after the anchor nothing may have come under another uid */
  watch: Within,
});

/** The anchor is the end of the fault. */
export const exactlyOnce = check(Args, (view, { acts, control, fault, started, within, watch }) => {
  const entries = entriesOf(view, acts);
  if (!Array.isArray(entries)) return entries;
  const before = actOf(view.events, control);
  if (!before) return notPlayed(control);
  const model = sent(entryOf(view.events, before), started);
  if (model.reports.length === 0) return controlSilent(control);
  // The control as well: what is told anew need not have been under way. What it says late it says for the first time.
  const first = Math.min(...entries.map(({ act }) => act.n));
  const nonces = [before, ...entries.map(({ act }) => act)].map(({ nonce }) => nonce);
  const againIn = (entry: Entry): Arrival[] =>
    againOf(entry, endOf(view.events, entry.act) - entry.act.t + within, nonces);
  const again = againIn(model).filter(({ n }) => n > first);
  const usual = kindsOf(
    model.reports.filter((report) => !again.includes(report)),
    nonces,
  );
  const hits = fault === undefined ? undefined : hitsOf(view, fault, entries);
  if (fault !== undefined && hits === 0) return notHit(fault);
  const from = anchorTime(view);
  const until = from + within;
  const ledger = ledgerOf(entries, until);
  const looked = [model, ...entries.map((entry) => sent(entry, started))];
  const renamed = looked
    .filter(
      (entry) =>
        [...kindsOf(entry.reports, nonces)].some(([kind, count]) => count > (usual.get(kind) ?? count)) ||
        againIn(entry).some((report) => !usual.has(kindOf(report)) || ofSeveral(report, nonces)),
    )
    .map(({ act }) => act);
  const identities = entries.reduce((sum, { reports }) => sum + reports.length, 0);
  const details = {
    measures: [
      ...measuresOf(view, ledger),
      count('delivery.reordered', ledger.overtaken.length),
      count('delivery.identities', identities),
      ...(hits === undefined ? [] : [count('delivery.interrupted', hits)]),
    ],
    evidence: ledger.evidence,
  };
  if (renamed.length > 0)
    return violated(
      {
        en: `${renamed.length} of ${looked.length} acts are at the cloud more than once, under another uid each time: ${names(renamed).en}.`,
        ja: `操作${looked.length}件中${renamed.length}件が、別の識別番号で重複してクラウドに登録されました：${names(renamed).ja}。`,
      },
      {
        ...details,
        evidence: looked
          .filter(({ act }) => renamed.includes(act))
          .flatMap(({ act, reports }) => numbersOf([act, ...reports])),
      },
    );
  if (ledger.lost.length > 0) {
    const reason = both(
      `${ledger.lost.length} of ${ledger.injected} acts had not been reported within ${inSeconds(within)} of the cloud's return: ${names(ledger.lost).en}.`,
      `操作${ledger.injected}件中${ledger.lost.length}件が、クラウドの復旧から${seconds(within)}秒以内に報告されませんでした：${names(ledger.lost).ja}。`,
    );
    if (view.now <= until) return undecided(reason, details);
    const unknown = unplayed(view.events, ledger.lost);
    if (unknown) return notEnded(unknown);
    return violated(reason, { ...details, missed: { from, until } });
  }
  const reason = both(
    `All ${ledger.injected} acts are at the cloud once each; ${ledger.duplicated} reports came again under the same uid.`,
    `操作${ledger.injected}件はすべて一件ずつ登録されました。同じ識別番号での再送は${ledger.duplicated}件です。`,
  );
  return view.now < from + watch ? undecided(reason, details) : satisfied(reason, details);
});

const kindOf = (report: Arrival): string => (report.kind === 'cloud.detection' ? report.analytic : '');

const ofSeveral = ({ body }: Arrival, nonces: readonly string[]): boolean =>
  nonces.filter((nonce) => body.includes(nonce)).length > 1;

/** Without findings of an act before the start that say they were made after it: a scan at the start may find it again. */
function sent(entry: Entry, started: number | undefined): Entry {
  if (started === undefined || entry.act.t >= started) return entry;
  // Clocks of products may know whole seconds only.
  const from = started - (started % 1000);
  const reports = entry.reports.filter(
    (report) => report.kind !== 'cloud.detection' || report.startTime < from,
  );
  return { ...entry, reports };
}

/** analytic → how many findings; without those that speak of several acts */
function kindsOf(reports: readonly Arrival[], nonces: readonly string[]): Map<string, number> {
  const kinds = new Map<string, number>();
  for (const report of reports)
    if (!ofSeveral(report, nonces)) kinds.set(kindOf(report), (kinds.get(kindOf(report)) ?? 0) + 1);
  return kinds;
}

/** How many findings of which kind the product makes of one such act when nothing fails is seen by the control. */
const controlSilent = (control: string): Finding =>
  incomplete('harness', {
    en: `The control act ${control} was not reported, so it is not known how many findings one act makes.`,
    ja: `対照の操作 ${control} が報告されていないため、一つの操作で生じる検知の数が分かりません。`,
  });

/** Requests that the fault has hit while these acts were under way. */
function hitsOf({ events }: View, fault: string, entries: readonly Entry[]): number {
  const begun = Math.min(...entries.map(({ act }) => act.n));
  return ofKind(events, 'cloud.fault').filter(
    (event) => event.fault === fault && event.state === 'hit' && event.n > begun,
  ).length;
}

const notHit = (fault: string): Finding =>
  incomplete('harness', {
    en: `No report was sent while the cloud failed (${fault}), so nothing had to be sent again.`,
    ja: `クラウドの障害（${fault}）の間に報告が送信されなかったため、再送を確認できません。`,
  });

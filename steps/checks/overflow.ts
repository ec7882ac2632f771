/** `overflow-announced`: what a full queue has dropped is told to the cloud. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { entriesOf, names } from './delivered.ts';
import {
  check,
  incomplete,
  satisfied,
  undecided,
  violated,
  Within,
  type Remark,
  type View,
} from './finding.ts';
import { enrolledAgents, ledgerOf, isUnplayed, notEnded, type Act, type Ledger } from './ledger.ts';
import { count, inSeconds, seconds } from './measures.ts';
import { anchorTime, ofKind } from './window.ts';

const Args = z.object({
  acts: z.array(z.string()).min(1),
  /** findings that are kept, as declared */
  keeps: z.number().int().nonnegative(),
  overflow: z.enum(['drop-oldest', 'drop-newest', 'block']).optional(),
  within: Within,
  /** more may be kept than is declared: then nothing had to be told */
  mayKeepAll: z.boolean().default(false),
  /** ms that a heartbeat may come later than the reports: it has a time of its own */
  announce: Within.optional(),
});

/** The anchor is the moment from which reports could be delivered. One act may make several findings. */
export const overflowAnnounced = check(Args, (view, asked) => {
  const { acts, keeps, overflow, within, announce = 0, mayKeepAll } = asked;
  const entries = entriesOf(view, acts);
  if (!Array.isArray(entries)) return entries;
  const from = anchorTime(view);
  const until = from + within;
  const ledger = ledgerOf(entries, until, from);
  const { lost, injected } = ledger;
  const told = announced(view, entries[0]?.act.n ?? 0, until + announce);
  const details = {
    measures: [
      count('overflow.injected', injected),
      count('overflow.kept', ledger.delivered),
      count('overflow.lost', lost.length),
      count('overflow.announced', told),
    ],
    evidence: ledger.evidence,
    findings: remarks(
      ledger,
      entries.map(({ act }) => act),
      overflow,
    ),
  };
  if (lost.length === 0) {
    const reason = both(
      `All ${injected} acts were reported although ${keeps} are declared to be kept, so the queue did not overflow.`,
      `保持できると申告した${keeps}件を超える操作${injected}件がすべて報告され、キューはあふれませんでした。`,
    );
    // Who blocks says that nothing is lost.
    return mayKeepAll || overflow === 'block'
      ? satisfied(reason, details)
      : incomplete('harness', reason, details);
  }
  // How many must be told is not known where one of them may not have happened.
  const unknown = lost.find((act) => isUnplayed(view.events, act));
  if (unknown && view.now > until) return notEnded(unknown);
  if (told >= lost.length && !unknown)
    return satisfied(
      both(
        `The queue kept ${ledger.delivered} of ${injected} acts, and the product told the cloud of ${told} lost findings.`,
        `操作${injected}件中${ledger.delivered}件が保持され、失われた検知${told}件がクラウドへ通知されました。`,
      ),
      details,
    );
  const reason = both(
    `${lost.length} of ${injected} acts were lost, and within ${inSeconds(within + announce)} the product had told the cloud of ${told}: ${names(lost).en}.`,
    `操作${injected}件中${lost.length}件が失われましたが、${seconds(within + announce)}秒以内にクラウドへ通知されたのは${told}件です：${names(lost).ja}。`,
  );
  if (view.now <= until + announce) return undecided(reason, details);
  return violated(reason, { ...details, missed: { from, until: until + announce } });
});

/** Findings that the product says it has lost since event `n`; its count runs since enrolment. */
function announced({ events }: View, n: number, until: number): number {
  const agents = enrolledAgents(events);
  const counts = ofKind(events, 'cloud.heartbeat').filter((event) => agents.has(event.agent));
  const before = counts.filter((event) => event.n < n).at(-1)?.dropped ?? 0;
  const after = counts.filter((event) => event.n > n && event.t <= until);
  return Math.max(0, ...after.map(({ dropped }) => (dropped ?? 0) - before));
}

/** Which end of the queue was dropped, if it is not the declared one. */
function remarks({ lost }: Ledger, played: readonly Act[], overflow: string | undefined): Remark[] {
  const [first, last] = [played[0], played.at(-1)];
  const gone = (act: Act | undefined): boolean => act !== undefined && lost.includes(act);
  const kept = (act: Act | undefined): boolean => act !== undefined && !lost.includes(act);
  const otherwise =
    (overflow === 'drop-oldest' && kept(first) && gone(last)) ||
    (overflow === 'drop-newest' && gone(first) && kept(last)) ||
    (overflow === 'block' && lost.length > 0);
  if (!otherwise) return [];
  return [
    {
      kind: 'overflow-not-as-declared',
      en: `It declares "${overflow}" for an overflow; others were lost.`,
      ja: `キューがあふれた場合の動作を「${overflow}」と申告していますが、失われた検知はそれと異なります。`,
    },
  ];
}

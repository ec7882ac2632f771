/** `in-order`: the order of the acts can be told from their reports, and they come in the order that is stated. */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import { allDelivered, entriesOf, names } from './delivered.ts';
import { check, satisfied, violated, Within } from './finding.ts';
import { ledgerOf, type Act, type Arrival, type Entry } from './ledger.ts';
import { count, words } from './measures.ts';

const Order = z.enum(['oldest-first', 'newest-first', 'none']);
const Args = z.object({ acts: z.array(z.string()).min(2), within: Within, order: Order });

const ORDERS: Readonly<Record<z.infer<typeof Order>, Both>> = {
  'oldest-first': both('oldest first', '古い順'),
  'newest-first': both('newest first', '新しい順'),
  none: both('in no order', '順不同'),
};
const KEYS = {
  sequence: both('their numbers', '通し番号'),
  'start-time': both('their times', '発生時刻'),
} as const;

/** `acts` in order of play, none before the end of the one before it. The anchor as for `all-delivered`. */
export const inOrder = check(Args, (view, { acts, within, order }) => {
  const delivered = allDelivered.run(view, { acts, within });
  if (delivered.state !== 'satisfied') return delivered;
  const entries = entriesOf(view, acts);
  if (!Array.isArray(entries)) return entries;
  const firsts = entries.flatMap(firstOf);
  const { by, mixed } = rebuilt(firsts);
  const moved = order === 'none' ? [] : displaced(firsts, order);
  const details = {
    measures: [
      words('order.declared', order),
      words('order.rebuilt-by', mixed.length > 0 ? 'nothing' : by),
      count('delivery.reordered', ledgerOf(entries, Infinity).overtaken.length),
    ],
    evidence: firsts.map(({ first }) => first.n),
  };
  if (mixed.length > 0)
    return violated(
      both(
        `The order of ${firsts.length} acts cannot be told from ${KEYS[by].en} in the reports; wrong or alike: ${names(mixed).en}.`,
        `報告の${KEYS[by].ja}から、操作${firsts.length}件の順序を復元できません。誤り、または区別できないもの：${names(mixed).ja}。`,
      ),
      { ...details, evidence: reportsOf(firsts, mixed) },
    );
  if (moved.length > 0)
    return violated(
      both(
        `${moved.length} of ${firsts.length} reports did not come ${ORDERS[order].en} as stated: ${names(moved).en}.`,
        `報告${firsts.length}件中${moved.length}件が、申告した順序（${ORDERS[order].ja}）で届いていません：${names(moved).ja}。`,
      ),
      { ...details, evidence: reportsOf(firsts, moved) },
    );
  return satisfied(
    both(
      `The order of all ${firsts.length} acts can be told from ${KEYS[by].en} in the reports, and they came as stated (${ORDERS[order].en}).`,
      `操作${firsts.length}件の順序は報告の${KEYS[by].ja}から復元でき、申告どおり（${ORDERS[order].ja}）に届きました。`,
    ),
    details,
  );
});

interface First {
  readonly act: Act;
  readonly first: Arrival;
}
const firstOf = ({ act, reports }: Entry): First[] =>
  reports.slice(0, 1).map((first): First => ({ act, first }));

const reportsOf = (firsts: readonly First[], acts: readonly Act[]): number[] =>
  firsts.filter(({ act }) => acts.includes(act)).flatMap(({ act, first }) => [act.n, first.n]);

/**
 * By `metadata.sequence` (OCSF) where all have it, or else by the time of the act: numbers are given to findings in the
 * order in which they are made, and who scans files makes some later than others. `mixed`: not after the one before.
 */
function rebuilt(firsts: readonly First[]): { by: keyof typeof KEYS; mixed: Act[] } {
  const times = firsts.map(({ first }) => startOf(first));
  const numbers = firsts.map(({ first }) => sequenceOf(first));
  const byTime = { by: 'start-time', mixed: mixedBy(firsts, times) } as const;
  if (!numbers.every((number) => number !== undefined)) return byTime;
  const byNumber = { by: 'sequence', mixed: mixedBy(firsts, numbers) } as const;
  return byNumber.mixed.length > 0 && byTime.mixed.length === 0 ? byTime : byNumber;
}

const mixedBy = (firsts: readonly First[], keys: readonly (number | undefined)[]): Act[] =>
  firsts
    .filter((_, index) => index > 0 && !((keys[index] ?? NaN) > (keys[index - 1] ?? NaN)))
    .map(({ act }) => act);

/** Those that came on the wrong side of the one before. */
function displaced(firsts: readonly First[], order: 'oldest-first' | 'newest-first'): Act[] {
  const sign = order === 'oldest-first' ? 1 : -1;
  return firsts
    .filter(({ first }, index) => index > 0 && sign * (first.n - (firsts[index - 1]?.first.n ?? 0)) < 0)
    .map(({ act }) => act);
}

const startOf = (first: Arrival): number | undefined =>
  first.kind === 'cloud.detection' ? first.startTime : undefined;

const Numbered = z.object({ metadata: z.object({ sequence: z.number().int() }) });
function sequenceOf({ body }: Arrival): number | undefined {
  try {
    return Numbered.safeParse(JSON.parse(body)).data?.metadata.sequence;
  } catch {
    return undefined;
  }
}

/** What a check is: a pure function of a view of a history, and what it answers. */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import type { Blame, HistoryEvent, Measure } from '../../history/events.ts';

export interface View {
  /** all events so far; event `n` is at index `n - 1` */
  readonly events: readonly HistoryEvent[];
  /** ms since the epoch: what has not happened by its deadline is judged against this */
  readonly now: number;
  /** number of the anchor event, 0 for the beginning: see window.ts */
  readonly since: number;
}

/**
 * `undecided`: the deadline has not passed. `incomplete`: the record does not allow an answer, which is never
 * the product's fault (`blame` says whose).
 */
export type State = 'satisfied' | 'violated' | 'undecided' | 'incomplete';

/** A contradiction or risk that people should read, whatever the verdict is. */
export interface Remark extends Both {
  readonly kind: string;
}

export interface Finding {
  readonly state: State;
  /** a sentence with figures, the same ones in both languages */
  readonly reason: Both;
  readonly measures: readonly Measure[];
  /** numbers of the events that the answer rests on, those that tell most first: a report shows the first few */
  readonly evidence: readonly number[];
  readonly findings?: readonly Remark[];
  readonly blame?: Blame;
  /** the time in which something had to happen and did not, ms since the epoch */
  readonly missed?: { readonly from: number; readonly until: number };
  /** what it did, and not what it did not come to: no other requirement that it fails excuses it */
  readonly itself?: true;
  /** the requirement that was seen not to hold, and that this rests on: it goes before what the step names */
  readonly root?: string;
}

/** Of a few events; the rest is in the history. */
export const numbersOf = (events: readonly { readonly n: number }[]): number[] =>
  events.slice(0, 20).map(({ n }) => n);

type Details = Partial<Omit<Finding, 'state' | 'reason' | 'blame'>>;

const finding =
  (state: State) =>
  (reason: Both, details: Details = {}): Finding => ({
    state,
    reason,
    measures: [],
    evidence: [],
    ...details,
  });

export const satisfied = finding('satisfied');
export const violated = finding('violated');
export const undecided = finding('undecided');
export const incomplete = (blame: Blame, reason: Both, details: Details = {}): Finding => ({
  ...finding('incomplete')(reason, details),
  blame,
});

export interface Check {
  /** it rests on a record without holes: a lab that broke even after it makes it inconclusive */
  readonly wholeRecord: boolean;
  run(view: View, args: unknown): Finding;
}

/** Arguments that the schema refuses are the harness's mistake, and so `incomplete`. */
export function check<A>(
  schema: z.ZodType<A>,
  look: (view: View, args: A) => Finding,
  { wholeRecord } = { wholeRecord: false },
): Check {
  return {
    wholeRecord,
    run(view, args) {
      const parsed = schema.safeParse(args);
      if (parsed.success) return look(view, parsed.data);
      const wrong = z.prettifyError(parsed.error);
      return incomplete('harness', {
        en: `The arguments of the check are wrong: ${wrong}`,
        ja: `チェックの引数が正しくありません：${wrong}`,
      });
    },
  };
}

/** ms, above 0 */
export const Within = z.number().positive();
export const Via = z.enum(['relay', 'direct']);
export type Via = z.infer<typeof Via>;

/** A path as words; `unknown` is what the lab's address plan does not say. */
export const PATHS: Readonly<Record<Via | 'unknown', Both>> = {
  relay: both('relay', 'プロキシ経由'),
  direct: both('direct', '直接通信'),
  unknown: both('unknown', '経路不明'),
};

/**
 * The verdict of a scenario, from its history alone. Order: what was decided before the start; then each
 * check in the order in which it was asked, each over the events up to it, the lab's health first.
 */
import { both, type Both } from '../../history/both.ts';
import type { Blame, HistoryEvent, HistoryEventOf, Measure } from '../../history/events.ts';
import type { Verdict } from '../../history/verdict.ts';
import { failureOf, labHealth, recordHealth, stalledOver, type Sickness } from './health.ts';
import { checks, isCheck, runCheck, type Finding, type Remark, type State } from './index.ts';
import { decidedBy, lastSeen, numbered, type DecidedBy } from './deciding.ts';
import { incomplete } from './finding.ts';
import { statementRemarks } from './statement.ts';
import { tableRemarks } from './tables.ts';
import { ofKind } from './window.ts';

export interface CheckJudgement {
  /** number of the `check` event */
  readonly n: number;
  readonly check: string;
  readonly role: 'given' | 'then';
  readonly state: State;
  readonly reason: Both;
  readonly evidence: readonly number[];
}

export interface ScenarioJudgement {
  readonly verdict: Verdict;
  readonly reason: Both;
  /** the requirement that the scenario's Given rests on and that did not hold */
  readonly because?: string;
  /** a requirement that is the root of this failure if the product fails it as well */
  readonly perhaps?: string;
  /** who is answerable for any verdict but a pass */
  readonly blame?: Blame;
  /** It failed by being too late: so would a product whose endpoint got too little of the machine. */
  readonly late?: true;
  /** the events that decide any verdict but a pass */
  readonly decidedBy?: DecidedBy;
  readonly measures: readonly Measure[];
  readonly findings: readonly Remark[];
  readonly checks: readonly CheckJudgement[];
  readonly seconds: number;
}

type Events = readonly HistoryEvent[];
type Question = HistoryEventOf<'check'>;
type Outcome = Pick<
  ScenarioJudgement,
  'verdict' | 'reason' | 'because' | 'perhaps' | 'blame' | 'late' | 'decidedBy'
>;

export function judgeScenario(events: Events): ScenarioJudgement {
  const decided = ofKind(events, 'applicability').find((event) => event.verdict !== 'runs');
  const asked: CheckJudgement[] = [];
  const measures: Measure[] = [];
  const findings: Remark[] = [...statementRemarks(events), ...tableRemarks(events)];
  const before = decided && decidedBefore(events, decided);
  let outcome = before;
  for (const question of ofKind(events, 'check')) {
    // What is tried although nothing is judged by it (an undeclared kind of relay) may still be worth knowing.
    if (outcome && outcome !== before) break;
    const finding = answer(events, question);
    const { state, reason, evidence } = finding;
    asked.push({ n: question.n, check: question.check, role: question.role, state, reason, evidence });
    if (question.role === 'then') measures.push(...finding.measures);
    findings.push(...(finding.findings ?? []));
    outcome ??= outcomeOf(events, question, finding);
  }
  return {
    ...(outcome ?? ending(events, asked)),
    measures,
    findings,
    checks: asked,
    seconds: duration(events),
  };
}

/** Whose doing it is that a scenario is decided before it begins, unless the event says so itself. */
const DECIDED: Readonly<Record<Outcome['verdict'], Blame>> = {
  pass: 'harness',
  // By the product's own statement.
  unsupported: 'product',
  fail: 'product',
  // What is out of this harness's reach.
  'not-observable': 'harness',
  // Where the product does not start in the open either, nothing is said about closed networks.
  inconclusive: 'platform',
};

function decidedBefore(
  events: Events,
  { n, verdict, reason, blame }: HistoryEventOf<'applicability'>,
): Outcome | undefined {
  if (verdict === 'runs') return undefined;
  const openControl = verdict === 'inconclusive' || verdict === 'not-observable';
  const baselines = openControl ? ofKind(events, 'baseline').map((baseline) => baseline.n) : [];
  return {
    verdict,
    reason,
    blame: blame ?? DECIDED[verdict],
    decidedBy: numbered(events, [...baselines, n]),
  };
}

/** The check over the events up to it; what is still undecided there has not happened. */
function answer(events: Events, question: Question): Finding {
  const upTo = events.slice(0, question.n);
  if (!isCheck(question.check))
    return incomplete('harness', {
      en: `No check is called "${question.check}".`,
      ja: `「${question.check}」というチェックはありません。`,
    });
  const sick = labHealth(upTo);
  if (sick) return unanswered(sick);
  const view = { events: upTo, now: question.t, since: question.since };
  const finding = runCheck(question.check, view, question.args);
  if (finding.state === 'incomplete') return finding;
  const later = checks[question.check].wholeRecord ? recordHealth(events) : undefined;
  if (later) return unanswered(later);
  if (finding.state === 'satisfied') return finding;
  const missed = missedIn(finding, upTo);
  const stalled = missed && stalledOver(events, missed);
  if (!stalled) return { ...finding, state: 'violated' };
  const { evidence } = finding;
  return { ...unanswered(stalled), missed, evidence: [stalled.n, ...evidence] };
}

/** A hook's time limit is a deadline as well, whatever the check makes of its end. */
function missedIn({ missed, evidence }: Finding, events: Events): Finding['missed'] {
  const hook = evidence.map((n) => events[n - 1]).find((event) => event?.kind === 'hook.finished');
  if (missed || hook?.kind !== 'hook.finished' || hook.outcome !== 'timeout') return missed;
  const until = hook.at ?? hook.t;
  return { from: until - hook.ms, until };
}

const unanswered = ({ blame, reason, n }: Sickness): Finding =>
  incomplete(
    blame,
    {
      en: `The lab was not sound: ${reason.en}.`,
      ja: `試験環境に問題がありました。${reason.ja}。`,
    },
    { evidence: [n] },
  );

function outcomeOf(events: Events, question: Question, finding: Finding): Outcome | undefined {
  const { state, reason } = finding;
  if (state === 'satisfied') return undefined;
  const decided = { reason, decidedBy: decidedBy(events, question, finding) };
  if (state === 'incomplete')
    return { verdict: 'inconclusive', ...decided, blame: finding.blame ?? 'harness' };
  const late = finding.missed ? { late: true as const } : {};
  const failed: Outcome = { verdict: 'fail', ...decided, ...late, blame: 'product' };
  const root = finding.root ?? question.root;
  if (root === undefined || (finding.itself && question.role === 'then')) return failed;
  return { ...failed, [question.role === 'given' ? 'because' : 'perhaps']: root };
}

/** Of a scenario that did not finish: up to its last event. */
function duration(events: Events): number {
  const finished = ofKind(events, 'scenario.finished').at(-1);
  return finished?.seconds ?? ((events.at(-1)?.t ?? 0) - (events[0]?.t ?? 0)) / 1000;
}

/** Every check that was asked held: was everything asked? */
function ending(events: Events, asked: readonly CheckJudgement[]): Outcome {
  const finished = ofKind(events, 'scenario.finished').at(-1);
  const failed = ofKind(events, 'lab.failed')[0];
  const inconclusive = (reason: Both, blame: Blame = 'harness', n = events.length): Outcome => ({
    verdict: 'inconclusive',
    reason,
    blame,
    decidedBy: numbered(events, [n]),
  });
  // Without word that every step was played, a failed lab may have kept later checks from being asked.
  if (failed && finished?.completed !== true) return inconclusive(failureOf(failed), failed.blame, failed.n);
  if (!finished)
    return {
      ...inconclusive(both('The scenario did not finish.', 'シナリオが最後まで実行されませんでした。')),
      decidedBy: lastSeen(events),
    };
  if (finished.completed === false)
    return inconclusive(
      both(
        'The scenario ended before all of its steps were played.',
        'シナリオが、すべての手順を実行する前に終わりました。',
      ),
    );
  const then = asked.filter((check) => check.role === 'then');
  const [first] = then;
  if (!first)
    return inconclusive(
      both(
        'The scenario did not ask anything of the product.',
        'シナリオが製品について何も確認していません。',
      ),
    );
  const reason = both(
    then.map((each) => each.reason.en).join(' '),
    then.map((each) => each.reason.ja).join(''),
  );
  return { verdict: 'pass', reason };
}

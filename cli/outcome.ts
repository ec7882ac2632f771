/** One scenario's result, as the rest of the program reads it. */
import type { Envelope } from '@cucumber/messages';
import type { HistoryEvent } from '../history/events.ts';
import { lastSeen } from '../steps/checks/deciding.ts';
import type { ScenarioJudgement } from '../steps/checks/judge.ts';
import { linesOf } from '../reports/deciding.ts';
import type { ScenarioResult } from '../reports/results.ts';
import { both } from '../history/both.ts';
import type { Scenario } from './scenarios.ts';

export interface ScenarioOutcome {
  readonly product: string;
  readonly requirement: string;
  readonly result: ScenarioResult;
  readonly findings: ScenarioJudgement['findings'];
  /** it failed by being too late */
  readonly late: boolean;
}

export type Judged = ScenarioJudgement & { readonly seconds: number };

/**
 * @param judgement what the After hook attached; without one the harness itself broke, which is
 *   inconclusive and carries the first error that Cucumber reported
 * @param recorded what was in the history by then; asked for only without a judgement
 */
export function outcomeOf(
  product: string,
  scenario: Pick<Scenario, 'requirement' | 'name' | 'slug' | 'variant'>,
  judgement: unknown,
  messages: readonly Envelope[],
  recorded: readonly HistoryEvent[] = [],
): ScenarioOutcome {
  const judged = (judgement as Judged | undefined) ?? unjudged(messages, recorded);
  return {
    product,
    requirement: scenario.requirement,
    findings: judged.findings,
    late: judged.late ?? false,
    result: {
      name: scenario.name,
      ...(scenario.variant === undefined ? {} : { variant: scenario.variant }),
      verdict: judged.verdict,
      reason: judged.reason,
      ...(judged.because ? { because: judged.because } : {}),
      ...(judged.perhaps ? { perhaps: judged.perhaps } : {}),
      ...(judged.blame ? { blame: judged.blame } : {}),
      ...(judged.decidedBy ? { decidedBy: linesOf(judged.decidedBy) } : {}),
      seconds: judged.seconds,
      measures: [...judged.measures],
      evidence: `evidence/${product}/${scenario.slug}`,
    },
  };
}

function unjudged(messages: readonly Envelope[], recorded: readonly HistoryEvent[]): Judged {
  const error = messages.find(
    (message) => message.testStepFinished?.testStepResult.message,
  )?.testStepFinished;
  const cause = error?.testStepResult.message;
  return {
    verdict: 'inconclusive',
    reason: both(
      `the harness failed before it could judge: ${cause ?? 'no reason was given'}`,
      `判定の前にハーネスが失敗しました：${cause ?? '理由は不明です'}`,
    ),
    blame: 'harness',
    ...(recorded.length > 0 ? { decidedBy: lastSeen(recorded) } : {}),
    measures: [],
    findings: [],
    checks: [],
    seconds: 0,
  };
}

/** Both ends of a session that is judged: what the open control has shown, and what the history says at last. */
import type { HistoryWriter } from '../../history/writer.ts';
import type { LoadedProduct } from '../../products/load.ts';
import { judgeScenario, type ScenarioJudgement } from '../checks/judge.ts';
import type { Baseline } from './applicability.ts';
import type { RunContext } from './context.ts';
import { LabBroken } from './errors.ts';
import type { Session } from './session.ts';

/** Records what the open control of the product has shown. Throws LabBroken when it could not be played. */
export async function baselineFor(
  context: RunContext,
  product: LoadedProduct,
  history: HistoryWriter,
): Promise<Baseline> {
  const what = 'the open control';
  const baseline = await context.openControl(product).catch((cause: unknown) => {
    const broken = LabBroken.from(what, cause);
    history.record('harness', { kind: 'lab.failed', blame: broken.blame, what, cause: broken.message });
    throw broken;
  });
  history.record('harness', { kind: 'baseline', ...baseline });
  return baseline;
}

/** Errors that have left their mark in the history already. */
const EXPLAINED: readonly string[] = ['CheckViolated', 'LabBroken'];

export interface Ended {
  /** every step was played to its end */
  readonly completed: boolean;
  /** what ended it before: name of the error, and its text */
  readonly broke?: { readonly name: string; readonly text: string } | undefined;
}

/** Takes the lab down, closes the history and judges it. */
export async function conclude(
  session: Pick<Session, 'history'> & AsyncDisposable,
  { completed, broke }: Ended,
): Promise<ScenarioJudgement & { readonly seconds: number }> {
  const { history } = session;
  const begun = history.events[0]?.t ?? Date.now();
  const failed = (blame: 'lab' | 'harness', what: string, cause: string): void =>
    void history.record('harness', { kind: 'lab.failed', blame, what, cause });
  try {
    await session[Symbol.asyncDispose]();
  } catch (cause) {
    failed('lab', 'taking down the lab', String(cause));
  }
  // A step that broke for a reason of the harness's own has asked no check: say so, or it would be lost.
  if (broke && !EXPLAINED.includes(broke.name)) failed('harness', 'a step', broke.text);
  const seconds = (Date.now() - begun) / 1000;
  history.record('harness', { kind: 'scenario.finished', seconds, completed });
  await history.close();
  return { ...judgeScenario(history.events), seconds };
}

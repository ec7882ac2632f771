/** A play as a session of its own: lab, evidence, history and verdict, as a scenario has them. */
import type { LoadedProduct } from '../../../products/load.ts';
import type { ScenarioJudgement } from '../../checks/judge.ts';
import { applicability, usableStimuli } from '../applicability.ts';
import { baselineFor, conclude, type Ended } from '../conclude.ts';
import type { RunContext } from '../context.ts';
import { openSession } from '../open-session.ts';
import { startAndEnrol } from '../product.ts';
import type { Session } from '../session.ts';
import { SessionGround } from './on-session.ts';
import { playSequence } from './play.ts';
import type { Step } from './verbs.ts';

/** In the place of a requirement's id: what must hold is in no requirement's scenario. */
export const NEMESIS = 'NEMESIS';
/** Any attack will do that the product reports in the open. */
const TAGS = ['@stimulus:any'];

export interface PlayedSequence {
  readonly judgement: ScenarioJudgement;
  /** folder of the evidence */
  readonly evidence: string;
}

export async function playInLab(
  context: RunContext,
  product: LoadedProduct,
  { steps, name, seed }: { steps: readonly Step[]; name: string; seed: number },
): Promise<PlayedSequence> {
  const session = await openSession(context, product, {
    requirement: NEMESIS,
    scenario: name,
    folder: `nemesis-${name.replaceAll(/[^a-z0-9]+/gi, '-')}`,
    seed,
  });
  const ended = await attempt(() => play(context, session, steps));
  return { judgement: await conclude(session, ended), evidence: session.evidence };
}

async function play(context: RunContext, session: Session, steps: readonly Step[]): Promise<boolean> {
  const { product, history } = session;
  const baseline = await baselineFor(context, product, history);
  const decided = applicability(TAGS, product.product, baseline);
  history.record('harness', { kind: 'applicability', ...decided });
  if (decided.verdict !== 'runs') return false;
  const usable = usableStimuli(TAGS, baseline);
  // Some products read changes of groups now and then only; what is asked here is whether anything gets lost.
  const many = usable.filter((kind) => kind !== 'T1098.007');
  await session.openLab('closed network');
  const installed = await startAndEnrol(session, 'closed', usable);
  await playSequence(new SessionGround(session, many.length > 0 ? many : usable), steps, installed);
  return true;
}

async function attempt(body: () => Promise<boolean>): Promise<Ended> {
  try {
    return { completed: await body() };
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    return { completed: false, broke: { name: error.name, text: error.stack ?? error.message } };
  }
}

/** Only for tests: a scenario as hooks.ts plays and judges it, with containers that can be reached and harmed. */
import { NONE } from '../../history/both.ts';
import type { HistoryEvent } from '../../history/events.ts';
import type { LoadedProduct } from '../../products/load.ts';
import type { StartedContainer } from '../../topologies/engine/engine.ts';
import { judgeScenario, type ScenarioJudgement } from '../checks/judge.ts';
import { openSession } from './open-session.ts';
import type { RunContext } from './context.ts';
import type { Session } from './session.ts';

export type Reach = (session: Session, node: string) => StartedContainer;

/** Containers of labs to come are found again by lab and node, e.g. `relay`, `gateway-closed`, `pc-holder`. */
export function reachInto(context: RunContext): Reach {
  const started = new Map<string, StartedContainer>();
  const { engine } = context;
  const original = engine.container.bind(engine);
  Object.assign(engine, {
    container: async (spec: Parameters<typeof original>[0]) => {
      const container = await original(spec);
      started.set(spec.name, container);
      return container;
    },
  });
  return (session, node) => {
    const found = started.get(`${session.lab.id}-${node}`);
    if (!found) throw new Error(`no container ${node}; there are ${[...started.keys()].join(', ')}`);
    return found;
  };
}

export interface Played {
  readonly events: readonly HistoryEvent[];
  readonly judgement: ScenarioJudgement;
  /** what the steps threw, if they did: by its name */
  readonly thrown: string | undefined;
}

/** Plays `steps` in a session of its own, takes its lab down, and judges what was recorded. */
export async function played(
  context: RunContext,
  product: LoadedProduct,
  name: string,
  steps: (session: Session) => Promise<void>,
): Promise<Played> {
  const begun = Date.now();
  const session = await openSession(context, product, {
    requirement: 'DET-01',
    scenario: name,
    folder: name,
    seed: context.options.seed,
  });
  const { history } = session;
  history.record('harness', { kind: 'applicability', verdict: 'runs', reason: NONE });
  const thrown = await nameOfError(steps(session));
  const down = await session[Symbol.asyncDispose]().catch((cause: unknown) => String(cause));
  if (down !== undefined)
    history.record('harness', {
      kind: 'lab.failed',
      blame: 'lab',
      what: 'taking down the lab',
      cause: down,
    });
  const seconds = (Date.now() - begun) / 1000;
  history.record('harness', { kind: 'scenario.finished', seconds, completed: thrown === undefined });
  await history.close();
  return { events: history.events, judgement: judgeScenario(history.events), thrown };
}

/** A mistake of this test itself is thrown on; how a scenario ends otherwise is what is looked at. */
async function nameOfError(steps: Promise<void>): Promise<string | undefined> {
  try {
    await steps;
    return undefined;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'LabBroken' || name === 'CheckViolated') return name;
    throw error;
  }
}

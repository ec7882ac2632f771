/** What is done to a product whose detections are accounted for: many acts, full queues, a cloud that fails. */
import { both } from '../../history/both.ts';
import type { HistoryEvent } from '../../history/events.ts';
import type { FaultKind } from '../../mocks/cloud/console.ts';
import type { StimulusId } from '../../mocks/workloads/stimuli.ts';
import type { Statement } from '../../products/schema.ts';
import type { Applicability } from './applicability.ts';
import { seen } from './ask.ts';
import { slowestFrom } from './functions.ts';
import type { PlayedAct, Session } from './session.ts';
import type { HeiikiWorld } from './world.ts';

/** So many findings of one attack a product may tell, by its stages, and all of them stand in its queue. */
export const FINDINGS_OF_ONE = 3;
/** No more attacks than it has declared to keep, but so many that there is an order. */
export function keepable({ product }: Pick<Session, 'product'>, count: number): number {
  const { detections = Infinity } = product.product.statement.queue ?? {};
  return Math.max(2, Math.min(count, Math.floor(detections / FINDINGS_OF_ONE)));
}

export async function playMany(
  session: Session,
  kinds: readonly StimulusId[],
  count: number,
): Promise<PlayedAct[]> {
  const acts: PlayedAct[] = [];
  for (let index = 0; index < count; index++) {
    const kind = kinds[session.random.integer(0, kinds.length - 1)];
    if (kind === undefined) throw new Error('many acts are played, but of no kind');
    acts.push(await session.play(session.fresh(kind)));
  }
  return acts;
}

/** What a product keeps when its installer is told to keep as little as it can. */
export interface FullQueue {
  readonly detections: number;
  /** so many ordinary programs that the log cannot hold all of them */
  readonly programs: number;
}
/** So many attacks, and ordinary events, a scenario can play. */
const MOST = { queue: 20, log: 200 };

export function fullQueue({ queue }: Statement, what: 'queue' | 'log'): FullQueue | Applicability {
  if (!queue && what === 'queue')
    return {
      verdict: 'not-observable',
      reason: both(
        'the product does not say how many detections it keeps, so that it is not known when its queue is full',
        '製品が保持できる検知の件数を申告していないため、いつ満杯になるか分かりません。',
      ),
    };
  const detections = queue?.smallest?.detections ?? queue?.detections ?? 0;
  const events = queue?.smallest?.events ?? queue?.events ?? 0;
  const size = what === 'queue' ? detections : events;
  if (size <= MOST[what]) return { detections: Math.min(detections, MOST.queue), programs: events + 20 };
  return {
    verdict: 'not-observable',
    reason: both(
      `the product keeps ${size} at least, as it declares; ${MOST[what]} can be filled here`,
      `製品は最小でも${size}件を保持すると申告しており、ここで満たせる${MOST[what]}件を超えています。`,
    ),
  };
}

const FAILURES = {
  'answers are lost': 'lost-ack',
  'answers are cut off': 'cut-answer',
  errors: '5xx',
  'answers are late': 'late-answer',
} as const satisfies Readonly<Record<string, FaultKind>>;
export type CloudFailure = keyof typeof FAILURES;

/** From now on reports fail in that way; everything else works. Returns the name of the fault. */
export async function failTakingReports(session: Session, how: CloudFailure): Promise<FaultKind> {
  const kind = FAILURES[how];
  const late = kind === 'late-answer' ? { ms: lateBy(session) } : {};
  await session.changeCloud(`the cloud's fault ${kind}`, (cloud) =>
    cloud.fault({ kind, operations: ['sendDetections'], ...late }),
  );
  return kind;
}
/** So late is an answer, ms, that who waits for none has sent again by then. */
export const lateBy = (session: Session): number => 2 * session.declared('retry');

/** As soon as a report has met with the failure, or the product has had its time to send one. */
export async function takeReportsAgain(session: Session): Promise<HistoryEvent> {
  const hit = (event: HistoryEvent): boolean => event.kind === 'cloud.fault' && event.state === 'hit';
  await seen(session.history, Date.now() + session.within('detect'), hit);
  return session.changeCloud('healing the cloud', (cloud) => cloud.heal());
}

/** Of what was played while the cloud was out of reach, more than the queue holds, the cloud is told how much is lost. */
export async function lossesAreTold(
  world: HeiikiWorld,
  {
    since,
    within,
    restsOn,
    mayKeepAll = false,
  }: { since: HistoryEvent; within: number; restsOn: string; mayKeepAll?: boolean },
): Promise<void> {
  const { session } = world;
  const { overflow } = session.product.product.statement.queue ?? {};
  const acts = world.acts('attacks').map(({ id }) => id);
  // Losses are told with a heartbeat, of which no product declares how often it comes.
  const announce = slowestFrom(session, 0);
  const keeps = world.fullQueue.detections;
  const args = { acts, within, keeps, announce, mayKeepAll, ...(overflow ? { overflow } : {}) };
  await session.ask({ check: 'overflow-announced', args, since, restsOn });
}

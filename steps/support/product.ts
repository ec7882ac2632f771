/** The product's life on its endpoint: installed, enrolled, removed. */
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import type { StimulusId } from '../../mocks/workloads/stimuli.ts';
import { ofKind } from '../checks/window.ts';
import { until } from './ask.ts';
import type { RelayTold } from './relay-words.ts';
import type { Session } from './session.ts';

export interface Told {
  /** what the installer is told of the relay; without it, all that a client in that zone is told */
  readonly relay?: RelayTold;
  readonly second?: string;
  /** it keeps as little as it can while the cloud cannot be reached */
  readonly queue?: 'smallest';
  /** the requirement that is the root if it does not enrol */
  readonly root?: string;
}

/**
 * Installs and waits until the product works: it has enrolled through the relay, and a first attack has been
 * reported. (Enrolled is not enough: its policy may still be on its way.)
 */
export async function startAndEnrol(
  session: Session,
  zone: string,
  usable: readonly StimulusId[],
  { relay = session.relay().access(zone), second = 'none', root = 'NET-01', queue }: Told = {},
): Promise<HistoryEvent> {
  const installed = await session.hook('install', { relay, second, ...(queue ? { queue } : {}) });
  await session.ask({
    check: 'enrolled',
    args: { within: session.within('enrol'), via: 'relay' },
    since: installed,
    given: root,
  });
  // The one that needs the policy, if the product knows it.
  const stimulus = usable.find((kind) => kind === 'sha256-indicator') ?? usable[0];
  if (stimulus) await firstReport(session, stimulus);
  return installed;
}

async function firstReport(session: Session, stimulus: StimulusId): Promise<void> {
  const end = Date.now() + session.within('policy');
  for (;;) {
    // Before it is played: on a slow machine the time may be over before one that began too early has ended.
    const last = Date.now() >= end;
    const { id, started } = await session.play(session.fresh(stimulus));
    const glimpse = Math.max(GLIMPSE, session.within('policy') / FIRST_ATTACKS);
    const within = last ? session.within('detect') : Math.min(session.within('detect'), glimpse);
    const question = { check: 'detected', args: { act: id, within, via: 'relay' }, since: started } as const;
    if (last) return session.ask({ ...question, given: 'DET-01' });
    if (await session.happens(question)) return session.ask({ ...question, given: 'DET-01' });
  }
}
/** A first attack may come before the policy: another one soon is quicker than waiting for this one. */
const GLIMPSE = 1500;
/** at most, as samples are not endless */
const FIRST_ATTACKS = 10;

/**
 * Changes the policy and waits until the product must have it in force. `given`: the requirement that rests on it
 * as well, for a Given.
 */
export async function putInForce(
  session: Session,
  change: () => Promise<number>,
  given?: string,
): Promise<HistoryEvent> {
  const set = await setPolicy(session, change);
  const within = session.within('policy');
  await session.ask({
    check: 'policy-read',
    args: { revision: set.revision, within },
    since: set,
    ...(given ? { given } : {}),
  });
  // It may be read at once and take effect later, and read late and take effect at once.
  await until(session.history, set.t + within);
  return set;
}

/** Changes the policy, and waits for nothing. */
export async function setPolicy(session: Session, change: () => Promise<number>): Promise<PolicySet> {
  const revision = await change();
  const set = ofKind(session.history.events, 'cloud.policy-set').find((event) => event.revision === revision);
  if (!set) throw new Error(`the cloud has not recorded the policy of revision ${revision}`);
  return set;
}
export type PolicySet = HistoryEventOf<'cloud.policy-set'>;

/**
 * Removes the product; what it leaves is read from outside and recorded. Until `retryUntil` (ms since the epoch) a
 * removal that was refused is tried again, the last time then.
 */
export async function remove(session: Session, secret: string, retryUntil = 0): Promise<HistoryEvent> {
  const event = await uninstall(session, secret, retryUntil);
  const end =
    event.kind === 'hook.finished' && event.outcome === 'ok' ? event.t + session.declared('uninstall') : 0;
  // A service may end a moment after the command that ends it.
  do await session.readTraces();
  while (Date.now() < end && !(await session.happens({ check: 'removed', since: event })));
  return event;
}

async function uninstall(session: Session, secret: string, retryUntil: number): Promise<HistoryEvent> {
  // What is measured is as fine as the tries are close; more of them would be work for the endpoint.
  const pause = Math.max(500, session.declared('policy') / 10);
  for (;;) {
    // Before it is tried: a refusal may take longer than what is left.
    const last = Date.now() >= retryUntil;
    const event = await session.hook('uninstall', { secret });
    const refused = event.kind === 'hook.finished' && event.outcome === 'failed';
    if (!refused || last) return event;
    await until(session.history, Math.min(retryUntil, Date.now() + pause));
  }
}

/** The product's life on its endpoint: installed, enrolled, removed. */
import type { HistoryEvent } from '../../history/events.ts';
import type { StimulusId } from '../../mocks/workloads/stimuli.ts';
import { readTraces } from './traces.ts';
import { until } from './ask.ts';
import type { Session } from './session.ts';

/**
 * Installs with the address of the zone's relay and waits until the product works: it has enrolled through the
 * relay, and a first attack has been reported. (Enrolled is not enough: its policy may still be on its way.)
 */
export async function startAndEnrol(
  session: Session,
  zone: string,
  usable: readonly StimulusId[],
): Promise<HistoryEvent> {
  const installed = await session.hook('install', { relay: session.lab.relay().address(zone) });
  await session.ask({
    check: 'enrolled',
    args: { within: session.within('enrol'), via: 'relay' },
    since: installed,
    given: 'NET-01',
  });
  // The one that needs the policy, if the product knows it.
  const stimulus = usable.find((kind) => kind === 'sha256-indicator') ?? usable[0];
  if (stimulus) await firstReport(session, stimulus);
  return installed;
}

async function firstReport(session: Session, stimulus: StimulusId): Promise<void> {
  const end = Date.now() + session.within('policy');
  for (;;) {
    const { id, started } = await session.play(session.fresh(stimulus));
    const last = Date.now() >= end;
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
  const revision = await change();
  const set = session.history.events.findLast((event) => event.kind === 'cloud.policy-set');
  if (!set) throw new Error('the cloud has not recorded the new policy');
  const within = session.within('policy');
  await session.ask({
    check: 'policy-read',
    args: { revision, within },
    since: set,
    ...(given ? { given } : {}),
  });
  // It may be read at once and take effect later: only the declared time says when it must be in force.
  await until(session.history, set.t + session.declared('policy'));
  return set;
}

/** Removes the product; what it leaves is read from outside and recorded. */
export async function remove(session: Session, secret: string): Promise<HistoryEvent> {
  const event = await session.hook('uninstall', { secret });
  const end =
    event.kind === 'hook.finished' && event.outcome === 'ok' ? event.t + session.declared('uninstall') : 0;
  // A service may end a moment after the command that ends it.
  do await readTraces(session.endpoint, session.history);
  while (Date.now() < end && !(await session.happens({ check: 'removed', since: event })));
  return event;
}

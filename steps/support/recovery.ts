/**
 * After a move, or the loss of a relay: ways to bring a product back, in the order of what they cost the people who
 * run it. Each is tried until an attack is delivered; the grade is a check over the history.
 */
import type { HistoryEvent, EventOf } from '../../history/events.ts';
import type { StimulusId } from '../../mocks/workloads/stimuli.ts';
import { ask, until } from './ask.ts';
import { editConfiguration } from './edit-configuration.ts';
import { CheckViolated } from './errors.ts';
import { manual, type Attempted } from './manual.ts';
import { removalSecret } from './removal-secret.ts';
import type { RelayTold } from './relay-words.ts';
import type { Session } from './session.ts';

type Method = EventOf<'recovery.attempt'>['method'];

/** What the product is to be brought to. */
export interface Goal {
  readonly relay: RelayTold;
  /** the same as the policy writes it: host:port, or null */
  readonly policy: string | null;
  /** ends a sentence, e.g. `without a relay` */
  readonly words: string;
  /** zone in which it reaches its cloud as it is: where a removal that the cloud must allow can be done; null: nowhere */
  readonly detour: string | null;
}
/** At a site with another relay and another DNS, told by its name; where it was installed its cloud can still be reached. */
export const toRelayOf = (session: Session, relay: string, zone: string): Goal => {
  const { name, port } = session.relay(relay).access(zone);
  const told = `${name}:${port}`;
  return { relay: told, policy: told, words: 'with the relay of the new site', detour: 'closed' };
};
/** The relay is no longer there, and nothing takes its place. */
export const WITHOUT_RELAY: Goal = {
  relay: 'none',
  policy: null,
  words: 'without a relay',
  detour: 'closed',
};

type Attempt = (session: Session, goal: Goal) => Promise<Attempted>;

const ATTEMPTS: readonly { method: Method; attempt: Attempt }[] = [
  { method: 'itself', attempt: () => Promise.resolve({ done: 'nobody does anything' }) },
  { method: 'policy', attempt: policy },
  { method: 'local-command', attempt: localCommand },
  { method: 'edited-configuration', attempt: (session, { relay }) => editConfiguration(session, relay) },
  { method: 'reinstall', attempt: reinstall },
];

/** in the order in which they are tried */
export const LADDER: readonly Method[] = ATTEMPTS.map(({ method }) => method);

export async function recover(
  session: Session,
  stimulus: StimulusId,
  goal: Goal = WITHOUT_RELAY,
): Promise<void> {
  for (const { method, attempt } of ATTEMPTS) {
    const note = (state: 'begun' | 'not-possible' | 'done', detail: string): void =>
      void session.history.record('harness', { kind: 'recovery.attempt', method, state, detail });
    note('begun', '');
    const attempted = await attempt(session, goal);
    if ('impossible' in attempted) {
      note('not-possible', attempted.impossible);
      continue;
    }
    note('done', attempted.done);
    if (await deliversAgain(session, stimulus, timeOf(session, method))) return;
  }
}

/**
 * By itself it has the time that it declares for going around or coming back, otherwise for coming back or for beginning
 * anew; in either case that for reporting, and after an installation that for its policy, which says what to report.
 */
function timeOf(session: Session, method: Method): number {
  const connecting =
    method === 'itself'
      ? Math.max(session.within('fallback'), session.within('reconnect'))
      : Math.max(session.within('enrol'), session.within('reconnect'));
  const policy = method === 'reinstall' ? session.declared('policy') : 0;
  return connecting + policy + session.declared('detect');
}

/** Attacks that are played in such a time at most: samples of an indicator are not endless, and a ladder has five rungs. */
const MOST_ATTACKS = 5;

/**
 * Plays attacks until one is delivered. Several, because a product may lose what happens while it is cut off
 * and still be well afterwards; a loss is another requirement's business.
 */
export async function deliversAgain(session: Session, stimulus: StimulusId, time: number): Promise<boolean> {
  const end = Date.now() + time;
  for (;;) {
    const last = Date.now() >= end;
    const { id, started } = await session.play(session.fresh(stimulus));
    // Each has its whole time, also the last one.
    const args = { act: id, within: session.within('detect') };
    if (await session.happens({ check: 'detected', args, since: started })) return true;
    if (last) return false;
    await until(session.history, Math.min(end, started.t + time / MOST_ATTACKS));
  }
}

/** The cloud says so. It can only arrive if the product still reaches its cloud. */
async function policy(session: Session, goal: Goal): Promise<Attempted> {
  if (session.product.product.cloud.dialect !== 'heiiki-v1')
    return { impossible: 'it takes no policy from the lab’s cloud' };
  const revision = await session.cloud.setPolicy({ relay: goal.policy });
  const set = session.history.events.at(-1);
  try {
    await ask(
      session.history,
      { check: 'policy-read', args: { revision, within: session.within('policy') }, since: set ?? 0 },
      { record: false },
    );
    return { done: `the policy ${goal.words} was read` };
  } catch (error) {
    if (error instanceof CheckViolated) return { impossible: error.message };
    throw error;
  }
}

async function localCommand(session: Session, { relay, words }: Goal): Promise<Attempted> {
  if (!session.product.product.hooks['set-relay']) return { impossible: 'it has no set-relay hook' };
  manual(session, `tell the product on the endpoint to work ${words}`, false);
  const event = await session.hook('set-relay', { relay });
  return event.kind === 'hook.finished'
    ? { done: `set-relay ended with ${event.outcome}` }
    : { impossible: 'set-relay could not be run' };
}

/**
 * Removal and a new installation. A product whose removal the cloud must allow has to be carried back to where
 * it reaches its cloud: each of these is a step that somebody has to take.
 */
async function reinstall(session: Session, { relay, words, detour }: Goal): Promise<Attempted> {
  const { endpoint } = session;
  const zone = endpoint.zone;
  const { protection } = session.product.product.statement.uninstall;
  const local = protection !== 'cloud-policy';
  if (protection === 'prefetched-token') manual(session, 'fetch the removal token at the cloud', false);
  const secret = await removalSecret(session);
  // Who knows that the cloud must allow the removal does not try it before: trying is no step then.
  if (local) manual(session, 'remove the product', false);
  let removed = await session.hook('uninstall', { secret });
  if (!local && succeeded(removed)) manual(session, 'remove the product', false);
  if (!succeeded(removed)) {
    if (detour === null)
      return { impossible: 'its cloud must allow the removal, and can be reached nowhere' };
    manual(session, 'carry the endpoint back to the closed network', true);
    await session.move(detour);
    manual(session, 'allow the removal in the policy', false);
    await session.cloud.setProtection('off');
    manual(session, 'remove the product', false);
    const allowed = Date.now() + session.within('policy') + session.within('reconnect');
    do {
      await until(session.history, Math.min(allowed, Date.now() + session.declared('policy')));
      removed = await session.hook('uninstall', { secret: 'none' });
    } while (!succeeded(removed) && Date.now() < allowed);
    manual(session, 'carry the endpoint to its new place again', true);
    await session.move(zone);
    if (!succeeded(removed))
      return { impossible: 'it could not be removed even where its cloud can be reached' };
  }
  manual(session, `install the product ${words}`, false);
  const installed = await session.hook('install', { relay });
  return succeeded(installed)
    ? { done: `removed and installed again ${words}` }
    : { impossible: 'it was removed, and could not be installed again' };
}

const succeeded = (event: HistoryEvent): boolean => event.kind === 'hook.finished' && event.outcome === 'ok';

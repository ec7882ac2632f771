/**
 * After a move, or the loss of a relay: ways to bring a product back, in the order of what they cost the people who
 * run it. Each is tried until an attack is delivered; the grade is a check over the history.
 */
import type { HistoryEvent, EventOf } from '../../history/events.ts';
import type { StimulusId } from '../../mocks/workloads/stimuli.ts';
import { ask, until } from './ask.ts';
import { CheckViolated } from './errors.ts';
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
/** The relay is no longer there, and nothing takes its place. */
export const WITHOUT_RELAY: Goal = {
  relay: 'none',
  policy: null,
  words: 'without a relay',
  detour: 'closed',
};

/** Tries one method; false: it cannot be tried with this product or here. */
type Attempt = (session: Session, goal: Goal) => Promise<false | string>;

const ATTEMPTS: readonly { method: Method; attempt: Attempt }[] = [
  { method: 'itself', attempt: () => Promise.resolve('nobody does anything') },
  { method: 'policy', attempt: policy },
  { method: 'local-command', attempt: localCommand },
  { method: 'reinstall', attempt: reinstall },
];

export async function recover(
  session: Session,
  stimulus: StimulusId,
  goal: Goal = WITHOUT_RELAY,
): Promise<void> {
  for (const { method, attempt } of ATTEMPTS) {
    const note = (state: 'begun' | 'not-possible' | 'done', detail: string): void =>
      void session.history.record('harness', { kind: 'recovery.attempt', method, state, detail });
    note('begun', '');
    const done = await attempt(session, goal);
    if (done === false) {
      note('not-possible', '');
      continue;
    }
    note('done', done);
    if (await deliversAgain(session, stimulus, timeOf(session, method))) return;
  }
}

/**
 * By itself it has the time that it declares for going around or coming back, otherwise for connecting; and in
 * either case that for reporting.
 */
function timeOf(session: Session, method: Method): number {
  const connecting =
    method === 'itself'
      ? Math.max(session.within('fallback'), session.within('reconnect'))
      : session.within('enrol');
  return connecting + session.declared('detect');
}

/**
 * Plays attacks until one is delivered. Several, because a product may lose what happens while it is cut off
 * and still be well afterwards; a loss is another requirement's business.
 */
export async function deliversAgain(session: Session, stimulus: StimulusId, time: number): Promise<boolean> {
  const end = Date.now() + time;
  const every = session.within('detect');
  while (Date.now() < end) {
    const { id, started } = await session.play(session.fresh(stimulus));
    const within = Math.min(every, Math.max(1000, end - Date.now()));
    if (await session.happens({ check: 'detected', args: { act: id, within }, since: started })) return true;
  }
  return false;
}

/** The cloud says so. It can only arrive if the product still reaches its cloud. */
async function policy(session: Session, goal: Goal): Promise<false | string> {
  if (session.product.product.cloud.dialect !== 'heiiki-v1') return false;
  const revision = await session.cloud.setPolicy({ relay: goal.policy });
  const set = session.history.events.at(-1);
  try {
    await ask(
      session.history,
      { check: 'policy-read', args: { revision, within: session.within('policy') }, since: set ?? 0 },
      { record: false },
    );
    return `the policy ${goal.words} was read`;
  } catch (error) {
    if (error instanceof CheckViolated) return false;
    throw error;
  }
}

async function localCommand(session: Session, { relay, words }: Goal): Promise<false | string> {
  if (!session.product.product.hooks['set-relay']) return false;
  // A step is noted before it is taken: what it brings about may arrive while it still runs.
  manual(session, `tell the product on the endpoint to work ${words}`, false);
  const event = await session.hook('set-relay', { relay });
  if (event.kind !== 'hook.finished') return false;
  return `set-relay ended with ${event.outcome}`;
}

/**
 * Removal and a new installation. A product whose removal the cloud must allow has to be carried back to where
 * it reaches its cloud: each of these is a step that somebody has to take.
 */
async function reinstall(session: Session, { relay, words, detour }: Goal): Promise<false | string> {
  const { endpoint } = session;
  const zone = endpoint.zone;
  const local = session.product.product.statement.uninstall.protection !== 'cloud-policy';
  // Who knows that the cloud must allow the removal does not try it before: trying is no step then.
  if (local) manual(session, 'remove the product', false);
  let removed = await session.hook('uninstall', { secret: local ? session.secret : 'none' });
  if (!local && succeeded(removed)) manual(session, 'remove the product', false);
  if (!succeeded(removed)) {
    if (detour === null) return false;
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
    manual(session, 'carry the endpoint to the open network again', true);
    await session.move(zone);
    if (!succeeded(removed)) return false;
  }
  manual(session, `install the product ${words}`, false);
  const installed = await session.hook('install', { relay });
  return succeeded(installed) ? `removed and installed again ${words}` : false;
}

const succeeded = (event: HistoryEvent): boolean => event.kind === 'hook.finished' && event.outcome === 'ok';

function manual(session: Session, text: string, site: boolean): void {
  session.history.record('harness', { kind: 'manual.step', text, site });
}

/** Steps that take several attempts: what a relay's administrator and the one of the endpoints do together. */
import type { HistoryEvent } from '../../history/events.ts';
import type { StimulusId } from '../../mocks/workloads/stimuli.ts';
import { until } from './ask.ts';
import { trustRelay } from './inspection.ts';
import { RELAY_CA } from './relay-words.ts';
import { deliversAgain } from './recovery.ts';
import type { Session } from './session.ts';

/** Attacks, one after the other, until one has come through that relay; then the check is asked. */
export async function playUntilThrough(
  session: Session,
  stimulus: StimulusId,
  { since, relay, measure }: { since: HistoryEvent; relay: string; measure: string },
): Promise<void> {
  const within = session.within('probe') + session.declared('detect');
  const args = { relay, within, measure, timing: 'probe+detect' };
  const end = since.t + within;
  const glimpse = Math.max(GLIMPSE, within / MOST_ATTACKS);
  while (Date.now() < end) {
    const { id, started } = await session.play(session.fresh(stimulus));
    const left = Math.max(1, Math.min(glimpse, end - Date.now()));
    const question = { check: 'detected', args: { act: id, within: left, relay }, since: started } as const;
    if (await session.happens(question)) break;
  }
  // Who does not leave a relay of that kind does not leave it for another relay either.
  await session.ask({ check: 'reported-through', args, since, restsOn: 'MOV-02' });
}
/** An attack that went another way says nothing more; the next one may already take the right one. */
const GLIMPSE = 1500;
/** at most, as samples are not endless */
const MOST_ATTACKS = 12;

/**
 * The certificate is renewed, and what clients must know of it is put where they were told. Who does not come back
 * by that is told by the product's own command, and at last started again, which is no new installation. Returns the moment
 * from which it must work.
 */
export async function renewed(session: Session, stimulus: StimulusId): Promise<HistoryEvent> {
  const changed = await session.changeRelay('renewing the certificate', (relay) => relay.renewCertificate());
  const { ca } = session.relay().access('closed');
  if (ca !== undefined) await session.endpoint.put([{ path: RELAY_CA, content: ca, mode: 0o644 }]);
  await trustRelay(session);
  const time = session.within('reconnect') + session.declared('detect');
  // It is there again, and what comes next has its whole time from here.
  if (await deliversAgain(session, stimulus, time)) return session.history.events.at(-1) ?? changed;
  if (session.product.product.hooks['set-relay']) {
    const told = await tellProduct(session);
    if (await deliversAgain(session, stimulus, time)) return session.history.events.at(-1) ?? told;
  }
  // Whoever reads the trust store when it starts is started; that is no new installation either.
  const restarted = await session.restart();
  await until(session.history, restarted.t + session.within('reconnect'));
  return session.history.events.at(-1) ?? restarted;
}

/** All that is known of the relay now, by the product's own command. */
export async function tellProduct(session: Session): Promise<HistoryEvent> {
  session.history.record('harness', {
    kind: 'manual.step',
    text: 'tell the product what is new about its relay',
    site: false,
  });
  return session.hook('set-relay', { relay: session.relay().access('closed') });
}

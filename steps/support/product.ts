/** The product's life on its endpoint: installed, enrolled, removed. */
import type { HistoryEvent } from '../../history/events.ts';
import { readTraces } from './traces.ts';
import { until } from './ask.ts';
import type { Session } from './session.ts';

/**
 * Installs with the address of the zone's relay and waits until the product works: it has enrolled through the
 * relay and, where it knows policies, has read its first one.
 */
export async function startAndEnrol(session: Session, zone: string): Promise<HistoryEvent> {
  const installed = await session.hook('install', { relay: session.lab.relay().address(zone) });
  await session.ask({
    check: 'enrolled',
    args: { within: session.within('enrol'), via: 'relay' },
    since: installed,
    given: 'NET-01',
  });
  const policy = session.history.events.findLast((event) => event.kind === 'cloud.policy-set');
  if (policy?.kind === 'cloud.policy-set' && session.product.product.cloud.dialect === 'heiiki-v1') {
    const args = { revision: policy.revision, within: session.within('enrol') + session.within('policy') };
    await session.ask({ check: 'policy-read', args, since: installed, given: 'NET-01' });
  }
  return installed;
}

/** Changes the policy and waits until the product must have it in force. */
export async function putInForce(session: Session, change: () => Promise<number>): Promise<HistoryEvent> {
  const revision = await change();
  const set = session.history.events.findLast((event) => event.kind === 'cloud.policy-set');
  if (!set) throw new Error('the cloud has not recorded the new policy');
  const within = session.within('policy');
  await session.ask({ check: 'policy-read', args: { revision, within }, since: set });
  // It may be read at once and take effect later: only the declared time says when it must be in force.
  await until(session.history, set.t + session.product.product.timing.policy);
  return set;
}

/** Removes the product; what it leaves is read from outside and recorded. */
export async function remove(session: Session, secret: string): Promise<HistoryEvent> {
  const event = await session.hook('uninstall', { secret });
  await readTraces(session.endpoint, session.history);
  return event;
}

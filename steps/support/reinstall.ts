/** Removal and a new installation where the cloud cannot be reached, as somebody does who has been told that it is needed. */
import type { HistoryEvent } from '../../history/events.ts';
import { putInForce, remove } from './product.ts';
import { removalSecret } from './removal-secret.ts';
import type { Session } from './session.ts';

const byCloud = (session: Session): boolean =>
  session.product.product.statement.uninstall.protection === 'cloud-policy';

/** A removal that the cloud must allow is allowed while it can still be heard. */
export async function allowRemoval(session: Session): Promise<void> {
  if (byCloud(session)) await putInForce(session, () => session.cloud.setProtection('off'), 'TMP-02');
}

/** The answer is the end of the last try: where it did not let itself be removed, it is tried once more in `zone`. */
export async function removeOffline(session: Session, zone: string): Promise<HistoryEvent> {
  await session.move(null);
  const secret = await removalSecret(session);
  const removed = await remove(session, secret);
  // Its good-bye may wait in the kernel for a network, which in earnest does not come a second later.
  await session.forgetConnections();
  await session.move(zone);
  if (removed.kind === 'hook.finished' && removed.outcome === 'ok') return removed;
  return remove(session, secret, Date.now() + session.within('policy') + session.within('reconnect'));
}

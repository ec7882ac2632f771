/** The detailed log at the cloud grows old, and is looked up there as an analyst does. */
import { ofKind } from '../checks/window.ts';
import type { PlayedAct, Session } from './session.ts';

export interface Retention {
  /** as declared */
  readonly days: number;
  /** so much before and after the end it is looked up, days: whoever deletes once a day is in time */
  readonly margin: number;
}

export function retentionOf({ product }: Session): Retention {
  const { logRetention } = product.product.statement;
  if (!logRetention) throw new Error('the statement names no logRetention');
  const { days } = logRetention;
  // A short time cannot be told by whole days.
  return { days, margin: Math.min(1, days / 10) };
}

/** For the cloud's log so many days have passed since the lab began, those included that have been let pass before. */
export async function ageLogTo(session: Session, days: number): Promise<void> {
  const passed = ofKind(session.history.events, 'cloud.log-aged').reduce((sum, aged) => sum + aged.days, 0);
  if (days > passed)
    await session.inCloud('ageing the log at the cloud', (cloud) => cloud.ageLog(days - passed));
}

/** Both are looked up at once, so that the one that has just come shows that looking works. */
export async function lookUp(session: Session, old: PlayedAct, recent: PlayedAct): Promise<void> {
  const arrived = ofKind(session.history.events, 'cloud.telemetry').find(({ body }) =>
    body.includes(old.act.nonce),
  );
  await session.inCloud('looking up the log at the cloud', (cloud) =>
    cloud.readLog([old.act.nonce, recent.act.nonce], arrived?.agent),
  );
}

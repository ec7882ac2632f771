/** How long the way to the cloud has to be lost for its loss to be a trial. */
import type { HistoryEvent } from '../../history/events.ts';
import { ofKind } from '../checks/window.ts';
import { until } from './ask.ts';
import type { Session } from './session.ts';

/** Attempts in a long outage, at the least: who gives a report up after a few of them has reached that. */
export const TRIES = 8;

/**
 * Waits until a product has noticed the loss: it has looked for another way, has tried to report so many times, and has
 * seen whatever happened meanwhile. What it has not even seen by then was never queued, and no queue could keep it.
 */
export async function longEnough(session: Noticing, lost: HistoryEvent, tries = 1): Promise<void> {
  const { history } = session;
  const { t = lost.t } = ofKind(history.events, 'act.finished').findLast(({ n }) => n > lost.n) ?? {};
  const tried = lost.t + Math.max(session.declared('fallback'), tries * session.declared('retry'));
  await until(history, Math.max(tried, t + session.declared('detect')));
}
type Noticing = Pick<Session, 'history' | 'declared'>;

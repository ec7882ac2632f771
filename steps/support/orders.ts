/** Orders of the cloud to the endpoint, and the time in which they have to be carried out. */
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { AGAIN_MS } from '../../mocks/cloud/commands.ts';
import type { Program } from '../../mocks/workloads/programs.ts';
import { ofKind } from '../checks/window.ts';
import { seen } from './ask.ts';
import type { Session } from './session.ts';

/** Gives the order; the answer is the event that says so. */
export async function order(
  session: Session,
  name: string,
  args?: Record<string, unknown>,
): Promise<HistoryEventOf<'cloud.command'>> {
  const uid = await session.cloud.command(undefined, name, args);
  const given = ofKind(session.history.events, 'cloud.command').find((event) => event.uid === uid);
  if (!given) throw new Error(`the cloud has not recorded the command ${uid}`);
  return given;
}
export const killOrder = (session: Session, { path }: Program): Promise<HistoryEventOf<'cloud.command'>> =>
  order(session, 'kill-process', { path });

/** An order whose result stays out is handed out again after this time, ms. */
export const HANDED_OUT_AGAIN = AGAIN_MS;

/** Waits for its result, or until that time. */
export const answered = (session: Session, uid: string, time: number): Promise<boolean> =>
  seen(session.history, time, (event) => event.kind === 'cloud.command-result' && event.uid === uid);

/** The cloud answers the next results of commands in this way, and then in the right one again. */
export async function spoilResults(session: Session, kind: 'lost-ack' | '5xx'): Promise<void> {
  await session.cloud.fault({ kind, operations: ['sendCommandResult'], count: SPOILED });
}
/** More than one: what is tried again at once may find nothing to do, and what is tried again after that does. */
export const SPOILED = 2;

/** Since then its cloud has taken so many results without saying so, or refused them. */
export const spoiled = (events: readonly HistoryEvent[], since: HistoryEvent): number =>
  ofKind(events, 'cloud.fault').filter((event) => event.n > since.n && event.state === 'hit').length;

/** What a product can do where it stands: connect, report, obey, fetch updates; each is tried, and none has to work. */
import type { HistoryEvent } from '../../history/events.ts';
import type { StimulusId } from '../../mocks/workloads/stimuli.ts';
import { deliversAgain } from './recovery.ts';
import type { Session } from './session.ts';
import { slowestInterval } from './timing.ts';
import { seen } from './ask.ts';

/** ms since the epoch by which whatever comes again and again has come */
export const slowestFrom = (session: Session, time: number): number =>
  time + slowestInterval((key) => session.declared(key));

/** Where the content of the product's updates comes from; undefined unless that is a place of its own. */
export function updateHost(session: Session): string | undefined {
  const { channels } = session.product.product.statement;
  const hosts = Object.entries(channels).map(([channel, to]) => ({ channel, host: hostOf(to) }));
  const update = hosts.find(({ channel }) => channel === 'update')?.host;
  return hosts.some(({ channel, host }) => channel !== 'update' && host === update) ? undefined : update;
}
export const hostOf = (destination: string): string => destination.replace(/:\d+$/, '');

/** True if the product speaks of commands and the cloud of this product knows them. */
export const takesCommands = ({ product: { product } }: Session): boolean =>
  product.cloud.dialect === 'heiiki-v1' && product.statement.channels.command !== undefined;

/** Tries one function after another until `time` has passed without a connection; without one nothing else can work. */
export async function tryFunctions(
  session: Session,
  stimulus: StimulusId,
  since: HistoryEvent,
  time: number,
): Promise<void> {
  const { history } = session;
  const connected = await seen(
    history,
    Date.now() + time,
    (event) => event.n > since.n && HEARD.includes(event.kind),
  );
  if (!connected) return;
  await deliversAgain(session, stimulus, session.within('policy') + session.within('detect'));
  if (takesCommands(session)) await answersCommand(session, 'collect-log');
  const host = updateHost(session);
  if (host === undefined) return;
  const isUpdate = (event: HistoryEvent): boolean =>
    event.n > since.n &&
    event.kind === 'cloud.request' &&
    hostOf(event.host) === host &&
    (event.status === 200 || event.status === 304);
  await seen(history, slowestFrom(session, Date.now()), isUpdate);
}
const HEARD: readonly HistoryEvent['kind'][] = ['cloud.enrolled', 'cloud.heartbeat', 'cloud.telemetry'];

/** Sends a command and gives the product its time for the result. */
export async function answersCommand(session: Session, name: string): Promise<void> {
  const uid = await session.cloud.command(undefined, name);
  await seen(
    session.history,
    Date.now() + session.within('command'),
    (event) => event.kind === 'cloud.command-result' && event.uid === uid,
  );
}

/**
 * New connections to its relay that a product may open in a minute while the relay goes away and comes back every
 * `seconds`: two tunnels for each destination whenever it does, and two attempts as often as it says that it tries.
 */
export function knocksAMinute(session: Session, seconds: number): number {
  const destinations = new Set(Object.values(session.product.product.statement.channels)).size;
  const tunnels = (60 / seconds) * destinations * 2;
  return Math.ceil(tunnels + (60_000 / session.declared('retry')) * 2);
}

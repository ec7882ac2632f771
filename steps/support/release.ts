/** A new version of the product that its cloud hands out, and what of it is on the endpoint. */
import { createHash } from 'node:crypto';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import type { Endpoint } from '../../topologies/lab-types.ts';
import { shownBy } from '../checks/channels.ts';
import { ofKind } from '../checks/window.ts';
import { seen, until } from './ask.ts';
import { slowestFrom } from './functions.ts';
import type { Session } from './session.ts';
import { CEILINGS } from './timing.ts';

/** So long does each of the many parts take: time enough to lose the relay in their midst, ms. */
const PART_MS = 400;
/** Parts that have to come before it is lost. */
const GOOD_PART = 4;
/** Newer than any product's own. */
const VERSION = '9.0.0';
const GLANCE = 500;

type Offer = HistoryEventOf<'cloud.release-offered'>;
type Part = HistoryEventOf<'cloud.request'>;

/**
 * Waits for what a product that updates itself fetches, and offers a newer version if that was nothing: without content of
 * its own there was nothing to fetch.
 */
export async function offerIfNothingWasFetched(session: Session, since: HistoryEvent): Promise<void> {
  const { selfUpdate, channels } = session.product.product.statement;
  if (selfUpdate === undefined) return;
  const { history } = session;
  const fetched = await seen(
    history,
    slowestFrom(session, Date.now()),
    () => shownBy(history.events.slice(since.n), 'update', channels) !== undefined,
  );
  if (!fetched) await session.cloud.offerRelease(VERSION);
}

/** Gives the order; the answer is the event that says so. */
export async function offerSlowly(session: Session): Promise<Offer> {
  await session.changeCloud('handing out a version slowly', (cloud) =>
    cloud.fault({ kind: 'slow', ms: PART_MS, operations: ['readRelease'] }),
  );
  const { version } = await session.cloud.offerRelease(VERSION);
  const offer = ofKind(session.history.events, 'cloud.release-offered').findLast(
    (event) => event.version === version,
  );
  if (!offer) throw new Error(`the cloud has not recorded that it offers ${version}`);
  return offer;
}

const isPart = (event: HistoryEvent, { n, version }: Offer): event is Part & { range: string } =>
  event.kind === 'cloud.request' &&
  event.n > n &&
  event.range !== undefined &&
  event.path.endsWith(`/${encodeURIComponent(version)}`);

/** Waits for so much of it that it can be cut in the middle, for as long as any product may take to hear of it. */
export async function partsCome(session: Session, offer: Offer): Promise<void> {
  const { history } = session;
  const end = offer.t + CEILINGS[session.lane].update + GOOD_PART * PART_MS * 2;
  await seen(history, end, () => history.events.filter((one) => isPart(one, offer)).length >= GOOD_PART);
}

/**
 * How long a product may take for it once its way is open again, ms: it may go on when it looks for it the next time, each
 * part comes slowly, and one may be lost.
 */
export const wholeWithin = (session: Session, { size }: Offer): number =>
  session.within('reconnect') + session.declared('update') + Math.ceil(size / LEAST_PART) * PART_MS * 2;
/** What the cloud gives at once of it. */
const LEAST_PART = 65_536;

/** Reads from outside what is installed; true if it is that. */
export async function lookAtInstalled(session: Session, offer?: Offer): Promise<boolean> {
  const file = session.product.product.statement.selfUpdate?.file ?? '';
  const content = await session.inEndpoint('reading what is installed', (endpoint) =>
    readSteadily(endpoint, file),
  );
  const sha256 = content ? createHash('sha256').update(content).digest('hex') : null;
  const value = { file, sha256, bytes: content?.length ?? 0 };
  const read = { endpoint: session.endpoint.name, by: 'archive', what: 'installed-release', value } as const;
  session.history.record('harness', { kind: 'endpoint.state', ...read });
  return sha256 === offer?.sha256;
}

const READINGS = 5;

/**
 * An engine looks at the size of a file first and then reads so much of it: of one that is put in the place of another
 * meanwhile it gives a piece that nobody installed. So it is what two readings in a row agree on.
 */
export async function readSteadily(
  endpoint: Pick<Endpoint, 'get'>,
  file: string,
): Promise<Buffer | undefined> {
  let content = await endpoint.get(file);
  for (let reading = 1; reading < READINGS; reading++) {
    const again = await endpoint.get(file);
    if (again === undefined ? content === undefined : content?.equals(again)) break;
    content = again;
  }
  return content;
}

/** Looks once the last part has come, and then again and again until it is there or the time is over. */
export async function lookUntilWhole(session: Session, offer: Offer, time: number): Promise<void> {
  const end = `-${offer.size - 1}/${offer.size}`;
  await seen(session.history, time, (event) => isPart(event, offer) && event.range.endsWith(end));
  for (;;) {
    const last = Date.now() >= time;
    if ((await lookAtInstalled(session, offer)) || last) return;
    await until(session.history, Math.min(time, Date.now() + GLANCE));
  }
}

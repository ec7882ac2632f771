/** Relays that cut, limit and withhold: how much, how long, and what is done meanwhile. */
import type { HistoryEvent } from '../../history/events.ts';
import type { StimulusId } from '../../mocks/workloads/stimuli.ts';
import { ofKind } from '../checks/window.ts';
import { until } from './ask.ts';
import { slowestFrom } from './functions.ts';
import type { PlayedAct, Session } from './session.ts';

const SECOND = 1000;
const MINUTE = 60;
/**
 * After that a relay cuts a tunnel: a minute, as relays do. In a lane of short times shorter, but so that a product still has
 * its time to come back between two cuts.
 */
export function idleSeconds(session: Pick<Session, 'lane' | 'declared'>): number {
  if (session.lane === 'evaluation') return MINUTE;
  const needed = Math.max(
    ...(['command', 'retry', 'reconnect'] as const).map((key) => session.declared(key)),
  );
  return Math.min(MINUTE, Math.max(2, Math.round(needed / SECOND)));
}

const COMMANDS = 3;
/** uids of commands that were given when nothing had happened for longer than idle tunnels live. */
export async function commandsNowAndThen(session: Session): Promise<string[]> {
  const uids: string[] = [];
  for (let number = 0; number < COMMANDS; number++) {
    const idle = idleSeconds(session) * 1000 * (1 + session.random.integer(2, 10) / 10);
    await until(session.history, Date.now() + idle);
    uids.push(await session.cloud.command(undefined, 'ping'));
  }
  return uids;
}

/** Bytes. With less, what a connection costs before it carries any report would decide: two to three thousand. */
const LEAST_LIMIT = 6144;
/** Samples of an indicator are known to the policy beforehand, and there are only so many. */
const MOST_INDICATORS = 26;
const MANY = 24;
const MOST = 130;

/** So many that their reports are several times what passes at once. */
export async function manyAttacks(session: Session, usable: readonly StimulusId[]): Promise<PlayedAct[]> {
  // Changing a group is slow.
  const kinds = usable.filter((kind) => kind !== 'T1098.007');
  const enough = Math.ceil((LEAST_LIMIT * 2) / Math.max(1, carriedBytes(session.history.events)));
  const kept = session.product.product.statement.queue?.detections ?? MOST;
  const count = Math.min(MOST, kept, Math.max(MANY, enough));
  const acts: PlayedAct[] = [];
  for (let number = 0; number < count; number++) {
    const wanted = kinds[session.random.integer(0, kinds.length - 1)] ?? usable[0];
    const used = acts.filter(({ act }) => act.stimulus === 'sha256-indicator').length;
    const kind =
      wanted === 'sha256-indicator' && used >= MOST_INDICATORS ? kinds.find((k) => k !== wanted) : wanted;
    if (kind) acts.push(await session.play(session.fresh(kind)));
  }
  return acts;
}

/** A third of what `count` reports of this product have on their way, in bytes. */
export const limitOf = (session: Session, count: number): number =>
  Math.max(LEAST_LIMIT, Math.round((carriedBytes(session.history.events) * count) / 3));

/** What is like nothing else in a report, bytes: so much each of many has that are packed together. */
const LEAST_PACKED = 100;
/** A request is noted once it is over, and others may be over before. */
const NEXT_REQUESTS = 3;

/** What each of many reports has on its way, bytes, by the first that was sent: those of one product are alike. */
export function carriedBytes(events: readonly HistoryEvent[]): number {
  const first =
    events.find((event) => event.kind === 'cloud.detection') ??
    events.find((event) => event.kind === 'cloud.telemetry');
  if (!first) return 0;
  const bytes = Buffer.byteLength(first.body);
  const next = ofKind(events, 'cloud.request')
    .filter(({ n, method }) => n > first.n && method !== 'GET')
    .slice(0, NEXT_REQUESTS);
  const packed = next.length > 0 && next.every(({ bytesUp }) => bytesUp < bytes);
  return packed ? LEAST_PACKED : bytes;
}

/** host:port to which the statement says that reports of this kind go. */
function reportsGoTo({ product }: Session, stimulus: StimulusId): string | undefined {
  const { detection, telemetry } = product.product.statement.channels;
  return stimulus === 'log-line' ? (telemetry ?? detection) : (detection ?? telemetry);
}

/** With each of the destinations taken away in turn, an attack gets its time to be reported. */
export async function withoutEach(
  session: Session,
  stimulus: StimulusId,
  destinations: readonly string[],
  allow: (rest: readonly string[]) => Promise<HistoryEvent>,
): Promise<{ destination: string; act: string; needed: boolean }[]> {
  const taken: { destination: string; act: string; needed: boolean }[] = [];
  for (const destination of destinations) {
    await allow(destinations.filter((other) => other !== destination));
    // By then it has noticed, and tried whatever it does without it.
    await until(session.history, slowestFrom(session, Date.now()));
    const { id } = await session.play(session.fresh(stimulus));
    await until(session.history, Date.now() + session.within('detect') + 1);
    taken.push({ destination, act: id, needed: destination === reportsGoTo(session, stimulus) });
  }
  return taken;
}

/** Events as text: the story in a page, and all of them. */
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { describe } from './describe.ts';
import type { Tone } from './describe-tones.ts';
import { PEER_NAMES } from './names.ts';
import { both, type Both } from './texts.ts';
import type { Clock } from './timeline-clock.ts';

export interface Row {
  readonly at: number;
  readonly source: string;
  readonly text: Both;
  readonly tone: Tone;
}

const rowOf = (e: HistoryEvent, clock: Clock): Row => ({ at: clock.of(e), source: e.source, ...describe(e) });

/** Steps and what was done and broken, what the product delivered, and what went wrong. */
const TOLD = new Set<HistoryEvent['kind']>([
  'step',
  'hook.finished',
  'recovery.attempt',
  'manual.step',
  'fault.injected',
  'fault.verified',
  'fault.healed',
  'move.started',
  'move.finished',
  'endpoint.restarted',
  'endpoint.sleep',
  'relay.changed',
  'act.started',
  'act.finished',
  'cloud.enrolled',
  'cloud.detection',
  'cloud.tenant-opened',
  'cloud.release-offered',
  'cloud.command',
  'cloud.command-result',
  'cloud.log-aged',
  'cloud.log-read',
  'cloud.unenrolled',
  'cloud.fault',
  'lab.closed',
  'outsider.heard',
]);
export const storyOf = (events: readonly HistoryEvent[], clock: Clock): Row[] =>
  events
    .filter((e) => (TOLD.has(e.kind) || describe(e).tone === 'bad') && !isOurs(e))
    .map((e) => rowOf(e, clock));
const isOurs = (e: HistoryEvent): boolean =>
  (e.kind === 'relay.request' || e.kind === 'outsider.heard') && e.ours;

/** A run of packets becomes one row. */
export function rowsOf(events: readonly HistoryEvent[], clock: Clock): Row[] {
  const rows: Row[] = [];
  let bundle: HistoryEventOf<'packet'>[] = [];
  const flush = (): void => {
    const [first] = bundle;
    if (first)
      rows.push({ at: clock.of(first), source: first.source, text: bundleText(bundle), tone: 'quiet' });
    bundle = [];
  };
  for (const e of events) {
    if (e.kind === 'packet') {
      bundle.push(e);
      continue;
    }
    flush();
    rows.push(rowOf(e, clock));
  }
  flush();
  return rows;
}

function bundleText(packets: readonly HistoryEventOf<'packet'>[]): Both {
  const groups = [...Map.groupBy(packets, ({ direction, peer }) => `${direction} ${peer}`).values()];
  const each = groups.flatMap((group): Both[] => {
    const [first] = group;
    if (!first) return [];
    const name = PEER_NAMES[first.peer];
    const out = first.direction === 'out';
    return [
      both(
        `${group.length} ${out ? 'to' : 'from'} ${name.en}`,
        `${name.ja}${out ? 'へ' : 'から'}${group.length}個`,
      ),
    ];
  });
  return both(
    `packets: ${each.map(({ en }) => en).join(', ')}`,
    `パケット：${each.map(({ ja }) => ja).join('、')}`,
  );
}

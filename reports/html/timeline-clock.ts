/** When things happened, as seconds from the start of a history. */
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { happenedAt } from '../../history/happened.ts';

export interface Clock {
  readonly seconds: number;
  /** ms since the epoch → seconds from the start */
  at(t: number): number;
  /** when an event happened */
  of(e: HistoryEvent): number;
}

export function clockOf(events: readonly HistoryEvent[]): Clock {
  const start = events[0]?.t ?? 0;
  const end = events.reduce((latest, e) => Math.max(latest, e.t), start);
  const seconds = Math.max((end - start) / 1000, 0.001);
  const at = (t: number): number => Math.min(seconds, Math.max(0, (t - start) / 1000));
  return { seconds, at, of: (e) => at(happenedAt(e)) };
}

export function isKind<K extends HistoryEvent['kind']>(kind: K): (e: HistoryEvent) => e is HistoryEventOf<K> {
  return (e): e is HistoryEventOf<K> => e.kind === kind;
}

/**
 * ms since the epoch: from here on the endpoint speaks for the product; before it, the lab proves from inside the
 * endpoint that the network is closed. The start, where nothing was installed.
 */
export function productSince(events: readonly HistoryEvent[]): number {
  const install = events.filter(isKind('hook.finished')).find(({ hook }) => hook === 'install');
  return install ? install.t - install.ms : (events[0]?.t ?? 0);
}

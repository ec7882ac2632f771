/**
 * The window of a check. It opens at the anchor, deadlines count from the anchor's receipt. A hook is recorded
 * when it has ended: if the anchor is `hook.finished`, or the event after it is the end of an installation,
 * upgrade or removal, the window opens when that hook began (an installer may enrol before it ends) and
 * deadlines count from its receipt (`at`, where it is given, is when it ended: its output is read before it is recorded).
 */
import type { EventKind, HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import type { View } from './finding.ts';

type Hook = HistoryEventOf<'hook.finished'>;

const CHANGES: readonly string[] = ['install', 'upgrade', 'uninstall'];

/** The hook that the anchor is about. */
export function hookOf({ events, since }: Pick<View, 'events' | 'since'>): Hook | undefined {
  const [anchor, next] = [events[since - 1], events[since]];
  if (anchor?.kind === 'hook.finished') return anchor;
  return next?.kind === 'hook.finished' && CHANGES.includes(next.hook) ? next : undefined;
}

/** ms since the epoch from which deadlines count */
export function anchorTime(view: View): number {
  return hookOf(view)?.t ?? view.events[view.since - 1]?.t ?? view.events[0]?.t ?? view.now;
}

/** ms since the epoch at which the window opens: what began then may show before the anchor itself is recorded */
export function windowOpens(view: View): number {
  const hook = hookOf(view);
  return hook ? begunAt(hook) : anchorTime(view);
}
const begunAt = (hook: Hook): number => (hook.at ?? hook.t) - hook.ms;

/** Events of the window, in order. */
export function inWindow(view: View): readonly HistoryEvent[] {
  const hook = hookOf(view);
  if (!hook) return view.events.slice(view.since);
  const begun = begunAt(hook);
  let first = hook.n - 1;
  for (let index = first - 1; index >= 0; index--) {
    const event = view.events[index];
    if (!event || event.t < begun) break;
    first = index;
  }
  return view.events.slice(Math.min(first, view.since));
}

/** The same, and what came through after the end of a fault had begun and before it had been seen, if that is the anchor. */
export function sinceHealing(view: View): readonly HistoryEvent[] {
  const healed = view.events[view.since - 1];
  if (healed?.kind !== 'fault.healed' || healed.ms === undefined) return inWindow(view);
  const begun = healed.t - healed.ms;
  const first = view.events.findIndex(({ t }) => t >= begun);
  return view.events.slice(first);
}

export function ofKind<K extends EventKind>(events: readonly HistoryEvent[], kind: K): HistoryEventOf<K>[] {
  return events.filter((event): event is HistoryEventOf<K> => event.kind === kind);
}
export const later = <K extends EventKind>(view: View, kind: K): HistoryEventOf<K>[] =>
  ofKind(inWindow(view), kind);

export function last<K extends EventKind>(
  events: readonly HistoryEvent[],
  kind: K,
): HistoryEventOf<K> | undefined {
  return ofKind(events, kind).at(-1);
}

/** Each entry of `known` takes away one of its like. */
export function subtract(list: readonly string[], known: readonly string[]): string[] {
  const rest = [...known];
  return list.filter((entry) => {
    const index = rest.indexOf(entry);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}

/**
 * The few events that decide a verdict: those that the check names, what was done to the network until then, and the
 * asking itself. A report shows them; they decide nothing that the check has not decided.
 */
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { happenedAt } from '../../history/happened.ts';
import type { Finding } from './finding.ts';
import { hookOf } from './window.ts';

export interface Deciding {
  readonly event: HistoryEvent;
  /** when it happened, from the beginning of the history */
  readonly seconds: number;
}
export interface DecidedBy {
  readonly events: readonly Deciding[];
  /** the time in which something had to happen and did not, in seconds from the beginning of the history */
  readonly deadline?: { readonly from: number; readonly until: number };
}

type Events = readonly HistoryEvent[];
type Question = HistoryEventOf<'check'>;

/** What a reader can take in; the rest is in the history. */
const MOST_NAMED = 8;
const MOST_CIRCUMSTANCES = 6;

export function decidedBy(events: Events, question: Question, finding: Finding): DecidedBy {
  const { evidence, missed, state } = finding;
  // Where nobody could answer, what the network was like explains nothing.
  const about = state === 'violated' || missed ? circumstances(events, question) : [];
  const begun = events[0]?.t ?? 0;
  const after = (t: number): number => Math.max(0, (t - begun) / 1000);
  return {
    ...numbered(events, [...[...new Set(evidence)].slice(0, MOST_NAMED), ...about, question.n]),
    ...(missed ? { deadline: { from: after(missed.from), until: after(missed.until) } } : {}),
  };
}

/** Each once, in the order of the record; without any, there is nothing to show. */
export function numbered(events: Events, numbers: readonly number[]): DecidedBy {
  const begun = events[0]?.t ?? 0;
  const wanted = new Set(numbers);
  const few = events.filter(({ n }) => wanted.has(n));
  return {
    events: few.map((event) => ({ event, seconds: Math.max(0, (happenedAt(event) - begun) / 1000) })),
  };
}

/** Of a record that breaks off: the step that it had come to, and the last that was seen. */
export function lastSeen(events: Events): DecidedBy {
  const step = events.findLast(({ kind }) => kind === 'step');
  return numbered(events, [...(step ? [step.n] : []), events.length]);
}

/** The anchor, and the last change of each thing before the question: the relay's loss, its return, a move. */
function circumstances(events: Events, { n, since }: Question): number[] {
  const changes = new Map<string, number>();
  for (const event of events.slice(0, n)) {
    const what = changeOf(event);
    if (what !== undefined) changes.set(what, event.n);
  }
  const anchor = events[since - 1];
  const tells = anchor && (changeOf(anchor) !== undefined || anchor.kind === 'act.started');
  const hook = hookOf({ events, since });
  return [
    ...[...changes.values()].sort((a, b) => a - b).slice(-MOST_CIRCUMSTANCES),
    ...(tells ? [anchor.n] : []),
    ...(hook && hook.n < n ? [hook.n] : []),
  ];
}

/** What such an event changes: a later one with the same answer takes its place. */
function changeOf(event: HistoryEvent): string | undefined {
  switch (event.kind) {
    case 'fault.verified':
      return `${event.kind} ${event.fault} ${event.target} ${event.state}`;
    case 'cloud.fault':
      return event.state === 'hit' ? undefined : `${event.kind} ${event.fault} ${event.state}`;
    case 'move.finished':
      return `${event.kind} ${event.endpoint} ${event.zone ?? ''}`;
    case 'endpoint.restarted':
      return `${event.kind} ${event.endpoint}`;
    case 'endpoint.sleep':
      return `${event.kind} ${event.endpoint} ${event.state}`;
    case 'relay.changed':
      return `${event.kind} ${event.relay} ${event.what}`;
    default:
      return undefined;
  }
}

/** Deciding events as lines for people: what the report and the page of a scenario show of them. */
import type { HistoryEvent } from '../history/events.ts';
import { describe } from './html/describe.ts';
import type { DecidedBy } from './results.ts';

interface Decided {
  readonly events: readonly { readonly event: HistoryEvent; readonly seconds: number }[];
  readonly deadline?: DecidedBy['deadline'];
}

export function linesOf({ events, deadline }: Decided): DecidedBy {
  return {
    events: events.map(({ event, seconds }) => ({
      n: event.n,
      seconds,
      source: event.source,
      text: describe(event).text,
    })),
    ...(deadline === undefined ? {} : { deadline }),
  };
}

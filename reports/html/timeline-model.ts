/** A history as things to draw: bands, lanes of marks, rows of text. Times are seconds from its start. */
import type { HistoryEvent } from '../../history/events.ts';
import { bandsOf, zonesOf, type Band, type Span } from './timeline-bands.ts';
import { clockOf } from './timeline-clock.ts';
import { lanesOf, type Lane } from './timeline-lanes.ts';
import { rowsOf, storyOf, type Row } from './timeline-rows.ts';
import { talksOf, type Talk } from './timeline-talks.ts';

export interface Timeline {
  readonly seconds: number;
  readonly zones: readonly Span[];
  readonly bands: readonly Band[];
  readonly lanes: readonly Lane[];
  readonly talks: readonly Talk[];
  /** what somebody who was not there wants to be told */
  readonly story: readonly Row[];
  readonly rows: readonly Row[];
  /** rows beyond the limit, which are in the history only */
  readonly more: number;
}

const MAX_ROWS = 1500;
const MAX_STORY = 200;
export function timelineOf(events: readonly HistoryEvent[]): Timeline {
  const clock = clockOf(events);
  const rows = rowsOf(events, clock);
  const story = storyOf(events, clock);
  return {
    seconds: clock.seconds,
    zones: zonesOf(events, clock),
    bands: bandsOf(events, clock),
    lanes: lanesOf(events, clock),
    talks: talksOf(events),
    story: story.slice(0, MAX_STORY),
    rows: rows.slice(0, MAX_ROWS),
    more: Math.max(0, rows.length - MAX_ROWS),
  };
}

/** When something happened, as people are shown it. */
import type { HistoryEvent } from './events.ts';

/** A source's clock is believed where it says that the event came a little late, which a busy machine causes. */
const LATE_MS = 30_000;

/** ms since the epoch */
export function happenedAt({ at, t }: HistoryEvent): number {
  return at !== undefined && at <= t && t - at < LATE_MS ? at : t;
}

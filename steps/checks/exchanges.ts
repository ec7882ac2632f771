/** When the cloud heard a product: what it sent was there, which says that the way was open at that moment. */
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';

const HEARD = [
  'cloud.enrolled',
  'cloud.heartbeat',
  'cloud.policy-read',
  'cloud.telemetry',
  'cloud.detection',
] as const;
export type Exchange = HistoryEventOf<(typeof HEARD)[number] | 'cloud.request'>;

const isHeard = (event: HistoryEvent): event is HistoryEventOf<(typeof HEARD)[number]> =>
  (HEARD as readonly string[]).includes(event.kind);

/**
 * Requests without an agent (a connectivity test) count when they were answered well. Those of an agent do not: one
 * that waits for commands is noted when it ends, and the way may be lost by then.
 */
export function exchanges(events: readonly HistoryEvent[]): Exchange[] {
  return events.filter(
    (event): event is Exchange =>
      isHeard(event) || (event.kind === 'cloud.request' && event.agent === undefined && event.status === 200),
  );
}

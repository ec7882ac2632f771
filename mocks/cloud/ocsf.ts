/** An OCSF Detection Finding that the schema has accepted, as an event of the history. */
import type { CloudEvent } from './exchange.ts';
import type { TakenFinding } from './protocol/types.ts';

type Detection = Extract<CloudEvent, { kind: 'cloud.detection' }>;

/** OCSF's `disposition_id`, by what it says became of the act; who says nothing of that has said something other. */
const DISPOSITIONS: readonly { readonly said: Detection['disposition']; readonly ids: readonly number[] }[] =
  [
    // allowed, approved, uncorrected, detected, no action, logged, tagged, alert
    { said: 'detected', ids: [1, 8, 13, 15, 16, 17, 18, 19] },
    // blocked, dropped, rejected
    { said: 'blocked', ids: [2, 6, 25] },
    // quarantined, deleted
    { said: 'removed', ids: [3, 5] },
  ];

export function toDetection(agent: string, finding: TakenFinding, copy: number): Detection {
  const { uid, title, analytic, attacks } = finding.finding_info;
  return {
    kind: 'cloud.detection',
    agent,
    uid,
    copy,
    analytic: analytic?.uid ?? attacks?.find((a) => a.technique)?.technique?.uid ?? title,
    disposition: DISPOSITIONS.find(({ ids }) => ids.includes(finding.disposition_id))?.said ?? 'other',
    startTime: finding.start_time,
    body: JSON.stringify(finding),
  };
}

/** An OCSF Detection Finding that the schema has accepted, as an event of the history. */
import type { CloudEvent } from './exchange.ts';
import type { DispositionId, TakenFinding } from './protocol/types.ts';

const DISPOSITIONS = { 1: 'other', 2: 'blocked', 15: 'detected' } as const satisfies Record<
  DispositionId,
  string
>;

export function toDetection(
  agent: string,
  finding: TakenFinding,
  copy: number,
): Extract<CloudEvent, { kind: 'cloud.detection' }> {
  const { uid, title, analytic, attacks } = finding.finding_info;
  return {
    kind: 'cloud.detection',
    agent,
    uid,
    copy,
    analytic: analytic?.uid ?? attacks?.find((a) => a.technique)?.technique?.uid ?? title,
    disposition: DISPOSITIONS[finding.disposition_id],
    startTime: finding.start_time,
    body: JSON.stringify(finding),
  };
}

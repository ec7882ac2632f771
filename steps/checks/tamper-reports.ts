/** What a product tells its cloud of an attack on itself. */
import type { HistoryEventOf } from '../../history/events.ts';
import { enrolledAgents } from './ledger.ts';
import { later } from './window.ts';
import type { View } from './finding.ts';

/** Impair Defenses: T1562.001, in ATT&CK v19 T1685. */
const IMPAIR_DEFENSES = /\bT1562(?:\.001)?\b|\bT1685\b/;

/** Findings since the anchor that name the technique, of agents that the cloud knows. */
export function tamperReports(view: View): HistoryEventOf<'cloud.detection'>[] {
  const agents = enrolledAgents(view.events);
  return later(view, 'cloud.detection').filter(
    ({ agent, analytic, body }) =>
      agents.has(agent) && (IMPAIR_DEFENSES.test(analytic) || IMPAIR_DEFENSES.test(body)),
  );
}

/** What the sensor saw, and the rules for starts and files. Pure. */
import type { PolicyInForce } from '../policy.ts';

/** What is known of files: the policy, and the content beside it. */
export type Known = Pick<PolicyInForce, 'allows' | 'indicator'>;
import type { Draft } from './finding.ts';

/** One act as the sensor tells it; times in ms, uid as a number. */
export interface Act {
  readonly kind: 'exec' | 'open' | 'write';
  readonly id: number;
  readonly time: number;
  readonly path: string;
  /** empty when it was not computed (empty or very large file) */
  readonly sha256: string;
  readonly pid: number;
  readonly parentPid: number;
  readonly uid: number;
  readonly commandLine: string;
  readonly parentCommandLine: string;
  /** exec: this is the file that was named, not an interpreter of it */
  readonly named: boolean;
  /** somebody is blocked until we say allow or deny */
  readonly asks: boolean;
}

const DOWNLOADS = /^\/home\/[^/]+\/Downloads\//;
/** What comes with the distribution's packages. */
const DISTRIBUTION = /^\/(usr|lib|lib64|bin|sbin)\//;

/** The finding that this act deserves, if any; an allowlist entry for the file wins. */
export function judge(act: Act, policy: Known, userOf: (uid: number) => string): Draft | null {
  const matched = match(act, policy);
  if (matched === null || policy.allows(act)) return null;
  return {
    ...matched,
    startTime: act.time,
    file: { path: act.path, sha256: act.sha256 },
    process: {
      pid: act.pid,
      commandLine: act.commandLine,
      user: userOf(act.uid),
      parentPid: act.parentPid,
      parentCommandLine: act.parentCommandLine,
    },
  };
}

function match(act: Act, policy: Known): Pick<Draft, 'analytic' | 'title'> | null {
  const indicator = policy.indicator(act.sha256);
  if (indicator !== undefined)
    return { analytic: 'sha256-indicator', title: `${indicator}: ${verb(act)} ${act.path}` };
  if (act.kind === 'exec' && act.named && DOWNLOADS.test(act.path) && !DISTRIBUTION.test(act.path))
    return { analytic: 'T1204.002', title: `Unknown program run from a download folder: ${act.path}` };
  return null;
}
const verb = ({ kind }: Act): string => ({ exec: 'started', open: 'opened', write: 'appeared' })[kind];

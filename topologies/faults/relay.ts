/** Ways to lose a relay. Each is seen in force, and seen gone, by a node of the zone that is not the product's. */
import { LabError } from '../errors.ts';
import type { RelayFault } from '../lab-types.ts';
import type { ProbeResult } from '../probes.ts';

const TABLE = 'heiiki_fault';

/**
 * nft script for the relay's namespace, on the side of its clients. `refused` also cuts connections that are
 * open: the next segment in either direction is answered with a reset.
 */
export function faultRules(
  fault: RelayFault,
  addresses: readonly string[],
  port: number,
): string | undefined {
  if (fault === 'paused') return undefined;
  const clients = `ip daddr { ${addresses.join(', ')} } tcp dport ${port}`;
  const answers = `ip saddr { ${addresses.join(', ')} } tcp sport ${port}`;
  const inward = fault === 'refused' ? 'reject with tcp reset' : 'drop';
  const outward = fault === 'refused' ? 'tcp flags & rst == 0 reject with tcp reset' : 'drop';
  return [
    `table inet ${TABLE} {`,
    `  chain in { type filter hook input priority 0; policy accept; ${clients} ${inward}; }`,
    `  chain out { type filter hook output priority 0; policy accept; ${answers} ${outward}; }`,
    '}',
    '',
  ].join('\n');
}
export const FORGET_RULES = `nft delete table inet ${TABLE}`;

/** Did a probe that asked the relay for a tunnel see what this fault looks like? */
export function inForce(fault: RelayFault, { outcome, detail }: ProbeResult): boolean {
  switch (fault) {
    case 'refused':
      return outcome === 'refused';
    case 'silent':
      return outcome === 'silent' && detail === '';
    // The kernel accepts for a process that is stopped; the request is never read.
    case 'paused':
      return outcome === 'silent' && detail.startsWith('connected');
  }
}
/** Any answer will do: also "forbidden" is said by a relay that works. */
export function isGone(result: ProbeResult): boolean {
  return result.outcome === 'answered' && result.detail.startsWith('HTTP/');
}

export function notVerified(what: string, target: string, results: readonly ProbeResult[]): LabError {
  const seen = results.map(({ outcome, detail }) => `${outcome} ${detail}`.trim()).join('; ');
  return new LabError(
    'relay',
    `${what} at ${target} could not be verified`,
    `a probe from the zone's gateway saw: ${seen}`,
  );
}

/** What can go wrong with a lab. None of it is ever charged to the product. */
import type { Blame } from '../history/events.ts';

export class LabError extends Error {
  override readonly name: string = 'LabError';
  readonly blame: Blame;
  readonly what: string;
  readonly why: string;

  /** `what` happened, `why` it probably did, in words. */
  constructor(blame: Blame, what: string, why: string, options?: ErrorOptions) {
    super(`${what}: ${why}`, options);
    this.blame = blame;
    this.what = what;
    this.why = why;
  }
}

/** This fault cannot be had here: not with this machine's kernel, or not with this kind of relay. */
export class FaultUnavailable extends LabError {
  override readonly name = 'FaultUnavailable';

  constructor(blame: 'host' | 'lab', fault: string, why: string) {
    const where = blame === 'host' ? 'on this machine' : 'with this relay';
    super(blame, `fault ${fault} is not available ${where}`, why);
  }
}

export interface ProbeFinding {
  readonly probe: string;
  readonly target: string;
  readonly arrivesInControl: boolean;
  readonly blocked: boolean;
  readonly detail: string;
}

/** The proof of closure did not succeed: something gets out, or a probe proves nothing. */
export class LabNotClosed extends LabError {
  override readonly name = 'LabNotClosed';
  readonly findings: readonly ProbeFinding[];

  constructor(lab: string, findings: readonly ProbeFinding[]) {
    const wrong = findings.filter(({ blocked, arrivesInControl }) => !blocked || !arrivesInControl);
    const remedy =
      'No product is installed in a lab that leaks. Look at the engine’s networks and at the host’s firewall.';
    super(
      'lab',
      `Lab ${lab} is not closed`,
      [`${wrong.length} of ${findings.length} attempts:`, ...wrong.map(explain), remedy].join('\n'),
    );
    this.findings = findings;
  }
}

function explain({ probe, target, blocked, detail }: ProbeFinding): string {
  return blocked
    ? `- ${probe} to ${target} proves nothing, as it does not arrive in the open control either: ${detail}`
    : `- ${probe} gets through to ${target}: ${detail}`;
}

/** Any failure as one that names who has to answer for it. */
export function asLabError(cause: unknown, blame: Blame, what: string): LabError {
  if (cause instanceof LabError) return cause;
  return new LabError(blame, what, cause instanceof Error ? cause.message : String(cause), { cause });
}

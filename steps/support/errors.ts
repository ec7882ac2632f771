/** How a step ends other than well. Each knows whose fault it is. */
import type { Blame } from '../../history/events.ts';

/** The product did not do what a check asked for. */
export class CheckViolated extends Error {
  override readonly name = 'CheckViolated';
}

/** The lab, the engine, the host or the harness failed: the scenario is inconclusive. */
export class LabBroken extends Error {
  override readonly name = 'LabBroken';
  readonly blame: Blame;

  constructor(message: string, blame: Blame, options?: ErrorOptions) {
    super(message, options);
    this.blame = blame;
  }

  static from(what: string, cause: unknown): LabBroken {
    if (cause instanceof LabBroken) return cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    const blame = (cause as { blame?: Blame } | null)?.blame ?? 'lab';
    return new LabBroken(`${what}: ${text}`, blame, { cause });
  }
}

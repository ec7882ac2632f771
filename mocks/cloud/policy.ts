/** The one policy of a tenant; every change makes a new revision. */
import type { AllowlistEntry, Indicator, Policy } from './protocol/types.ts';

export type PolicyPatch = Partial<Omit<Policy, 'revision'>>;

const BEGIN: Policy = {
  revision: 1,
  mode: 'detect',
  indicators: [],
  allowlist: [],
  uninstallProtection: 'on',
};

export class PolicyStore {
  #now: Policy;
  readonly #of: string;

  /** `of`: whose it is, so that no two policies have one ETag */
  constructor(begin: Policy = BEGIN, of = '') {
    this.#now = begin;
    this.#of = of;
  }

  get current(): Policy {
    return this.#now;
  }
  get etag(): string {
    return `"${this.#of}r${this.#now.revision}"`;
  }

  patch(patch: PolicyPatch): Policy {
    this.#now = { ...this.#now, ...patch, revision: this.#now.revision + 1 };
    return this.#now;
  }
  /** The same hash is replaced, not listed twice. */
  addIndicator(indicator: Indicator): Policy {
    const others = this.#now.indicators.filter((i) => i.sha256 !== indicator.sha256);
    return this.patch({ indicators: [...others, indicator] });
  }
  allow(entry: AllowlistEntry): Policy {
    return this.patch({ allowlist: [...this.#without(entry), entry] });
  }
  /** Throws if the entry is not on the list: a scenario that removes it believes that it is. */
  disallow(entry: AllowlistEntry): Policy {
    const allowlist = this.#without(entry);
    if (allowlist.length === this.#now.allowlist.length)
      throw new Error(
        `the allowlist has no ${entry.kind} ${entry.value}. Add it first, or remove what is on it.`,
      );
    return this.patch({ allowlist });
  }

  #without(entry: AllowlistEntry): AllowlistEntry[] {
    return this.#now.allowlist.filter((e) => e.kind !== entry.kind || e.value !== entry.value);
  }
}

/** The policy in force: kept over restarts, taken whole or not at all. */
import type { AllowlistEntry, Policy } from '../cloud/protocol/types.ts';
import { isRecord, readState, writeIfRoom } from './files.ts';
import type { Behaviour } from './flaws.ts';

const SHA256 = /^[0-9a-f]{64}$/;
const KINDS: readonly unknown[] = ['sha256', 'path', 'parent'];

/** The body of a policy answer, or in words why it is none. */
export function parsePolicy(value: unknown): Policy | string {
  if (!isRecord(value)) return 'it is no object';
  const { revision, mode, indicators, allowlist, relay, uninstallProtection } = value;
  if (typeof revision !== 'number' || !Number.isInteger(revision) || revision < 1)
    return 'its revision is no number';
  if (mode !== 'detect' && mode !== 'block') return 'its mode is unknown';
  if (!Array.isArray(indicators) || !indicators.every(isIndicator))
    return 'its list of indicators is malformed';
  if (!Array.isArray(allowlist) || !allowlist.every(isEntry)) return 'its allowlist is malformed';
  if (uninstallProtection !== 'on' && uninstallProtection !== 'off')
    return 'its uninstall protection is unknown';
  if (relay !== undefined && relay !== null && typeof relay !== 'string') return 'its relay is malformed';
  return {
    revision,
    mode,
    indicators,
    allowlist,
    uninstallProtection,
    ...(relay === undefined ? {} : { relay }),
  };
}
export function isIndicator(value: unknown): value is Policy['indicators'][number] {
  return (
    isRecord(value) &&
    typeof value['sha256'] === 'string' &&
    SHA256.test(value['sha256']) &&
    typeof value['name'] === 'string'
  );
}
function isEntry(value: unknown): value is AllowlistEntry {
  if (!isRecord(value) || typeof value['value'] !== 'string' || !KINDS.includes(value['kind'])) return false;
  return value['kind'] !== 'sha256' || SHA256.test(value['value']);
}

/** The file that something is about. */
export interface Subject {
  readonly path: string;
  /** empty when it could not be computed */
  readonly sha256: string;
}

export class PolicyInForce {
  readonly #file: string;
  readonly #style: Behaviour['allowlist'];
  #policy: Policy | null = null;
  #etag: string | undefined;
  /** the cloud that is asked has given another, or none yet */
  #foreign = false;
  #indicators = new Map<string, string>();
  #allowed = new Set<string>();
  readonly #seenPaths = new Map<string, string>();

  constructor(file: string, style: Behaviour['allowlist']) {
    this.#file = file;
    this.#style = style;
    const stored = readState(file);
    const policy = parsePolicy(stored?.['policy']);
    if (typeof policy === 'string') return;
    this.#adopt(policy);
    this.#etag = typeof stored?.['etag'] === 'string' ? stored['etag'] : undefined;
  }
  get current(): Policy | null {
    return this.#policy;
  }
  get revision(): number {
    return this.#foreign ? 0 : (this.#policy?.revision ?? 0);
  }
  get etag(): string | undefined {
    return this.#etag;
  }
  /** It stays in force, and its revision says nothing: that of another tenant may have the same. */
  readAnew(): void {
    this.#foreign = true;
    this.#etag = undefined;
  }
  take(policy: Policy, etag: string | undefined): void {
    this.#foreign = false;
    this.#adopt(policy);
    this.#etag = etag;
    writeIfRoom(this.#file, JSON.stringify({ policy, etag }));
  }

  get blocks(): boolean {
    return this.#policy?.mode === 'block';
  }
  /** The name of the indicator that this hash is. */
  indicator(sha256: string): string | undefined {
    return this.#indicators.get(sha256);
  }
  allows({ path, sha256 }: Subject): boolean {
    if (this.#style === 'ignored') return false;
    if (this.#allowed.has(`path ${path}`)) return true;
    const entry = `sha256 ${sha256}`;
    if (sha256 !== '' && this.#allowed.has(entry)) {
      this.#seenPaths.set(path, entry);
      return true;
    }
    return this.#style === 'by-path-once-seen' && this.#allowed.has(this.#seenPaths.get(path) ?? '');
  }

  #adopt(policy: Policy): void {
    this.#policy = policy;
    this.#indicators = new Map(policy.indicators.map(({ sha256, name }) => [sha256, name]));
    const entries = policy.allowlist.map(({ kind, value }) => `${kind} ${value}`);
    this.#allowed = new Set(this.#style === 'never-shrinks' ? [...this.#allowed, ...entries] : entries);
  }
}

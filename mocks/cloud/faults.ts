/** Scripted misbehaviour of the cloud. It only breaks; it judges nothing. */
import { setTimeout as delay } from 'node:timers/promises';

import { CERTIFICATES, type CertificateKind } from './certificate.ts';

export const FAULTS = [
  '5xx',
  'slow',
  'late-answer',
  'lost-ack',
  'cut-answer',
  'clock-off',
  ...CERTIFICATES,
] as const;
/**
 * `certificate-…`: from now on the cloud shows that certificate to whoever connects; connections that were open are
 * cut. `certificate-by-clock`: one that it has issued just now, by its clock. `clock-off`: the cloud tells a time that is off by `ms`. `5xx`: 503 and nothing is stored. `slow`: the request is handled after `ms`. `late-answer`: it is
 * handled and stored, and answered after `ms`. `lost-ack`: the request is handled
 * and stored, then the connection is cut instead of the answer. `cut-answer`: the same, but the first half of the answer is sent.
 */
export type FaultKind = (typeof FAULTS)[number];
export interface Fault {
  readonly kind: FaultKind;
  /** of `slow` and `late-answer`, default 3000; of `clock-off`, default a day ahead */
  readonly ms?: number;
  /** goes off by itself after so many hits */
  readonly count?: number;
  /** operationIds of openapi.yaml that it concerns; all if absent */
  readonly operations?: readonly string[];
}
type Report = (event: { kind: 'cloud.fault'; fault: string; state: 'on' | 'off' | 'hit' }) => void;

const SLOW_MS = 3000;
const DAY_MS = 86_400_000;

export class Faults {
  readonly #active = new Map<FaultKind, { fault: Fault; left: number }>();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  /** Replaces one of the same kind. */
  start(fault: Fault): void {
    this.#active.set(fault.kind, { fault, left: fault.count ?? Infinity });
    this.#say(fault.kind, 'on');
  }
  /** Of these kinds only one can be on. */
  startOnly(fault: Fault, kinds: readonly FaultKind[]): void {
    for (const other of kinds) if (other !== fault.kind && this.#active.has(other)) this.#end(other);
    this.start(fault);
  }
  /** Ends all, or the one of that kind. */
  heal(kind?: FaultKind): void {
    for (const active of [...this.#active.keys()])
      if (kind === undefined || kind === active) this.#end(active);
  }

  /** Counts a hit if this fault is on for the operation. */
  hits(kind: FaultKind, operation: string): boolean {
    const active = this.#active.get(kind);
    if (!active || (active.fault.operations && !active.fault.operations.includes(operation))) return false;
    this.#say(kind, 'hit');
    active.left -= 1;
    if (active.left <= 0) this.#end(kind);
    return true;
  }

  /** Waits if that is on; ends early when the client goes away. */
  async slowDown(kind: 'slow' | 'late-answer', operation: string, signal: AbortSignal): Promise<void> {
    const ms = this.#active.get(kind)?.fault.ms ?? SLOW_MS;
    if (this.hits(kind, operation)) await delay(ms, undefined, { signal }).catch(() => undefined);
  }

  /** How far off the cloud's clock is, ms. */
  get clockOffMs(): number {
    const clock = this.#active.get('clock-off');
    return clock ? (clock.fault.ms ?? DAY_MS) : 0;
  }
  /** The certificate that is shown; null: the right one. */
  get certificate(): CertificateKind | null {
    return CERTIFICATES.find((kind) => this.#active.has(kind)) ?? null;
  }

  #end(kind: FaultKind): void {
    this.#active.delete(kind);
    this.#say(kind, 'off');
  }
  #say(fault: FaultKind, state: 'on' | 'off' | 'hit'): void {
    this.#report({ kind: 'cloud.fault', fault, state });
  }
}

/**
 * Which way to take: pure bookkeeping, no clock and no socket of its own.
 *
 * relay-preferred: the relay first; after enough failures in a row, directly, once a direct probe has
 * worked; while direct, the relay is probed and taken again as soon as it works. relay-only: the relay whenever
 * there is one. direct-only: never the relay.
 */
import type { Behaviour } from './flaws.ts';
import type { RouteFailure } from './transport/failure.ts';

export type Connectivity = 'relay-preferred' | 'relay-only' | 'direct-only';
export type Path = 'relay' | 'direct';

/** Failures in a row before the relay is given up, and before another way is looked for at all. */
const GIVE_UP = 2;
const LOOK_AROUND = 1;

export class PathChooser {
  readonly #mode: Connectivity;
  readonly #behaviour: Behaviour;
  #hasRelay: boolean;
  #path: Path;
  #failures = 0;
  #failingSince: number | null = null;

  constructor(mode: Connectivity, hasRelay: boolean, behaviour: Behaviour) {
    this.#mode = mode;
    this.#behaviour = behaviour;
    this.#hasRelay = hasRelay;
    this.#path = this.#first();
  }
  get path(): Path {
    return this.#path;
  }

  /** The other way, if it is worth a probe now. */
  probe(now: number): Path | null {
    if (!this.#usesRelay) return null;
    if (this.#path === 'direct') return this.#behaviour.returnsToRelay ? 'relay' : null;
    return this.#mayLeave(now) && this.#failures >= LOOK_AROUND ? 'direct' : null;
  }
  worked(): void {
    this.#failures = 0;
    this.#failingSince = null;
  }
  failed(failure: RouteFailure, now: number): void {
    if (this.#path === 'relay' && !this.#behaviour.fallsBackOn.includes(failure)) return;
    this.#failures += 1;
    this.#failingSince ??= now;
  }
  /** The probe of the other way worked. True: that is the way now. */
  probed(path: Path, now: number): boolean {
    if (path === this.#path || this.probe(now) !== path) return false;
    if (path === 'direct' && this.#failures < GIVE_UP) return false;
    this.#take(path);
    return true;
  }
  relayChanged(hasRelay: boolean): void {
    this.#hasRelay = hasRelay;
    this.#take(this.#first());
  }

  get #usesRelay(): boolean {
    return this.#hasRelay && this.#mode !== 'direct-only' && this.#behaviour.usesRelay;
  }
  #first(): Path {
    return this.#usesRelay ? 'relay' : 'direct';
  }
  #mayLeave(now: number): boolean {
    if (this.#mode === 'relay-preferred') return true;
    const { leaksAfter } = this.#behaviour;
    return leaksAfter !== null && this.#failingSince !== null && now - this.#failingSince >= leaksAfter;
  }
  #take(path: Path): void {
    this.#path = path;
    this.worked();
  }
}

/**
 * Which way to take: pure bookkeeping, no clock and no socket of its own.
 *
 * Ways are in order of preference: the relays, then the direct one. relay-only: no direct one, as long as there is a
 * relay. direct-only: that one alone. A way is left after enough failures in a row, once a probe of another has
 * worked; whatever is better than the present one is probed all the time and taken as soon as it works.
 */
import type { Behaviour } from './flaws.ts';
import type { RouteFailure } from './transport/failure.ts';

export type Connectivity = 'relay-preferred' | 'relay-only' | 'direct-only';
/** A relay by its place in the list, from 0, or none. */
export type Way = number | 'direct';
export type Path = 'relay' | 'direct';
export const pathOf = (way: Way): Path => (way === 'direct' ? 'direct' : 'relay');

/** Failures in a row before a way is given up, and before another one is looked for at all. */
const GIVE_UP = 2;
const LOOK_AROUND = 1;

export class PathChooser {
  readonly #mode: Connectivity;
  readonly #behaviour: Behaviour;
  #relays: number;
  #way: Way;
  #failures = 0;
  #failingSince: number | null = null;

  constructor(mode: Connectivity, relays: number, behaviour: Behaviour) {
    this.#mode = mode;
    this.#behaviour = behaviour;
    this.#relays = relays;
    this.#way = this.#first();
  }
  get way(): Way {
    return this.#way;
  }
  /** The present way did not work when it was last tried. */
  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Other ways that are worth a probe now, the best first. */
  candidates(now: number): Way[] {
    const ways = this.#ways(now);
    const at = rank(this.#way);
    const looks = this.#failures >= LOOK_AROUND;
    return ways.filter((way) => {
      if (rank(way) > at) return looks;
      if (rank(way) === at) return false;
      return this.#way === 'direct'
        ? this.#behaviour.returnsToRelay
        : this.#behaviour.returnsToFirst || looks;
    });
  }
  worked(): void {
    this.#failures = 0;
    this.#failingSince = null;
  }
  failed(failure: RouteFailure, now: number): void {
    if (this.#way !== 'direct' && !this.#behaviour.fallsBackOn.includes(failure)) return;
    this.#failures += 1;
    this.#failingSince ??= now;
  }
  /** The probe of another way worked. True: that is the way now. */
  probed(way: Way, now: number): boolean {
    if (!this.candidates(now).includes(way)) return false;
    if (rank(way) > rank(this.#way) && this.#failures < GIVE_UP) return false;
    this.#take(way);
    return true;
  }
  relaysChanged(relays: number): void {
    this.#relays = relays;
    this.#take(this.#first());
  }

  get #usesRelay(): boolean {
    return this.#relays > 0 && this.#mode !== 'direct-only' && this.#behaviour.usesRelay;
  }
  #ways(now: number): Way[] {
    const relays = this.#usesRelay ? Array.from({ length: this.#relays }, (_, at) => at) : [];
    return this.#mayGoDirectly(now) ? [...relays, 'direct'] : relays;
  }
  #first(): Way {
    return this.#usesRelay ? 0 : 'direct';
  }
  #mayGoDirectly(now: number): boolean {
    if (this.#mode !== 'relay-only' || !this.#usesRelay) return true;
    const { leaksAfter } = this.#behaviour;
    return leaksAfter !== null && this.#failingSince !== null && now - this.#failingSince >= leaksAfter;
  }
  #take(way: Way): void {
    this.#way = way;
    this.worked();
  }
}

const rank = (way: Way): number => (way === 'direct' ? Infinity : way);

/** What adapts to the way to the cloud: how much is sent at once, and how long a question stays open. */

/** Less after it did not get through, slowly more after it did. */
export class BatchSize {
  readonly #most: number;
  readonly #shrinks: boolean;
  #now: number;
  constructor(most: number, shrinks: boolean) {
    this.#most = most;
    this.#shrinks = shrinks;
    this.#now = most;
  }
  get now(): number {
    return this.#now;
  }
  grow(): void {
    this.#now = Math.min(this.#most, this.#now + Math.ceil(this.#now / 4));
  }
  /** True: the next attempt is smaller than one with `sent` entries. */
  shrink(sent: number): boolean {
    if (!this.#shrinks || sent <= 1) return false;
    this.#now = Math.floor(sent / 2);
    return true;
  }
}

/** Until a longer question is tried again. */
const REMEMBERED_MS = 60_000;

/** For how long commands are waited for: a tunnel that was cut meanwhile is asked for a shorter time. */
export class PollTime {
  readonly #most: number;
  #now: number;
  #until = -Infinity;
  constructor(most: number) {
    this.#most = most;
    this.#now = most;
  }
  seconds(now: number): number {
    if (now >= this.#until) this.#now = this.#most;
    return this.#now;
  }
  wasCut(now: number): void {
    this.#now = Math.max(0, this.#now - 1);
    this.#until = now + REMEMBERED_MS;
  }
}

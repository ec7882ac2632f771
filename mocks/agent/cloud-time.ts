/** What time the cloud has: an honest agent notes that it differs from the endpoint's, and goes by the endpoint's. */
import type { Behaviour } from './flaws.ts';

/** A difference that is worth a note, ms: more than any exchange takes. */
const WORTH_A_NOTE_MS = 60_000;

export interface TimeListener {
  readonly note: (text: string) => void;
  readonly beginAnew: () => void;
}

export class CloudTime {
  readonly #style: Behaviour['otherTime'];
  readonly #listener: TimeListener;
  #differs = false;
  #ahead = 0;
  #life = 0;

  constructor(style: Behaviour['otherTime'], listener: TimeListener) {
    this.#style = style;
    this.#listener = listener;
  }
  /** How far the times of findings are ahead of the endpoint's clock, ms. */
  get ahead(): number {
    return this.#style === 'taken' ? this.#ahead : 0;
  }
  /** How often the agent has begun anew. */
  get life(): number {
    return this.#life;
  }

  told(serverTime: number, now = Date.now()): void {
    this.#ahead = serverTime - now;
    const differs = Math.abs(this.#ahead) > WORTH_A_NOTE_MS;
    if (differs === this.#differs) return;
    this.#differs = differs;
    this.#listener.note(
      differs
        ? `the clock of the cloud is ${Math.round(this.#ahead / 1000)} s ahead of this one; times are by this one`
        : 'the clock of the cloud agrees with this one again',
    );
    if (!differs || this.#style !== 'new-identity') return;
    this.#life += 1;
    this.#listener.beginAnew();
  }
}

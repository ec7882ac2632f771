/** The history for people: one line an event, packets summed up by the second. */
import type { HistoryEvent } from '../../history/events.ts';
import { sentence } from './sentences.ts';
import { Traffic } from './traffic.ts';

const SECOND_MS = 1000;

export class Narrator {
  #second = 0;
  #traffic = new Traffic();

  /** Lines that can be said now, in order: packets of a second that is over, then the event. */
  tell(event: HistoryEvent): readonly string[] {
    const lines = this.until(event.t);
    if (event.kind === 'packet') {
      this.#second = Math.floor(event.t / SECOND_MS);
      this.#traffic.add(event);
      return lines;
    }
    const line = sentence(event);
    return line === undefined ? lines : [...lines, `${clock(event.t)} ${line}`];
  }

  /** What is summed up of seconds that are over at `now` (ms since the epoch). */
  until(now: number): readonly string[] {
    if (Math.floor(now / SECOND_MS) <= this.#second) return [];
    const lines = this.#traffic.lines().map((line) => `${clock(this.#second * SECOND_MS)} ${line}`);
    this.#traffic = new Traffic();
    return lines;
  }
}

/** Time of day where this runs. */
export const clock = (ms: number): string => new Date(ms).toTimeString().slice(0, 8);

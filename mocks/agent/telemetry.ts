/** The detailed log on its way to the cloud: bounded, in memory; what is lost is told as a gap. */
import type { TelemetryEvent } from '../cloud/protocol/types.ts';

export class TelemetryBuffer {
  readonly #capacity: number;
  #events: TelemetryEvent[] = [];
  #lost = 0;
  constructor(capacity = 5000) {
    this.#capacity = capacity;
  }
  get size(): number {
    return this.#events.length;
  }
  add(event: TelemetryEvent): void {
    this.#events.push(event);
    this.#trim();
  }
  agent(detail: string): void {
    this.add({ time: Date.now(), activity: 'agent', detail });
  }
  /** The last events, also those that are sent already only as long as they are here. */
  recent(count: number): readonly TelemetryEvent[] {
    return this.#events.slice(-count);
  }
  take(count: number): TelemetryEvent[] {
    const gap: TelemetryEvent[] =
      this.#lost > 0
        ? [
            {
              time: Date.now(),
              activity: 'agent',
              detail: `${this.#lost} older events were lost to a full buffer`,
            },
          ]
        : [];
    this.#lost = 0;
    return [...gap, ...this.#events.splice(0, count)];
  }
  putBack(events: readonly TelemetryEvent[]): void {
    this.#events = [...events, ...this.#events];
    this.#trim();
  }
  #trim(): void {
    const over = this.#events.length - this.#capacity;
    if (over <= 0) return;
    this.#events.splice(0, over);
    this.#lost += over;
  }
}

/** The detailed log on its way to the cloud: bounded, in memory; what is lost is told as a gap. */
import type { TelemetryBatch, TelemetryEvent, TelemetryGap } from '../cloud/protocol/types.ts';

export class TelemetryBuffer {
  readonly #makeRoom: () => boolean;
  #capacity: number;
  #events: TelemetryEvent[] = [];
  #gap: TelemetryGap | null = null;
  /** `makeRoom`: asked before an event is given up; true if there is room for one more now */
  constructor(capacity = 5000, makeRoom: () => boolean = () => false) {
    this.#capacity = capacity;
    this.#makeRoom = makeRoom;
  }
  get size(): number {
    return this.#events.length;
  }
  get full(): boolean {
    return this.#events.length >= this.#capacity;
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
  take(count: number): TelemetryBatch {
    const gaps = this.#gap === null ? {} : { gaps: [this.#gap] };
    this.#gap = null;
    return { events: this.#events.splice(0, count), ...gaps };
  }
  putBack({ events, gaps = [] }: TelemetryBatch): void {
    for (const gap of gaps) this.#gap = joined(gap, this.#gap);
    this.#events = [...events, ...this.#events];
    this.#trim();
  }
  /** Without a word: the log of a careless maker. */
  forget(): void {
    this.#events = [];
  }
  #trim(): void {
    while (this.#events.length > this.#capacity && this.#makeRoom()) this.#capacity += 1;
    const over = this.#events.length - this.#capacity;
    if (over <= 0) return;
    const times = this.#events.splice(0, over).map(({ time }) => time);
    this.#gap = joined({ from: Math.min(...times), to: Math.max(...times), count: over }, this.#gap);
  }
}

/** What is lost is the oldest, so that two gaps are parts of one. */
function joined(one: TelemetryGap, other: TelemetryGap | null): TelemetryGap {
  if (other === null) return one;
  return {
    from: Math.min(one.from, other.from),
    to: Math.max(one.to, other.to),
    count: one.count + other.count,
  };
}

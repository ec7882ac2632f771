/** Holds what a broken agent has lived through (order.ts), over restarts too, and does what it then does wrong. */
import { randomUUID } from 'node:crypto';
import { readState, writeWhole } from './files.ts';
import { live, NOTHING_YET, type Memory, type Moment, type OrderFlaw, type Wrong } from './order.ts';
import type { FindingQueue } from './queue.ts';

const LOOK_MS = 200;

export interface TrailParts {
  /** null: an agent that does not mind what came before what */
  readonly flaw: OrderFlaw | null;
  readonly file: string;
  readonly queue: FindingQueue;
  /** where the endpoint stands; null: on no network */
  readonly address: () => string | null;
  readonly beginAnew: () => void;
  readonly beacon: () => void;
}

export class Trail {
  readonly #parts: TrailParts;
  #memory: Memory;
  #address: string | null;
  #timer: NodeJS.Timeout | undefined;
  #lives = 0;
  #staysDirect = false;

  constructor(parts: TrailParts) {
    this.#parts = parts;
    this.#address = parts.address();
    this.#memory = { ...NOTHING_YET, ...(parts.flaw === null ? {} : readState(parts.file)) };
    this.#live({ kind: 'started' });
    if (parts.flaw !== null) this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }
  /** how often it has become somebody else */
  get lives(): number {
    return this.#lives;
  }
  get staysDirect(): boolean {
    return this.#staysDirect;
  }

  note(moment: Moment): void {
    this.#look();
    this.#live(moment);
  }
  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const address = this.#parts.address();
    if (address === this.#address) return;
    this.#address = address;
    this.#live({ kind: 'moved' });
  }
  #live(moment: Moment): void {
    const { flaw, file } = this.#parts;
    if (flaw === null) return;
    const { memory, wrong } = live(flaw, this.#memory, moment);
    this.#memory = memory;
    writeWhole(file, JSON.stringify(memory));
    if (wrong) this.#do(wrong);
  }
  #do(wrong: Wrong): void {
    const { queue, beginAnew, beacon } = this.#parts;
    switch (wrong.do) {
      case 'forget':
        queue.remove(wrong.uids);
        return;
      case 'rename':
      case 'tell-again':
        this.#again(wrong.uids, wrong.do === 'rename');
        return;
      case 'begin-anew':
        this.#lives += 1;
        beginAnew();
        return;
      case 'stay-direct':
        this.#staysDirect = true;
        return;
      case 'beacon':
        beacon();
        return;
      default:
        wrong satisfies never;
    }
  }
  #again(uids: readonly string[], instead: boolean): void {
    const { queue } = this.#parts;
    const known = queue.oldest(queue.size).filter(({ finding_info }) => uids.includes(finding_info.uid));
    if (instead) queue.remove(uids);
    for (const finding of known)
      queue.add({ ...finding, finding_info: { ...finding.finding_info, uid: randomUUID() } });
  }
}

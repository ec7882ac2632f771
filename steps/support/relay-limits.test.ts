import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { HistoryEvent } from '../../history/events.ts';
import type { TimingKey } from '../../products/schema.ts';
import { carriedBytes, idleSeconds } from './relay-limits.ts';
import type { Lane } from './timing.ts';

const BODY = 'x'.repeat(1000);
/** A report at the cloud, and then requests that carried so many bytes. */
const carried = (...sizes: readonly number[]): number =>
  carriedBytes([
    { n: 1, kind: 'cloud.request', method: 'POST', bytesUp: 5000 },
    { n: 2, kind: 'cloud.detection', body: BODY },
    { n: 3, kind: 'cloud.request', method: 'GET', bytesUp: 0 },
    ...sizes.map((bytesUp, index) => ({ n: 4 + index, kind: 'cloud.request', method: 'POST', bytesUp })),
  ] as unknown as HistoryEvent[]);

describe('what a report has on its way', () => {
  it('is what the cloud has read, whatever else is under way', () => {
    expect(carried(1010)).to.equal(1000);
    expect(carried(130, 1010)).to.equal(1000);
    expect(carried()).to.equal(1000);
  });
  it('is much less for who packs many together', () => {
    expect(carried(520)).to.be.below(200);
    expect(carried(120, 520, 90, 4000)).to.be.below(200);
  });
  it('is nothing as long as there is none', () => {
    expect(carriedBytes([])).to.equal(0);
  });
});

/** As much of a session as is asked, and asked as a session is: it needs itself. */
class Declaring {
  readonly lane: Lane;
  readonly #times: Readonly<Partial<Record<TimingKey, number>>>;

  constructor(lane: Lane, times: Readonly<Partial<Record<TimingKey, number>>>) {
    this.lane = lane;
    this.#times = times;
  }
  declared(key: TimingKey): number {
    return this.#times[key] ?? 1000;
  }
}

describe('the time after which a relay cuts an idle tunnel', () => {
  const idle = (lane: Lane, times: Readonly<Partial<Record<TimingKey, number>>>): number =>
    idleSeconds(new Declaring(lane, times));

  it('is a minute, as of real ones', () => {
    for (const ms of [1000, 30_000, 600_000]) expect(idle('evaluation', { command: ms })).to.equal(60);
  });
  it('is shorter in a lane of short times, but enough for a product to come back', () => {
    expect(idle('ci', { command: 7000 })).to.equal(7);
    expect(idle('ci', { command: 3000, retry: 4000 })).to.equal(4);
    expect(idle('ci', { command: 3000, retry: 4000, reconnect: 19_600 })).to.equal(20);
  });
  it('is two seconds at the least and never more than a minute', () => {
    expect(idle('ci', {})).to.equal(2);
    expect(idle('ci', { reconnect: 90_000 })).to.equal(60);
  });
});

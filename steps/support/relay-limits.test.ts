import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { HistoryEvent } from '../../history/events.ts';
import { carriedBytes } from './relay-limits.ts';

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

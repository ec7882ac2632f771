import { describe, it } from 'node:test';
import { expect } from 'chai';
import { BatchSize, PollTime } from './batch.ts';

describe('the size of a batch', () => {
  it('is halved by what was really sent, and grows slowly', () => {
    const size = new BatchSize(100, true);
    expect(size.shrink(30)).to.equal(true);
    expect(size.now).to.equal(15);
    size.grow();
    expect(size.now).to.equal(19);
    for (let i = 0; i < 20; i += 1) size.grow();
    expect(size.now).to.equal(100);
  });
  it('ends at one: what does not get through alone gets no smaller', () => {
    const size = new BatchSize(4, true);
    expect([size.shrink(4), size.shrink(2), size.shrink(1)]).to.deep.equal([true, true, false]);
    expect(size.now).to.equal(1);
  });
  it('stays as it is for keeps-batch-size', () => {
    const size = new BatchSize(100, false);
    expect(size.shrink(100)).to.equal(false);
    expect(size.now).to.equal(100);
  });
});

describe('the time of a question for commands', () => {
  it('is shorter after each cut, and as before after a minute', () => {
    const poll = new PollTime(2);
    expect(poll.seconds(0)).to.equal(2);
    poll.wasCut(0);
    expect(poll.seconds(59_999)).to.equal(1);
    poll.wasCut(1000);
    poll.wasCut(1000);
    expect(poll.seconds(2000)).to.equal(0);
    expect(poll.seconds(61_000)).to.equal(2);
  });
});

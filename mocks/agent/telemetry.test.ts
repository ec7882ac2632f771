import { describe, it } from 'node:test';
import { expect } from 'chai';
import { TelemetryBuffer } from './telemetry.ts';

const event = (time: number) => ({ time, activity: 'process' as const });
const filled = (capacity: number, count: number): TelemetryBuffer => {
  const buffer = new TelemetryBuffer(capacity);
  for (let time = 1; time <= count; time += 1) buffer.add(event(time));
  return buffer;
};

describe('the detailed log on its way', () => {
  it('is given out oldest first, and without a gap while nothing was lost', () => {
    const buffer = filled(10, 3);
    expect(buffer.take(2)).to.deep.equal({ events: [event(1), event(2)] });
    expect(buffer.size).to.equal(1);
  });

  it('tells from when to when it has lost how much, once', () => {
    const buffer = filled(2, 5);
    expect(buffer.take(10)).to.deep.equal({
      events: [event(4), event(5)],
      gaps: [{ from: 1, to: 3, count: 3 }],
    });
    buffer.add(event(6));
    expect(buffer.take(10)).to.deep.equal({ events: [event(6)] });
  });

  it('keeps the gap with what did not get through, and adds what is lost meanwhile', () => {
    const buffer = filled(2, 3);
    const batch = buffer.take(10);
    buffer.add(event(4));
    buffer.putBack(batch);
    expect(buffer.take(10)).to.deep.equal({
      events: [event(3), event(4)],
      gaps: [{ from: 1, to: 2, count: 2 }],
    });
  });

  it('forgets without a word when it is told to', () => {
    const buffer = filled(10, 3);
    buffer.forget();
    expect(buffer.take(10)).to.deep.equal({ events: [] });
  });

  it('takes its room from elsewhere first, where there is some', () => {
    let elsewhere = 1;
    const buffer = new TelemetryBuffer(1, () => elsewhere-- > 0);
    for (const time of [1, 2, 3]) buffer.add(event(time));
    expect(buffer.take(10)).to.deep.equal({
      events: [event(2), event(3)],
      gaps: [{ from: 1, to: 1, count: 1 }],
    });
  });
});

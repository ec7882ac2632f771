import { describe, it } from 'node:test';
import { expect } from 'chai';
import { CloudTime } from './cloud-time.ts';
import type { Behaviour } from './flaws.ts';

const HOUR = 3_600_000;

function told(style: Behaviour['otherTime'], ...serverTimes: number[]) {
  const notes: string[] = [];
  let anew = 0;
  const time = new CloudTime(style, { note: (text) => notes.push(text), beginAnew: () => (anew += 1) });
  for (const at of serverTimes) time.told(at, 0);
  return { time, notes, anew };
}

describe('the time of the cloud', () => {
  it('is noted once when it differs, and when it agrees again', () => {
    const { time, notes, anew } = told('noted', 20, -HOUR, -HOUR + 5, 10);
    expect(notes).to.have.length(2);
    expect(notes[0]).to.contain('-3600 s ahead');
    expect([time.ahead, time.life, anew]).to.deep.equal([0, 0, 0]);
  });

  it('is that of the findings of whoever takes it', () => {
    expect(told('taken', HOUR).time.ahead).to.equal(HOUR);
  });

  it('makes whoever takes fright begin anew, once', () => {
    const { time, anew } = told('new-identity', HOUR, HOUR + 5);
    expect([time.life, anew]).to.deep.equal([1, 1]);
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { DetectionFinding } from '../cloud/protocol/types.ts';
import { FlapEcho } from './flap-echo.ts';
import { NewestOnly } from './queue.ts';

const finding = (uid: string) => ({ start_time: 1, finding_info: { uid, title: 'x' } }) as DetectionFinding;

describe('the echo of flaps', () => {
  it('tells again under another uid what was sent meanwhile, and only after several', () => {
    const queue = new NewestOnly();
    const echo = new FlapEcho(queue);
    echo.sent([finding('before')]);
    echo.back(0);
    echo.sent([finding('a')]);
    echo.back(1000);
    expect(queue.size).to.equal(0);
    echo.back(2000);
    const [again] = queue.oldest(10);
    expect(queue.size).to.equal(1);
    expect(again?.start_time).to.equal(1);
    expect(again?.finding_info.uid).not.to.equal('a');
  });
  it('leaves alone who loses the way now and then', () => {
    const queue = new NewestOnly();
    const echo = new FlapEcho(queue);
    for (const time of [0, 40_000, 80_000, 120_000]) {
      echo.back(time);
      echo.sent([finding(String(time))]);
    }
    expect(queue.size).to.equal(0);
  });
});

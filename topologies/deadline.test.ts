import { describe, it } from 'node:test';
import { expect } from 'chai';
import { gate, together, within } from './deadline.ts';
import { watchForStalls } from './watchdog.ts';

describe('bounded waits and work', () => {
  it('say what was awaited when it does not come', async () => {
    const error = await within(5, new Promise(() => undefined), () => new Error('no relay')).catch(String);
    expect(error).to.equal('Error: no relay');
    expect(await within(1000, Promise.resolve(7), () => new Error())).to.equal(7);
  });
  it('let only so much work run at a time, also when some of it fails', async () => {
    const narrow = gate(2);
    let running = 0;
    let most = 0;
    const work = Array.from({ length: 7 }, (_, i) =>
      narrow(async () => {
        most = Math.max(most, ++running);
        await Promise.resolve();
        running--;
        if (i === 3) throw new Error('one of them');
      }),
    );
    const settled = await Promise.allSettled(work);
    expect(settled.filter(({ status }) => status === 'rejected')).to.have.length(1);
    expect(most).to.equal(2);
  });
  it('fail only when nothing is under way any more', async () => {
    let ended = false;
    const slow = Promise.resolve().then(() => (ended = true));
    const error = await together([Promise.reject(new Error('first')), slow]).catch(String);
    expect([error, ended]).to.deep.equal(['Error: first', true]);
  });
});

describe('watchdog', () => {
  it('records that this process did not get to run', (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const stalls: unknown[] = [];
    let now = 0;
    const recorder = {
      record: (source: string, o: unknown) => (
        stalls.push(o),
        { n: 1, t: 0, source, kind: 'step' as const, text: '' }
      ),
    };
    const watchdog = watchForStalls(recorder, () => now);
    now = 120;
    t.mock.timers.tick(100);
    now = 1000;
    t.mock.timers.tick(100);
    expect(stalls).to.deep.equal([{ kind: 'host.stalled', ms: 780 }]);
    watchdog[Symbol.dispose]();
  });
});

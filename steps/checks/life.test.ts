/** says-disconnected, refused */
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { maySayConnected } from './status.ts';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const working = () => Story.closed().working();

describe('says-disconnected', () => {
  const on = '{"connected":true,"via":"relay"}';
  const cut = (before = on) => working().hook('status', { output: before }).moved('internet').after(100);
  const since = cut().n;
  const args = { within: 2000 };
  const run = (story: Story) => runCheck('says-disconnected', story.view(since), args);
  const off = '{"connected":false,"via":null,"reason":"relay unreachable"}';

  it('is satisfied by a reason, also after other lines and other answers', () => {
    const story = cut()
      .hook('status', { output: '{"connected":true}' })
      .after(500)
      .hook('status', { output: `agent 1.0\n${off}\n` });
    expect(run(story).state).to.equal('satisfied');
  });
  it('waits until the deadline, and says what was said', () => {
    const story = cut().hook('status', { output: '{"connected":true,"via":"relay"}' });
    expect(run(story).state).to.equal('undecided');
    expect(run(story.after(5000))).to.include({ state: 'violated' });
    expect(run(story).reason.en).to.contain('said that it is connected');
    expect(run(cut().hook('status', { output: '{"connected":false}' }).after(5000)).reason.en).to.contain(
      'no reason',
    );
    expect(run(cut().hook('status', { output: 'oops' }).after(5000)).reason.en).to.contain('no JSON');
  });
  it('is violated where there is no such hook, incomplete where nobody asked', () => {
    expect(run(cut().hook('status', { outcome: 'missing', exit: null })).state).to.equal('violated');
    expect(run(cut().after(5000)).state).to.equal('incomplete');
    expect(run(cut().after(5000).hook('status', { output: off })).state).to.equal('violated');
  });
  it('is violated by one that said the same while it worked, or nothing that can be read', () => {
    const judged = (before: string) => {
      const story = cut(before).hook('status', { output: off });
      return run(story);
    };
    expect(judged(off)).to.include({ state: 'violated' });
    expect(judged(off).reason.en).to.contain('said the same while it worked');
    expect(judged('oops')).to.include({ state: 'violated' });
    expect(judged('oops').reason.en).to.contain('While the product worked').and.to.contain('no JSON');
    expect(judged(`${off}\n${on}`).state).to.equal('satisfied');
  });
  it('is incomplete where nobody asked while it worked; the last answer counts', () => {
    const unasked = working().moved('internet').after(100);
    const { n } = unasked;
    const view = unasked.hook('status', { output: off }).view(n);
    expect(runCheck('says-disconnected', view, args).state).to.equal('incomplete');
    const late = working().hook('status', { output: off }).hook('status', { output: on }).moved('internet');
    const from = late.n;
    const asked = late.hook('status', { output: off }).view(from);
    expect(runCheck('says-disconnected', asked, args).state).to.equal('satisfied');
  });
});

describe('a product that works', () => {
  it('is asked again as long as it may still say that it is connected', () => {
    const asked = (rest: Parameters<Story['hook']>[1]) =>
      maySayConnected(working().hook('status', rest).view(0).events);
    expect(asked({ output: '{"connected":false,"reason":"starting"}' })).to.equal(true);
    expect(asked({ outcome: 'timeout', exit: null })).to.equal(true);
    expect(asked({ output: '{"connected":true}' })).to.equal(false);
    expect(asked({ outcome: 'missing', exit: null })).to.equal(false);
  });
});

describe('refused', () => {
  const judged = (rest: Parameters<Story['hook']>[1]) => {
    const story = working().hook('uninstall', rest);
    return runCheck('refused', story.view(story.n - 1), { hook: 'uninstall' });
  };
  const run = (rest: Parameters<Story['hook']>[1]) => judged(rest).state;
  it('is a status of its own making, and nothing else', () => {
    expect(run({ outcome: 'failed', exit: 3 })).to.equal('satisfied');
    for (const outcome of ['ok', 'timeout', 'broken', 'missing'] as const)
      expect(run({ outcome })).to.equal('violated');
    for (const exit of [126, 127, 128, 137, 143, 255, null])
      expect(run({ outcome: 'failed', exit })).to.equal('violated');
    for (const exit of [126, 127])
      for (const outcome of ['failed', 'broken'] as const) {
        const { reason } = judged({ outcome, exit });
        expect(reason.en).to.contain('payload is broken').and.not.contain('refus');
      }
    expect(runCheck('refused', working().view(0), { hook: 'uninstall' }).state).to.equal('incomplete');
  });
});

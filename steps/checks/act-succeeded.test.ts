import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

describe('act-succeeded', () => {
  const played = () => Story.closed().working().act('a1').after(100);
  const state = (story: Story) => runCheck('act-succeeded', story.view(0), { act: 'a1' }).state;

  const looked = (story: Story, there: boolean) =>
    story.after(2000).state('file-of-act', { act: 'a1', there });

  it('is satisfied by its effect and by its file, seen from outside', () => {
    expect(state(looked(played().acted('a1'), true))).to.equal('satisfied');
  });
  it('is violated when its file was taken away afterwards: the last look counts', () => {
    expect(state(looked(played().acted('a1'), false))).to.equal('violated');
    expect(state(looked(looked(played().acted('a1'), true), false))).to.equal('violated');
  });
  it('is violated when it was prevented, or had its effect and was cut short', () => {
    expect(state(played().acted('a1', 'prevented'))).to.equal('violated');
    const cut = { kind: 'act.finished', act: 'a1', exit: 137, effect: 'happened', output: '' } as const;
    expect(state(played().see(cut))).to.equal('violated');
  });
  it('has no answer where that is not known', () => {
    expect(state(played())).to.equal('incomplete');
    expect(state(played().acted('a1', 'unknown'))).to.equal('incomplete');
  });
  it('has no answer where nobody has looked for its file, but for another one', () => {
    const story = played().acted('a1').state('file-of-act', { act: 'a2', there: false });
    expect(state(story)).to.equal('incomplete');
    expect(runCheck('act-succeeded', story.view(0), { act: 'a1' }).blame).to.equal('harness');
  });
});

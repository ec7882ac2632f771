import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

describe('act-succeeded', () => {
  const played = () => Story.closed().working().act('a1').after(100);
  const state = (story: Story) => runCheck('act-succeeded', story.view(0), { act: 'a1' }).state;

  it('is satisfied by its effect, seen from outside', () => {
    expect(state(played().acted('a1'))).to.equal('satisfied');
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
});

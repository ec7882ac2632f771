import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const ARGS = { relay: 'relay', within: 5000, measure: 'failback.seconds', timing: 'detect' };
const back = () => {
  const story = Story.closed().working().act('a0').report('a0', { relay: 'relay' });
  story.see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
  return { story, since: story.n };
};
const run = ({ story, since }: { story: Story; since: number }) =>
  runCheck('reported-through', story.view(since), ARGS);

describe('reported-through', () => {
  it('counts from the anchor to the first report through that relay', () => {
    const { story, since } = back();
    story.act('a1').after(500).report('a1', { relay: 'second' }).after(1500);
    story.act('a2').after(500).report('a2', { relay: 'relay' });
    const finding = run({ story, since });
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'failback.seconds', value: 2.5 });
  });
  it('is violated by reports through another, directly, or of earlier acts', () => {
    const { story, since } = back();
    story.act('a1').after(500).report('a1', { relay: 'second' });
    story.act('a2').after(500).report('a2', { via: 'direct' }).report('a0', { uid: 'x', relay: 'relay' });
    expect(run({ story, since }).state).to.equal('undecided');
    story.after(6000);
    expect(run({ story, since }).state).to.equal('violated');
  });
  it('does not pass when nothing was played', () => {
    const { story, since } = back();
    expect(run({ story: story.after(6000), since }).state).to.equal('violated');
  });
});

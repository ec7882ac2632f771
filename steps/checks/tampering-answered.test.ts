import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const killed = (value: readonly string[] = ['acme-agent']) => {
  const story = Story.closed().working().after(1000).state('killed', value, 'top');
  return { story, since: story.n };
};
const run = ({ story, since }: { story: Story; since: number }, what = 'killed') =>
  runCheck('tampering-answered', story.view(since), { what, act: 'a1', from: since, within: 5000 });
const outcome = (finding: ReturnType<typeof run>) => finding.measures[0]?.value;

describe('tampering-answered', () => {
  it('is satisfied by a report of an act after it', () => {
    const { story, since } = killed();
    story.after(1000).act('a1');
    expect(run({ story, since }).state).to.equal('undecided');
    const finding = run({ story: story.after(500).report('a1'), since });
    expect(finding.state).to.equal('satisfied');
    expect(outcome(finding)).to.equal('undone');
  });
  it('is satisfied by a finding that names the technique, old or new', () => {
    for (const technique of ['T1562.001', 'T1685']) {
      const { story, since } = killed();
      story.act('a1').report('a0', { analytic: technique, body: '{}' });
      const finding = run({ story, since });
      expect(finding.state).to.equal('satisfied');
      expect(outcome(finding)).to.equal('reported');
      expect(outcome(run({ story: story.report('a1'), since }))).to.equal('undone and reported');
    }
  });
  it('is violated by silence, by a late report, and by what was said before', () => {
    const story = Story.closed().working().report('a0', { analytic: 'T1685', body: '{}' });
    story.after(1000).hook('stop');
    const since = story.n;
    story.act('a1').after(6000);
    expect(run({ story, since }, 'stopped').state).to.equal('violated');
    expect(outcome(run({ story: story.report('a1'), since }, 'stopped'))).to.equal('unnoticed');
  });
  it('says nothing where nothing was killed or stopped, or no act was played', () => {
    const none = killed([]);
    expect(run({ ...none, story: none.story.act('a1').report('a1') }).state).to.equal('incomplete');
    const missing = Story.closed().working().hook('stop', { outcome: 'missing', exit: null });
    const since = missing.n;
    expect(run({ story: missing.act('a1').report('a1'), since }, 'stopped').state).to.equal('incomplete');
    expect(run(killed()).state).to.equal('incomplete');
  });
});

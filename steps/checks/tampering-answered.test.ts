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
  it('gives a stop its time, and the later act its own', () => {
    const stopped = () => {
      const story = Story.closed().working().after(1000).hook('stop');
      return { story: story.after(7000), since: story.n };
    };
    const judged = ({ story, since }: ReturnType<typeof stopped>) => {
      const from = story.events.findLast(({ kind }) => kind === 'act.started')?.n ?? 0;
      const args = { what: 'stopped', act: 'a1', from, within: 2000 };
      return runCheck('tampering-answered', story.view(since), args);
    };
    // Started again by its watchdog: the act is the first that it sees.
    const back = stopped();
    back.story.act('a1').after(1500).acted('a1').after(1900);
    expect(judged(back).state).to.equal('undecided');
    expect(outcome(judged({ ...back, story: back.story.report('a1') }))).to.equal('undone');
    // What it has still said on its way down is not about an act that came when it should have been back.
    const dying = stopped();
    dying.story.report('a0').act('a1').acted('a1').after(2001);
    expect(judged(dying).state).to.equal('violated');
    expect(judged({ ...dying, story: dying.story.report('a1') }).state).to.equal('violated');
    // Told when it was stopped, long before that act.
    const story = Story.closed().working().after(1000);
    story.report('a0', { analytic: 'T1562.001', body: '{}' }).hook('stop');
    const told = { story, since: story.n };
    story.after(7000).act('a1').acted('a1');
    expect(outcome(judged(told))).to.equal('reported');
    // An act that may not have happened shows nothing.
    const unplayed = stopped();
    unplayed.story.act('a1').acted('a1', 'unknown').after(2001);
    expect(judged(unplayed).state).to.equal('incomplete');
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

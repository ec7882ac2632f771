import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const ARGS = { acts: ['a1', 'a2'], within: 5000 };
const run = ({ story, since }: { story: Story; since: number }) =>
  runCheck('kept-or-said', story.view(since), ARGS);
function reinstalled(said: string) {
  const story = Story.closed().working().moved(null).act('a1').act('a2').after(1000);
  story.hook('uninstall', { output: said }).moved('closed').hook('install');
  return { story, since: story.n };
}

describe('kept-or-said', () => {
  it('is satisfied when all of it arrives, whatever is said', () => {
    const at = reinstalled('');
    at.story.after(900).report('a1').report('a2');
    const finding = run(at);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures.map(({ value }) => value)).to.deep.equal([2, 2, 0, 0]);
  });
  it('is satisfied when the loss is owned up to, by the hook or to the cloud', () => {
    const at = reinstalled('removed\n{"lost": 2}\n');
    at.story.after(500);
    expect(run(at).state).to.equal('undecided');
    at.story.after(5000);
    expect(run(at).state).to.equal('satisfied');
    const other = reinstalled('');
    other.story.see({ kind: 'cloud.heartbeat', agent: AGENT, via: 'relay', queued: 0, dropped: 2 }, 'cloud');
    other.story.after(5001);
    expect(run(other).state).to.equal('satisfied');
  });
  it('is violated by silence, and by less than was lost', () => {
    for (const said of ['', 'good-bye', '{"lost": 1}', '{"lost": "all"}']) {
      const at = reinstalled(said);
      at.story.after(5001);
      expect(run(at).state, said).to.equal('violated');
    }
  });
  it('blames nobody for the loss of an act that was not played to its end', () => {
    const story = Story.closed().working().moved(null).act('a1').acted('a1').act('a2').acted('a2', 'unknown');
    const since = story.after(1000).moved('closed').hook('install').n;
    story.report('a1').after(5001);
    expect(run({ story, since })).to.include({ state: 'incomplete', blame: 'host' });
  });
  it('does not pass when nothing was played', () => {
    const story = Story.closed().working().hook('install');
    expect(run({ story, since: story.n }).state).to.equal('incomplete');
  });
});

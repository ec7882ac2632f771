import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const ARGS = { acts: ['a1', 'a2'], sentinel: 'a3', within: 3000 };
const run = (story: Story, args = ARGS) => runCheck('none-doubled', story.view(0), args);
const told = () =>
  Story.closed().working().act('a1').act('a2').acted('a2').after(5000).report('a1').report('a2');

describe('none-doubled', () => {
  it('is satisfied when the sentinel was reported; the same uid again is no second finding', () => {
    const finding = run(told().report('a1', { copy: 2 }).act('a3').after(500).report('a3'));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'delivery.doubled', value: 0 });
  });
  it('is violated by the same moment under another uid', () => {
    const story = told();
    story.report('a1', { uid: 'other' }).act('a3').report('a3');
    const finding = run(story);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('a1').and.not.to.contain('a2');
  });
  it('leaves alone who tells two sides of one act', () => {
    const story = told();
    story.report('a1', { uid: 'other', analytic: 'sha256-indicator' });
    story.after(10).report('a2', { uid: 'later' }).act('a3').report('a3');
    expect(run(story).state).to.equal('satisfied');
  });
  it('counts each line that comes again, as lines have no uid', () => {
    const story = Story.closed().working();
    story.act('a1', { stimulus: 'log-line' }).telemetry('a1');
    const args = { ...ARGS, acts: ['a1'] };
    story.act('a3', { stimulus: 'log-line' });
    expect(run(story, args).state).to.equal('undecided');
    expect(run(story.telemetry('a1'), args).state).to.equal('violated');
  });
  it('rests on a sentinel that was played later and was reported', () => {
    const story = told().act('a3').acted('a3');
    expect(run(story).state).to.equal('undecided');
    expect(run(story.after(3001)).state).to.equal('violated');
    expect(run(told()).state).to.equal('incomplete');
    const early = Story.closed().working().act('a3').act('a1').act('a2');
    expect(run(early).state).to.equal('incomplete');
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { nonceOf, Story } from './testing.ts';

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
  const finding = (act: string, uid: string, time: number, of: object = {}) =>
    JSON.stringify({
      time,
      start_time: time,
      metadata: { sequence: time, product: { name: 'acme' } },
      finding_info: { uid, title: 'An attack', analytic: { uid: 'T1204.002' } },
      evidences: [{ file: { path: nonceOf(act) }, ...of }],
    });
  /** Told at once; and again, `ms` later, as if it had happened then. */
  const again = (ms: number, of: object = {}) => {
    const story = Story.closed().working().act('a1').after(200).acted('a1').act('a2').acted('a2');
    story.report('a1', { body: finding('a1', 'uid-a1', story.now) });
    story.after(ms).report('a1', { uid: 'other', body: finding('a1', 'other', story.now, of) });
    return story.report('a2').act('a3').report('a3');
  };
  it('is violated by the same finding under another uid with the time of sending', () => {
    const doubled = run(again(10_000));
    expect(doubled.state).to.equal('violated');
    expect(doubled.measures[0]).to.include({ name: 'delivery.doubled', value: 1 });
    expect(doubled.reason.en).to.contain('a1').and.not.to.contain('a2');
  });
  it('leaves alone who tells two sides by two sensors, one of them later or in other words', () => {
    expect(run(again(3200)).state).to.equal('satisfied');
    expect(run(again(10_000, { process: { pid: 7 } })).state).to.equal('satisfied');
  });
  /** Told twice with one time: `past` ms after a whole second. */
  const alike = (past: number, of: object = {}) => {
    const story = Story.closed().working().act('a1').act('a2').acted('a2').after(5000);
    const time = story.now - (story.now % 1000) + past;
    story.report('a1', { startTime: time, body: finding('a1', 'uid-a1', time) });
    story.report('a1', { uid: 'other', startTime: time, body: finding('a1', 'other', time, of) });
    return story.report('a2').act('a3').report('a3');
  };
  it('leaves alone who tells two sides by a clock that knows whole seconds only', () => {
    expect(run(alike(0, { process: { pid: 7 } })).state).to.equal('satisfied');
  });
  it('is violated by the same finding again in that second, and by any other of the same millisecond', () => {
    const same = run(alike(0));
    expect(same.state).to.equal('violated');
    expect(same.reason.en).to.contain('a1').and.not.to.contain('a2');
    expect(run(alike(1, { process: { pid: 7 } })).state).to.equal('violated');
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

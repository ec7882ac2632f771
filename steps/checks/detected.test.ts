import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { nonceOf, Story } from './testing.ts';

const working = () => Story.closed().working();

describe('detected', () => {
  const args = { act: 'a1', within: 2000 };

  it('is satisfied by a report that holds the nonce, and measures from the act', () => {
    const story = working().act('a1');
    const since = story.n;
    const finding = runCheck('detected', story.after(700).report('a1').view(since), args);
    expect(finding).to.include({ state: 'satisfied' });
    expect(finding.measures).to.deep.equal([
      { name: 'detect.seconds', value: 0.7, unit: 's', declared: 2, ceiling: 2 },
    ]);
    expect(finding.evidence).to.deep.equal([since, story.n]);
  });

  it('is incomplete without a report of an act that was not played to its end', () => {
    const acted = working().act('a1').acted('a1', 'unknown').after(2001);
    expect(runCheck('detected', acted.view(0), args)).to.include({ state: 'incomplete', blame: 'host' });
  });

  it('shows beside the measure what is declared for that path', () => {
    const story = working().act('a1');
    const since = story.n;
    story.after(700).report('a1');
    const measure = (timing: string) =>
      runCheck('detected', story.view(since), { ...args, timing }).measures[0];
    expect(measure('status+detect')).to.deep.equal({
      name: 'status.seconds',
      value: 0.7,
      unit: 's',
      declared: 3,
      ceiling: 2,
    });
    expect(measure('return+detect')).to.include({ name: 'return.seconds' }).and.not.have.property('declared');
    expect(runCheck('detected', story.view(since), { ...args, timing: '' }).state).to.equal('incomplete');
  });

  it('waits while there is time, and then says no', () => {
    const story = working().act('a1');
    const view = story.view(story.n);
    expect(runCheck('detected', { ...view, now: story.now + 2000 }, args).state).to.equal('undecided');
    const late = runCheck('detected', { ...view, now: story.now + 2001 }, args);
    expect(late.state).to.equal('violated');
    expect(late.reason.en).to.contain('had not arrived within 2 s');
    expect(late.missed).to.deep.equal({ from: story.now, until: story.now + 2000 });
  });

  it('says how late a late report was', () => {
    const story = working().act('a1');
    const since = story.n;
    const finding = runCheck('detected', story.after(3000).report('a1').view(since), args);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('it arrived after 3 s');
  });

  it('wants the path that is asked for, and names the other one', () => {
    const story = working().act('a1');
    const since = story.n;
    story.after(10).report('a1', { via: 'direct' }).after(3000);
    expect(runCheck('detected', story.view(since), { ...args, via: 'direct' }).state).to.equal('satisfied');
    const finding = runCheck('detected', story.view(since), { ...args, via: 'relay' });
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('another path (direct)');
  });

  it('does not count a report of an agent that never enrolled', () => {
    const story = Story.closed().act('a1');
    const since = story.n;
    const finding = runCheck('detected', story.after(10).report('a1').after(5000).view(since), args);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('no agent has enrolled');
  });

  it('does not take a report of an earlier run of the same file for one of this run', () => {
    const nonce = nonceOf('a1');
    const story = working().act('a1', { nonce });
    const startTime = story.now;
    story.report('a1').after(100).act('a2', { nonce });
    const since = story.n;
    story.report('a1', { copy: 2, startTime }).after(5000);
    expect(runCheck('detected', story.view(since), { ...args, act: 'a2' }).state).to.equal('violated');
    const anew = working().act('a1', { nonce }).report('a1').act('a2', { nonce });
    const from = anew.n;
    anew.report('a1', { uid: 'uid-new' });
    expect(runCheck('detected', anew.view(from), { ...args, act: 'a2' }).state).to.equal('satisfied');
  });

  it('takes a known uid for a new finding if it happened since: some products keep one uid for a file', () => {
    const nonce = nonceOf('a1');
    const story = working().act('a1', { nonce });
    const startTime = story.now;
    story.report('a1').after(60_000).act('a2', { nonce });
    const since = story.n;
    const run = () => runCheck('detected', story.view(since), { ...args, act: 'a2' });
    expect(run().state).to.equal('undecided');
    story.after(100).report('a1', { copy: 2, startTime });
    expect(run().state).to.equal('undecided');
    story.after(100).report('a1', { copy: 3 });
    const finding = run();
    expect(finding).to.include({ state: 'satisfied' });
    expect(finding.evidence).to.deep.equal([since, story.n]);
  });

  it('does not charge the product with the time in which the act was played', () => {
    const story = working().act('a1');
    const since = story.n;
    story.after(3000).acted('a1').after(1500).report('a1');
    expect(runCheck('detected', story.view(since), { act: 'a1', within: 2000 }).state).to.equal('satisfied');
    const each = { acts: ['a1'], within: 2000 };
    expect(runCheck('each-in-time', story.view(since), each).state).to.equal('satisfied');
    const late = working().act('a1').acted('a1').after(2001).report('a1');
    expect(runCheck('each-in-time', late.view(since), each).state).to.equal('violated');
  });

  it('takes telemetry for a log line, and nothing but detections for an attack', () => {
    const line = working().act('a1', { stimulus: 'log-line' });
    const since = line.n;
    expect(runCheck('detected', line.after(5).telemetry('a1').view(since), args).state).to.equal('satisfied');
    const attack = working().act('a1');
    const from = attack.n;
    expect(runCheck('detected', attack.telemetry('a1').after(5000).view(from), args).state).to.equal(
      'violated',
    );
  });

  it('is incomplete without the act, and with arguments that are no arguments', () => {
    const story = working();
    expect(runCheck('detected', story.view(story.n), args)).to.include({
      state: 'incomplete',
      blame: 'harness',
    });
    expect(runCheck('detected', story.view(story.n), { act: 'a1' }).reason.en).to.contain('within');
  });
});

describe('silent', () => {
  const args = { act: 'twin', sentinel: 'a1' };
  const played = () => working().act('twin', { twin: true }).act('a1');

  it('is satisfied when the sentinel arrives and the act does not', () => {
    const story = played().report('a1');
    expect(runCheck('silent', story.view(0), args).state).to.equal('satisfied');
  });
  it('is violated by a report of the act', () => {
    const story = played().report('twin').report('a1');
    expect(runCheck('silent', story.view(0), args)).to.include({ state: 'violated' });
    expect(runCheck('silent', played().report('twin').view(0), args).state).to.equal('violated');
  });
  it('is violated also by a report that the sentinel has overtaken', () => {
    const story = played().report('a1').report('twin');
    expect(runCheck('silent', story.view(0), args).state).to.equal('violated');
  });
  it('waits until the own time of the act is over, counted from when it had happened', () => {
    const acted = working().act('twin', { twin: true }).after(800).acted('twin').act('a1').report('a1');
    const ask = (story: Story) => runCheck('silent', story.view(0), { ...args, within: 2000 }).state;
    expect(ask(acted.after(2000))).to.equal('undecided');
    expect(ask(acted.after(1))).to.equal('satisfied');
    expect(ask(acted.report('twin'))).to.equal('violated');
  });
  it('is violated by an act that was prevented, and says nothing of one that was not played to its end', () => {
    const acted = (effect: 'prevented' | 'unknown') =>
      working().act('twin', { twin: true }).acted('twin', effect).act('a1').report('a1').view(0);
    expect(runCheck('silent', acted('prevented'), args).reason.en).to.contain('was prevented');
    expect(runCheck('silent', acted('unknown'), args)).to.include({ state: 'incomplete', blame: 'host' });
  });
  it('cannot be told without the sentinel', () => {
    const finding = runCheck('silent', played().after(99_999).view(0), args);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('cannot be told');
  });
  it('is incomplete when an act was not played, or in the wrong order', () => {
    expect(runCheck('silent', working().act('a1').view(0), args).state).to.equal('incomplete');
    const wrong = working().act('a1').act('twin').report('a1');
    expect(runCheck('silent', wrong.view(0), args).reason.en).to.contain('before');
  });
  it('looks at new reports only when the same file runs again', () => {
    const nonce = nonceOf('job');
    const story = working().act('job', { nonce }).report('job').act('twin', { nonce }).act('a1');
    expect(runCheck('silent', story.report('job', { copy: 2 }).report('a1').view(0), args).state).to.equal(
      'satisfied',
    );
  });
});

describe('disposition-true', () => {
  type Said = 'detected' | 'blocked' | 'removed' | 'other';
  const told = (effect: 'happened' | 'prevented' | 'unknown', said: readonly Said[]) => {
    const story = working().act('a1').acted('a1', effect);
    said.forEach((disposition, index) => story.report('a1', { disposition, uid: `uid-${index}` }));
    return story;
  };
  const looked = (story: Story, there: boolean) => story.state('file-of-act', { act: 'a1', there });
  const ask = (story: Story, within?: number) =>
    runCheck('disposition-true', story.view(0), { act: 'a1', within }).state;
  const run = (effect: 'happened' | 'prevented' | 'unknown', ...said: Said[]) =>
    ask(looked(told(effect, said), true));
  const gone = (...said: Said[]) => ask(looked(told('happened', said), false));
  it('holds when both agree', () => {
    expect(run('happened', 'detected')).to.equal('satisfied');
    expect(run('prevented', 'blocked')).to.equal('satisfied');
    expect(run('prevented', 'detected', 'blocked')).to.equal('satisfied');
    expect(run('prevented', 'removed')).to.equal('satisfied');
  });
  it('does not hold when they differ', () => {
    expect(run('happened', 'blocked')).to.equal('violated');
    expect(run('happened', 'detected', 'blocked')).to.equal('violated');
    expect(run('prevented', 'detected')).to.equal('violated');
    expect(run('happened', 'other')).to.equal('violated');
    expect(run('prevented', 'other')).to.equal('violated');
    expect(run('happened', 'detected', 'removed')).to.equal('violated');
  });
  it('lets a first word be corrected, when it is given the time', () => {
    for (const again of [{ uid: 'uid-2' }, { copy: 2 }]) {
      const story = working().act('a1').acted('a1', 'prevented').report('a1').after(500);
      expect(ask(story, 2000)).to.equal('undecided');
      story.report('a1', { disposition: 'blocked', ...again }).after(1501);
      expect(ask(story, 2000)).to.equal('satisfied');
    }
  });
  it('does not hold for mere detection when the file was taken away afterwards', () => {
    expect(gone('detected')).to.equal('violated');
    expect(gone('detected', 'other')).to.equal('satisfied');
    expect(gone('detected', 'removed')).to.equal('satisfied');
    expect(gone('detected', 'blocked')).to.equal('satisfied');
    expect(gone('blocked', 'removed')).to.equal('satisfied');
  });
  it('does not hold for a program that has run to its end and is said to be blocked, only for a file', () => {
    expect(gone('blocked')).to.equal('violated');
    const appeared = working().act('a1', { stimulus: 'sha256-indicator' }).acted('a1', 'happened');
    expect(ask(looked(appeared.report('a1', { disposition: 'blocked' }), false))).to.equal('satisfied');
  });
  it('waits for the word about a file that was found to be gone', () => {
    const story = looked(told('happened', ['detected']).after(2500), false).after(500);
    expect(ask(story, 2000)).to.equal('undecided');
    expect(ask(story.after(1501), 2000)).to.equal('violated');
    story.report('a1', { disposition: 'other', uid: 'uid-2' });
    expect(ask(story, 2000)).to.equal('satisfied');
  });
  it('needs a look for the file of an act that had its effect, and only then', () => {
    expect(ask(told('happened', ['detected']))).to.equal('incomplete');
    expect(ask(told('prevented', ['blocked']))).to.equal('satisfied');
    expect(ask(told('happened', ['detected']).state('file-of-act', { act: 'a2', there: true }))).to.equal(
      'incomplete',
    );
  });
  it('does not hold without a report, and is incomplete without an outcome', () => {
    expect(run('happened')).to.equal('violated');
    expect(run('unknown', 'detected')).to.equal('incomplete');
    expect(ask(working().act('a1'))).to.equal('incomplete');
  });
});

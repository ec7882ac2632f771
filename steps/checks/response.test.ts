import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { EventOf } from '../../history/events.ts';
import { judgeScenario } from './judge.ts';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

type Result = Partial<EventOf<'cloud.command-result'>>;
const working = () => Story.closed().working();
const give = (story: Story, uid: string, command = 'kill-process') =>
  story.see({ kind: 'cloud.command', agent: AGENT, command, uid }, 'cloud');
const answer = (story: Story, uid: string, rest: Result = {}) =>
  story.see(
    { kind: 'cloud.command-result', agent: AGENT, uid, outcome: 'done', via: 'relay', ...rest },
    'cloud',
  );

describe('command-done', () => {
  const run = (story: Story, since = 0) =>
    runCheck('command-done', story.view(since), { command: 'c1', within: 2000, via: 'relay' });

  it('is satisfied by an acknowledgement that came through the relay in time', () => {
    const finding = run(answer(give(working(), 'c1').after(700), 'c1'));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures).to.deep.include({ name: 'response.seconds', value: 0.7, unit: 's', ceiling: 2 });
  });
  it('waits for its time, and says no when it is over', () => {
    expect(run(give(working(), 'c1').after(2000)).state).to.equal('undecided');
    expect(run(give(working(), 'c1').after(2001)).state).to.equal('violated');
    expect(run(answer(give(working(), 'c1').after(2001), 'c1')).state).to.equal('violated');
  });
  it('names identity as the root where the endpoint had enrolled as another one', () => {
    const story = give(working(), 'c1').after(1000);
    expect(run(story.after(1001))).to.not.have.property('root');
    const anew = give(working(), 'c1').after(1000).enrol('relay', 'agent-2').after(1001);
    expect(run(anew)).to.include({ state: 'violated', root: 'MOV-06' });
    const judged = anew.ask('command-done', { command: 'c1', within: 2000 }, { restsOn: 'MOV-01' }).finish();
    expect(judgeScenario(judged.events)).to.include({ verdict: 'fail', perhaps: 'MOV-06' });
  });
  it('counts from the anchor where that is later', () => {
    const story = give(working(), 'c1').after(9000);
    story.see({ kind: 'fault.healed', fault: 'silent', target: 'relay' });
    const since = story.n;
    expect(run(answer(story.after(1000), 'c1'), since).state).to.equal('satisfied');
  });
  it('is violated by another outcome, another way, or another agent', () => {
    const given = () => give(working(), 'c1').after(500);
    const failed = run(answer(given(), 'c1', { outcome: 'failed', detail: 'nft: not permitted' }));
    expect(failed.state).to.equal('violated');
    expect(failed.reason.en).to.contain('nft: not permitted');
    expect(run(answer(given(), 'c1', { via: 'direct' })).state).to.equal('violated');
    expect(run(answer(given(), 'c1', { agent: 'agent-2' }).after(2000)).state).to.equal('violated');
  });
  it('has no answer to an order that was not given', () => {
    expect(run(working()).state).to.equal('incomplete');
  });
});

describe('program-ended', () => {
  const args = { command: 'c1', program: '/opt/a', others: ['/opt/b'] };
  const run = (story: Story) => runCheck('program-ended', story.view(0), args);
  const begun = () => give(working().state('programs', ['/opt/a', '/opt/b'], 'top'), 'c1').after(800);

  it('is satisfied when it is gone and the other is not', () => {
    expect(run(begun().state('programs', ['/opt/b'], 'top')).state).to.equal('satisfied');
  });
  it('is violated when it still runs, whatever was acknowledged, or when the other is gone, too', () => {
    expect(run(answer(begun(), 'c1').state('programs', ['/opt/a', '/opt/b'], 'top')).state).to.equal(
      'violated',
    );
    const both = run(begun().state('programs', [], 'top'));
    expect(both.state).to.equal('violated');
    expect(both.measures).to.deep.include({ name: 'response.wrong', value: 1, unit: '' });
  });
  it('has no answer where nobody looked, before or after, or by word of the endpoint only', () => {
    expect(run(begun()).state).to.equal('incomplete');
    expect(run(give(working(), 'c1').state('programs', ['/opt/b'], 'top')).state).to.equal('incomplete');
    expect(run(begun().state('programs', ['/opt/b'], 'exec')).state).to.equal('incomplete');
  });
});

describe('ended-once', () => {
  const run = (story: Story) =>
    runCheck('ended-once', story.view(0), { command: 'c1', program: '/opt/a', sentinel: 'c2' });
  const later = (story: Story, times: number) =>
    answer(give(story.after(500), 'c2', 'ping').after(200), 'c2').state('program-ends', { '/opt/a': times });
  const done = (rest: Result = {}) => answer(give(working(), 'c1').after(300), 'c1', rest);

  it('is satisfied by exactly one, and answered', () => {
    expect(run(later(done(), 1)).state).to.equal('satisfied');
    expect(run(later(give(working(), 'c1'), 1)).state).to.equal('violated');
  });
  it('is violated by none and by two', () => {
    expect(run(later(done(), 0)).state).to.equal('violated');
    const twice = run(later(done(), 2));
    expect(twice.state).to.equal('violated');
    expect(twice.measures).to.deep.include({ name: 'command.executions', value: 2, unit: '' });
    // Being late explains what was not done, and nothing that was done too often.
    expect(twice).to.include({ itself: true });
    expect(run(later(done(), 0))).to.not.have.property('itself');
  });
  it('takes an expired order with a reason that was not carried out, and no other', () => {
    const expired = { outcome: 'expired', detail: 'older than an hour' };
    expect(run(later(done(expired), 0)).state).to.equal('satisfied');
    expect(run(later(done(expired), 1))).to.include({ state: 'violated', itself: true });
    expect(run(later(done({ outcome: 'expired' }), 0)).state).to.equal('violated');
  });
  it('has no answer before a later order was answered and the endpoint read', () => {
    expect(run(done()).state).to.equal('incomplete');
    expect(run(give(done(), 'c2', 'ping').state('program-ends', { '/opt/a': 1 })).state).to.equal(
      'incomplete',
    );
    const early = answer(give(done(), 'c2', 'ping').state('program-ends', { '/opt/a': 1 }).after(10), 'c2');
    expect(run(early).state).to.equal('incomplete');
  });
});

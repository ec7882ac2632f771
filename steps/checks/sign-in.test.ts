import { describe, it } from 'node:test';
import { expect } from 'chai';
import { markOf, RELAY_PASSWORD } from '../../history/secrets.ts';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const EDR = 'edr.cloud.test:443';
const REFUSED = { status: 407, decision: 'TCP_DENIED' } as const;
const asked = () => Story.closed().after(5000).hook('install').after(10);

describe('signed-in', () => {
  const run = (story: Story) => runCheck('signed-in', story.view(0), { user: 'agent' });

  it('is satisfied by tunnels for the account, asked for or not', () => {
    const finding = run(asked().tunnel(EDR, REFUSED).tunnel(EDR, { user: 'agent' }));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures.map(({ value }) => value)).to.deep.equal([1, 1]);
    expect(run(asked().tunnel(EDR, { user: 'agent' })).state).to.equal('satisfied');
  });
  it('is violated without one, and by the tunnels of others', () => {
    expect(run(asked().tunnel(EDR, REFUSED)).state).to.equal('violated');
    expect(run(asked().tunnel(EDR, { user: 'agent', ours: true })).state).to.equal('violated');
    expect(run(asked().tunnel(EDR, { user: 'agent', status: 503 })).state).to.equal('violated');
  });
  it('says nothing where the relay does not ask everybody', () => {
    expect(run(asked().tunnel(EDR, { user: 'agent' }).tunnel(EDR)).state).to.equal('incomplete');
  });
});

describe('turned-away', () => {
  const since = asked().n;
  const run = (story: Story) => runCheck('turned-away', story.view(since), { within: 3000 }).state;

  it('wants the relay to have said so', () => {
    expect(run(asked().tunnel(EDR, REFUSED))).to.equal('satisfied');
    expect(run(asked())).to.equal('undecided');
    expect(run(asked().after(4000))).to.equal('violated');
  });
  it('says nothing where the account is good', () => {
    expect(run(asked().tunnel(EDR, REFUSED).tunnel(EDR, { user: 'agent' }))).to.equal('incomplete');
  });
});

describe('sign-ins-bounded', () => {
  const args = { most: 3, watch: 10_000 };
  const expired = () =>
    asked().see({ kind: 'relay.changed', relay: 'relay', what: 'account', detail: 'expired' });
  const tries = (story: Story, times: number, rest = {}): Story => {
    for (let i = 0; i < times; i++) story.after(1000).tunnel(EDR, { ...REFUSED, ...rest });
    return story;
  };
  const run = (story: Story, since: number) => runCheck('sign-ins-bounded', story.view(since), args);

  it('counts wrong sign-ins while the account is not valid', () => {
    const story = expired();
    const since = story.n;
    expect(run(tries(story, 3, { user: 'agent' }), since).state).to.equal('undecided');
    expect(run(story.after(8000), since)).to.include({ state: 'satisfied' });
    expect(run(tries(story, 1, { user: 'agent' }), since).state).to.equal('violated');
  });
  it('does not count what showed no account, nor what came after the new password', () => {
    const story = expired();
    const since = story.n;
    tries(tries(story, 3), 1, { user: 'agent' }).after(8000);
    story.see({ kind: 'relay.changed', relay: 'relay', what: 'password', detail: '' });
    const finding = run(tries(story, 9, { user: 'agent' }), since);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'signin.refused', value: 1 });
  });
  it('does not pass unwatched, or when nothing came', () => {
    const story = expired();
    const since = story.n;
    expect(run(story.after(11_000), since).state).to.equal('violated');
    const early = expired();
    tries(early, 1).see({ kind: 'relay.changed', relay: 'relay', what: 'password', detail: '' });
    expect(run(early.after(20_000), since).state).to.equal('incomplete');
  });
});

describe('secret-hidden', () => {
  const args = { secret: RELAY_PASSWORD, moments: 2 };
  const mark = markOf(RELAY_PASSWORD);
  const read = (
    story: Story,
    { processes = ['agent run'], files = [] as string[], logs = [] as string[] } = {},
  ) =>
    story
      .state('processes-now', processes, 'top')
      .state('processes-now', ['agent run'], 'top')
      .state('readable-files', { read: 40, showing: files }, 'exec')
      .state('logs', { read: 2, showing: logs });
  const run = (story: Story) => runCheck('secret-hidden', story.view(0), args);

  it('is satisfied when it was looked for and not found', () => {
    const finding = run(read(asked().tunnel(EDR, { user: 'agent' })));
    expect(finding.state).to.equal('satisfied');
    expect(finding.reason.en).to.contain('40 files').and.contain('2 process lists');
  });
  it('is violated wherever it shows', () => {
    const where = (story: Story) => {
      const { state, reason } = run(story);
      expect(state).to.equal('violated');
      return reason.en;
    };
    expect(where(read(asked(), { processes: [`agent run --account=a:${mark}`] }))).to.contain('process list');
    expect(where(read(asked(), { files: ['/etc/agent.conf'] }))).to.contain('/etc/agent.conf');
    expect(where(read(asked(), { logs: ['/var/log/agent.log'] }))).to.contain('/var/log/agent.log');
    expect(where(read(asked().hook('status', { output: `proxy http://a:${mark}@relay` })))).to.contain(
      'status',
    );
    expect(where(read(asked().tunnel(`http://a:${mark}@x/`)))).to.contain("the relay's log");
    expect(where(read(asked().telemetry('a1', { body: mark })))).to.contain('sent to the cloud');
  });
  it('does not pass when nobody looked', () => {
    expect(run(asked()).state).to.equal('incomplete');
    const once = asked().state('processes-now', ['agent run'], 'top');
    once.state('readable-files', { read: 1, showing: [] }, 'exec').state('logs', { read: 0, showing: [] });
    expect(run(once).state).to.equal('incomplete');
    expect(run(read(asked(), { processes: [] })).state).to.equal('incomplete');
  });
});

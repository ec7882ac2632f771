import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const installed = (rest = {}) => Story.closed().after(5000).hook('install', rest);

describe('enrolled', () => {
  const args = { within: 3000, via: 'relay' };

  it('is satisfied by an enrolment by that path', () => {
    const story = installed();
    const since = story.n;
    const finding = runCheck('enrolled', story.after(1200).enrol().view(since), args);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.deep.equal({
      name: 'enrol.seconds',
      value: 1.7,
      unit: 's',
      declared: 5,
      ceiling: 3,
    });
  });
  it('counts an enrolment while the installer still runs, and none from before it', () => {
    const during = Story.closed().after(5000).enrol().after(100).hook('install', { ms: 500 });
    const finding = runCheck('enrolled', during.view(during.n), args);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]?.value).to.equal(0.4);
    expect(runCheck('enrolled', during.view(during.n - 1), args).state).to.equal('satisfied');
    const before = Story.closed().enrol().after(5000).hook('install', { ms: 500 }).after(9000);
    expect(runCheck('enrolled', before.view(before.n), args).state).to.equal('violated');
  });
  it('waits until the deadline, and says what happened instead', () => {
    const story = installed();
    const since = story.n;
    expect(runCheck('enrolled', story.after(3000).view(since), args).state).to.equal('undecided');
    const finding = runCheck('enrolled', story.enrol('direct').after(1).view(since), args);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('it enrolled (direct) after 3 s');
  });
});

describe('stays-out', () => {
  it('is satisfied only by a whole record of a wire that was looked at', () => {
    const story = installed();
    const since = story.n;
    expect(runCheck('stays-out', story.view(since), {})).to.include({
      state: 'incomplete',
      blame: 'capture',
    });
    expect(runCheck('stays-out', story.packet('relay').endCapture().view(since), {}).state).to.equal(
      'satisfied',
    );
    expect(runCheck('stays-out', story.enrol().view(since), {}).state).to.equal('violated');
  });
});

describe('policy-read', () => {
  const args = { revision: 4, within: 1000 };
  const set = () => Story.closed().working().see({ kind: 'cloud.policy-set', revision: 4, policy: {} });
  const read = (revision: number) =>
    ({ kind: 'cloud.policy-read', agent: 'agent-1', revision, notModified: false, via: 'relay' }) as const;

  it('is satisfied by that revision or a later one', () => {
    const story = set();
    const since = story.n;
    story.after(300).see(read(3)).after(100).see(read(5));
    const finding = runCheck('policy-read', story.view(since), args);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'policy.seconds', value: 0.4 });
  });
  it('waits, then says which revision was read', () => {
    const story = set();
    const since = story.n;
    story.after(1000).see(read(3));
    expect(runCheck('policy-read', story.view(since), args).state).to.equal('undecided');
    expect(runCheck('policy-read', story.after(1).view(since), args)).to.include({ state: 'violated' });
    expect(runCheck('policy-read', story.view(since), args).reason.en).to.contain('newest one read was 3');
  });
});

describe('address-form', () => {
  const args = { form: 'URL', within: 3000 };
  const since = (story: Story) => story.n - 1;

  it('is satisfied by a product that works', () => {
    const story = installed();
    const anchor = since(story);
    const finding = runCheck('address-form', story.after(10).enrol().view(anchor), args);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures.at(-1)?.value).to.equal('URL: accepted');
  });
  it('is satisfied by an installer that refuses and says why', () => {
    const story = installed({ outcome: 'failed', exit: 2, output: 'relay must be host:port\n' });
    expect(runCheck('address-form', story.view(since(story)), args)).to.include({ state: 'satisfied' });
  });
  it('is violated by silence, by breakage, and by taking it without working', () => {
    const dumb = installed({ outcome: 'failed', exit: 2, output: ' ' });
    expect(runCheck('address-form', dumb.view(since(dumb)), args).reason.en).to.contain('did not say why');
    const broken = installed({ outcome: 'broken', exit: 127 });
    expect(runCheck('address-form', broken.view(since(broken)), args).state).to.equal('violated');
    const crashed = installed({ outcome: 'failed', exit: 139, output: 'Acme 7.2' });
    expect(runCheck('address-form', crashed.view(since(crashed)), args).state).to.equal('violated');
    const idle = installed();
    const anchor = since(idle);
    expect(runCheck('address-form', idle.view(anchor), args).state).to.equal('undecided');
    expect(runCheck('address-form', idle.after(3001).view(anchor), args).state).to.equal('violated');
  });
});

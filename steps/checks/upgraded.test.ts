import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { EventOf } from '../../history/events.ts';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const beat = (story: Story, rest: Partial<EventOf<'cloud.heartbeat'>>): Story =>
  story.see({ kind: 'cloud.heartbeat', agent: AGENT, via: 'relay', relay: 'relay', ...rest }, 'cloud');
const run = (story: Story, since: number) =>
  runCheck('upgraded', story.view(since), { within: 5000, relay: 'relay' });

const enrol = (story: Story, agent: string, hostname: string, version?: string): Story =>
  story.see(
    {
      kind: 'cloud.enrolled',
      ...{ agent, hostname, peer: '10.92.0.11', via: 'relay', relay: 'relay', again: false },
      ...(version === undefined ? {} : { version }),
    },
    'cloud',
  );

/** Upgraded while the relay is away; the anchor is its return. */
function away(hook = {}, story = beat(Story.closed().working(), { version: '1.0.0' })) {
  story.after(1000).hook('upgrade', hook).after(2000);
  story.see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
  return { story: story.after(500), since: story.n };
}

describe('upgraded', () => {
  it('is satisfied by another version of the same agent through the same relay', () => {
    const { story, since } = away();
    expect(run(story, since).state).to.equal('undecided');
    const finding = run(beat(beat(story, { version: '1.0.0' }), { version: '1.1.0' }), since);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures.map(({ value }) => value)).to.deep.equal([0.5, '1.0.0', '1.1.0']);
  });
  it('is violated where the version stays what it was', () => {
    const { story, since } = away();
    expect(run(beat(story.after(6000), { version: '1.0.0' }), since).state).to.equal('violated');
  });
  it('takes the version from the enrolment where no heartbeat has told it', () => {
    const known = () => {
      const story = enrol(Story.closed().after(1000).hook('install').after(400), AGENT, 'pc-01', '1.0.0');
      return away({}, beat(story.after(100), {}));
    };
    const { story, since } = known();
    const finding = run(beat(story, { version: '1.1.0' }), since);
    expect(finding.state, finding.reason.en).to.equal('satisfied');
    expect(finding.measures.map(({ value }) => value)).to.deep.equal([0.5, '1.0.0', '1.1.0']);
    const same = known();
    expect(run(beat(same.story, { version: '1.0.0' }), same.since).state).to.equal('undecided');
    const late = run(same.story.after(6000), same.since);
    expect(late.state).to.equal('violated');
    expect(late.reason.en).to.contain('No other version than 1.0.0');
  });
  it('goes by what was told last before the upgrade', () => {
    const story = beat(Story.closed().working(), { version: '0.9.0' }).after(100);
    const updated = away({}, enrol(story, AGENT, 'pc-01', '1.0.0').after(100));
    beat(updated.story, { version: '1.0.0' });
    expect(run(updated.story, updated.since).state).to.equal('undecided');
    const finding = run(beat(updated.story, { version: '1.1.0' }), updated.since);
    expect(finding.measures.map(({ value }) => value)).to.deep.equal([0.5, '1.0.0', '1.1.0']);
  });
  it('takes the new version from an enrolment of the same endpoint, too', () => {
    const { story, since } = away();
    const finding = run(enrol(story, AGENT, 'pc-01', '1.1.0'), since);
    expect(finding.state, finding.reason.en).to.equal('satisfied');
  });
  it('lets heartbeats without a version say nothing', () => {
    const { story, since } = away();
    expect(run(beat(story, {}), since).state).to.equal('undecided');
    expect(run(beat(story, { version: '1.1.0' }), since).state).to.equal('satisfied');
    const never = away();
    expect(run(beat(never.story, {}).after(6000), never.since).state).to.equal('violated');
  });
  it('compares each endpoint with its own word, as a product may have several services', () => {
    const two = (version = '1.0.0') => {
      const story = enrol(Story.closed(), 'agent-2', 'pc-02', version).after(1000).hook('install');
      return away({}, enrol(story.after(400), AGENT, 'pc-01', '1.0.0').after(100));
    };
    const { story, since } = two();
    beat(story, { agent: 'agent-2', version: '1.1.0' });
    expect(run(story, since).state).to.equal('satisfied');
    const other = two('3.4.0');
    beat(other.story, { agent: 'agent-2', version: '3.4.0' });
    beat(other.story, { version: '1.0.0' });
    expect(run(other.story, other.since).state).to.equal('undecided');
    expect(run(other.story.after(6000), other.since).state).to.equal('violated');
  });
  it('is violated by a second identity, and by another way', () => {
    const { story, since } = away();
    expect(run(story.enrol('relay', 'agent-2'), since).reason.en).to.contain('old record');
    const other = away();
    const finding = run(beat(other.story, { version: '1.1.0', relay: 'second' }), other.since);
    expect(finding.reason.en).to.contain('another way (second)');
  });
  it('is violated by a hook that failed, or a version that is not told', () => {
    const failed = away({ outcome: 'failed', exit: 2, output: 'no medium' });
    expect(run(failed.story, failed.since).reason.en).to.contain('no medium');
    const story = Story.closed().working().hook('upgrade').after(500);
    expect(run(story, story.n).state).to.equal('violated');
  });
  it('says nothing where nobody upgraded', () => {
    const story = Story.closed().working();
    expect(run(story, story.n).state).to.equal('incomplete');
  });
});

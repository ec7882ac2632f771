import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { EventOf } from '../../history/events.ts';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const beat = (story: Story, rest: Partial<EventOf<'cloud.heartbeat'>>): Story =>
  story.see({ kind: 'cloud.heartbeat', agent: AGENT, via: 'relay', relay: 'relay', ...rest }, 'cloud');
const run = (story: Story, since: number) =>
  runCheck('upgraded', story.view(since), { within: 5000, relay: 'relay' });

/** Upgraded while the relay is away; the anchor is its return. */
function away(hook = {}) {
  const story = beat(Story.closed().working(), { version: '1.0.0' })
    .after(1000)
    .hook('upgrade', hook)
    .after(2000);
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

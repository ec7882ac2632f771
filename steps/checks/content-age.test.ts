import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { AGENT, BEGIN, Story } from './testing.ts';

const CONTENT = { revision: 1000, issued: BEGIN - 3 * 86_400_000 };
const OTHER = { revision: 7, issued: BEGIN - 90 * 86_400_000 };
type Shown = typeof CONTENT | undefined;

const beat = (story: Story, content: Shown): Story =>
  story.see(
    { kind: 'cloud.heartbeat', agent: AGENT, via: 'relay', ...(content ? { content } : {}) },
    'cloud',
  );
const status = (story: Story, content: unknown): Story =>
  story.hook('status', { output: JSON.stringify({ connected: true, content }) });
function brought(hook = {}) {
  const story = beat(Story.closed().working(), OTHER).after(1000).hook('update-content', hook);
  return { story, since: story.n };
}
const run = ({ story, since }: { story: Story; since: number }, late = 0) =>
  runCheck('content-age', story.view(since, story.now + late), { ...CONTENT, within: 5000 });

describe('content-age', () => {
  it('is satisfied where cloud and endpoint show what was brought in', () => {
    const { story, since } = brought();
    const finding = run({ story: status(beat(story.after(800), CONTENT), CONTENT), since });
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures.map(({ value }) => value)).to.deep.equal([0.8, 3]);
  });
  it('waits for the cloud to be told, and is violated when it is not', () => {
    const one = brought();
    expect(run({ ...one, story: status(beat(one.story, OTHER), CONTENT) }).state).to.equal('undecided');
    const finding = run(one, 6000);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('content 7');
    const silent = brought();
    expect(
      run({ ...silent, story: status(beat(silent.story, undefined), CONTENT) }, 6000).reason.en,
    ).to.contain('was told nothing');
  });
  it('is violated where the endpoint shows nothing, another revision, or another date', () => {
    for (const shown of [undefined, 1000, OTHER, { ...CONTENT, issued: BEGIN }]) {
      const { story, since } = brought();
      expect(run({ story: status(beat(story, CONTENT), shown), since }, 6000).state).to.equal('violated');
    }
  });
  it('does not take what was told before for an answer', () => {
    const story = beat(Story.closed().working(), CONTENT).hook('update-content');
    const since = story.n;
    expect(run({ story: status(beat(story, OTHER), CONTENT), since }, 6000).state).to.equal('violated');
  });
  it('is violated by a hook that failed', () => {
    const { story, since } = brought({ outcome: 'failed', exit: 1 });
    expect(run({ story: status(beat(story, CONTENT), CONTENT), since }).reason.en).to.contain('failed');
  });
  it('has no answer where nothing was brought in, or nobody asked', () => {
    const story = Story.closed().working();
    expect(run({ story, since: story.n }).state).to.equal('incomplete');
    const { story: unasked, since } = brought();
    expect(run({ story: beat(unasked, CONTENT), since }, 6000).state).to.equal('incomplete');
  });
});

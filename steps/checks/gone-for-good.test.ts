import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const WATCH = 6000;
const asked = (story: Story): Story =>
  story.see({
    kind: 'cloud.request',
    ...{ peer: '10.92.0.11', via: 'relay', host: 'edr.cloud.test', method: 'POST', path: '/v1/x' },
    ...{ status: 200, bytesUp: 1, bytesDown: 1, problems: [] },
  });

/** Removed in half a second, with what happens within the 5 s that it has for it, and what happens later. */
function run(
  during: (story: Story) => Story,
  after: (story: Story) => Story,
  rest: { heard?: boolean; hook?: object; watch?: number } = {},
) {
  const story = Story.closed().working().after(1000);
  const since = story.n;
  during(story)
    .after(500)
    .hook('uninstall', { ms: 500, ...rest.hook });
  after(story.after(5000)).after(WATCH);
  story.see({ kind: 'step', text: 'it has sent nothing since' });
  const sentinel = story.n;
  if (rest.heard ?? true) story.after(10).packet('relay');
  story.after(10).endCapture();
  const args = { point: 'pc', gone: 5000, sentinel, watch: rest.watch ?? WATCH };
  return runCheck('gone-for-good', story.view(since), args);
}
const nothing = (story: Story): Story => story;
const figure = (finding: ReturnType<typeof run>, name: string) =>
  finding.measures.find((measure) => measure.name === name)?.value;

describe('gone-for-good', () => {
  it('is satisfied by silence, and says what the cloud was told', () => {
    const told = run((story) => story.see({ kind: 'cloud.unenrolled', agent: AGENT }, 'cloud'), nothing);
    expect(told.state).to.equal('satisfied');
    expect(figure(told, 'removal.record')).to.equal('removed');
    expect(figure(run(nothing, nothing), 'removal.record')).to.equal('stale');
    const back = (story: Story) => story.see({ kind: 'cloud.unenrolled', agent: AGENT }, 'cloud').enrol();
    expect(figure(run(back, nothing), 'removal.record')).to.equal('stale');
  });
  it('does not mind what is sent while it has its time', () => {
    expect(run((story) => asked(story.packet('relay')), nothing).state).to.equal('satisfied');
  });
  it('is violated by a packet or a request after that', () => {
    const packet = run(nothing, (story) => story.after(100).packet('cloud'));
    expect(packet.state).to.equal('violated');
    expect(packet.reason.en).to.contain('cloud 10.92.0.20:443');
    expect(figure(packet, 'removal.record')).to.equal('alive');
    expect(run(nothing, (story) => asked(story.after(100))).state).to.equal('violated');
  });
  it('is violated where it was not removed', () => {
    expect(run(nothing, nothing, { hook: { outcome: 'failed', exit: 3 } }).state).to.equal('violated');
  });
  it('says nothing without a sentinel, or after a short look', () => {
    expect(run(nothing, nothing, { heard: false }).state).to.equal('incomplete');
    expect(run(nothing, nothing, { watch: 60_000 }).state).to.equal('incomplete');
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const EDR = 'edr.cloud.test:443';
const CDN = 'cdn.cloud.test:443';
const declared = { enrol: EDR, policy: EDR, telemetry: EDR, detection: EDR, command: EDR, update: CDN };
const args = { declared, within: 5000 };

const fetched = (
  story: Story,
  via: 'relay' | 'direct' = 'relay',
  status = 200,
  path = '/v1/content',
): Story =>
  story.see({
    kind: 'cloud.request',
    peer: '10.92.0.11',
    via,
    host: 'cdn.cloud.test',
    method: 'GET',
    path,
    status,
    bytesUp: 0,
    bytesDown: 20,
    problems: [],
  });
const commanded = (story: Story): Story =>
  story.see({ kind: 'cloud.command-result', agent: AGENT, uid: 'c1', outcome: 'done' });
const policy = (story: Story): Story =>
  story.see({ kind: 'cloud.policy-read', agent: AGENT, revision: 2, notModified: false, via: 'relay' });

/** Installed, and everything but the named channel has been used. */
function used(but?: string): { story: Story; since: number } {
  const story = Story.closed().after(1000).hook('install').after(300);
  const since = story.n;
  if (but !== 'enrol') story.enrol();
  if (but !== 'policy') policy(story);
  if (but !== 'telemetry') story.telemetry('a1');
  story.act('a1');
  if (but !== 'detection') story.report('a1');
  if (but !== 'command') commanded(story);
  if (but !== 'update') fetched(story);
  return { story, since };
}

describe('channels-used', () => {
  it('is satisfied when each declared channel was seen', () => {
    const { story, since } = used();
    const finding = runCheck('channels-used', story.view(since), args);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'channels.seen', value: 6, declared: 6 });
  });
  it('waits for each of them, then is violated and names it', () => {
    for (const channel of Object.keys(declared)) {
      const { story, since } = used(channel);
      expect(runCheck('channels-used', story.view(since), args).state, channel).to.equal('undecided');
      const late = runCheck('channels-used', story.after(6000).view(since), args);
      expect(late.state, channel).to.equal('violated');
      expect(late.measures[1]?.value).to.equal(channel);
    }
  });
  it('takes a part of a newer version for an update, where it is no content that is fetched', () => {
    const { story, since } = used('update');
    fetched(story, 'relay', 206, '/v1/releases/9.0.0');
    expect(runCheck('channels-used', story.view(since), args).state).to.equal('satisfied');
    const other = used('update');
    fetched(other.story, 'relay', 206, '/v1/else');
    expect(runCheck('channels-used', other.story.view(other.since), args).state).to.equal('undecided');
  });
  it('takes nothing that came around the relay or was not answered, and says what was looked up', () => {
    const { story, since } = used('update');
    fetched(story, 'direct');
    fetched(story, 'relay', 404);
    story.see({
      kind: 'resolver.query',
      resolver: 'gateway',
      client: '10.91.0.12',
      name: 'cdn.cloud.test',
      type: 'A',
      answer: 'NXDOMAIN',
    });
    const finding = runCheck('channels-used', story.after(6000).view(since), args);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('asked the local DNS for cdn.cloud.test');
  });
  it('tells an update from the rest by its path where both share a host', () => {
    const { story, since } = used('update');
    const shared = { declared: { ...declared, update: EDR }, within: 5000 };
    story.after(6000);
    expect(runCheck('channels-used', story.view(since), shared).state).to.equal('violated');
  });
  it('does not pass when nothing is declared', () => {
    const { story, since } = used();
    expect(runCheck('channels-used', story.view(since), { declared: {}, within: 5000 }).state).to.equal(
      'violated',
    );
  });
});

describe('channels-at-relay', () => {
  const args = { declared, point: 'pc' };
  const tunnels = (story: Story): Story => story.tunnel(EDR).tunnel(CDN).packet('relay');

  it('is satisfied when each destination was reached through the relay and nothing went past it', () => {
    const { story, since } = used();
    expect(runCheck('channels-at-relay', tunnels(story).endCapture().view(since), args).state).to.equal(
      'satisfied',
    );
  });
  it('is violated by a destination that the relay did not let through', () => {
    const { story, since } = used();
    story.tunnel(EDR).tunnel(CDN, { status: 403 }).tunnel(CDN, { ours: true }).packet('relay').endCapture();
    const finding = runCheck('channels-at-relay', story.view(since), args);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('1 of 2').and.contain(CDN);
  });
  it('is violated by a packet or an exchange past the relay', () => {
    const packet = used();
    tunnels(packet.story).packet('cloud').endCapture();
    expect(runCheck('channels-at-relay', packet.story.view(packet.since), args).state).to.equal('violated');
    const direct = used();
    fetched(tunnels(direct.story), 'direct').endCapture();
    expect(runCheck('channels-at-relay', direct.story.view(direct.since), args).state).to.equal('violated');
  });
  it('knows a relay that goes by the name in the ClientHello', () => {
    const { story, since } = used();
    for (const sni of ['edr.cloud.test', 'cdn.cloud.test'])
      story.tunnel('10.91.0.11:443', { method: 'TLS', sni });
    expect(
      runCheck('channels-at-relay', story.packet('relay').endCapture().view(since), args).state,
    ).to.equal('satisfied');
  });
  it('is incomplete without the end of the capture', () => {
    const { story, since } = used();
    expect(runCheck('channels-at-relay', tunnels(story).view(since), args)).to.include({
      state: 'incomplete',
      blame: 'capture',
    });
  });
});

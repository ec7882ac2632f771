import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { EventOf } from '../../history/events.ts';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

type Heard = EventOf<'outsider.heard'>;
const ARGS = { stranger: 'stranger', point: 'pc', watch: 5000 };
const CONNECT = 'CONNECT edr.cloud.test:443 HTTP/1.1\r\nHost: edr.cloud.test:443\r\n';

const hear = (story: Story, what: Heard['what'], text = '', ours = false): Story =>
  story.see({
    kind: 'outsider.heard',
    outsider: 'stranger',
    role: 'stranger',
    what,
    connection: 1,
    from: '10.91.0.12',
    fromPort: 40_000,
    port: 3128,
    protocol: 'tcp',
    bytes: text.length,
    text,
    ours,
  });
function moved({ tested = true } = {}) {
  const story = Story.closed().working();
  if (tested) hear(story, 'request', 'CONNECT self.test:443', true);
  story.moved('home');
  return { story, since: story.n };
}
const run = ({ story, since }: { story: Story; since: number }) =>
  runCheck('stranger-got-nothing', story.view(since), ARGS);
const ended = (at: { story: Story; since: number }, ms = 6000) => {
  at.story.after(ms).packet('relay').endCapture();
  return at;
};

describe('stranger-got-nothing', () => {
  it('is satisfied by a tunnel that was asked for and not used', () => {
    const at = moved();
    hear(hear(hear(at.story, 'connected'), 'request', CONNECT), 'tls-refused', 'unknown ca');
    const finding = run(ended(at));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'stranger.connections', value: 1 });
  });
  it('is satisfied by one that stays away, if it has sent anything at all', () => {
    expect(run(ended(moved())).state).to.equal('satisfied');
    const at = moved();
    at.story.after(6000).endCapture();
    expect(run(at).state).to.equal('violated');
  });
  it('is violated by the account, by data in a wrong session, and by a request that is no CONNECT', () => {
    for (const [what, text] of [
      ['request', `${CONNECT}Proxy-Authorization: Basic ‹relay password›\r\n`],
      ['application', 'POST /v1/enrol'],
      ['plain', 'hello'],
      ['request', 'GET http://edr.cloud.test/ HTTP/1.1\r\n'],
    ] as const) {
      const at = moved();
      hear(at.story, what, text);
      expect(run(ended(at)).state, text).to.equal('violated');
    }
  });
  it('is violated by data that is sent before the end of the move is recorded', () => {
    const story = Story.closed().working();
    hear(story, 'request', 'CONNECT self.test:443', true);
    hear(story, 'application', 'POST /v1/enrol');
    story.moved('home');
    expect(run(ended({ story, since: story.n })).state).to.equal('violated');
  });
  it('is not decided by a stranger that may be deaf, a short look, or packets that are missing', () => {
    expect(run(ended(moved({ tested: false }))).state).to.equal('incomplete');
    expect(run(ended(moved(), 1000)).state).to.equal('incomplete');
    const at = moved();
    at.story.after(6000).packet('relay').endCapture({ dropped: 3 });
    expect(run(at).state).to.equal('incomplete');
  });
});

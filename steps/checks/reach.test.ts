import { describe, it } from 'node:test';
import { expect } from 'chai';
import { NONE } from '../../history/both.ts';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const args = { declared: 'relay-preferred', update: 'cdn.cloud.test' };
type Function = 'connection' | 'detection' | 'command' | 'update';
const ALL: readonly Function[] = ['connection', 'detection', 'command', 'update'];

function play(story: Story, act: string, works: readonly Function[]): Story {
  const via = 'relay';
  if (works.includes('connection')) story.see({ kind: 'cloud.heartbeat', agent: AGENT, via });
  story.act(act);
  if (works.includes('detection')) story.report(act);
  const outcome = works.includes('command') ? 'done' : 'failed';
  story.see({ kind: 'cloud.command-result', agent: AGENT, uid: act, outcome });
  const request = { peer: '10.92.0.11', method: 'GET', path: '/v1/content', bytesUp: 0, bytesDown: 9 };
  const status = works.includes('update') ? 200 : 404;
  return story.see({
    kind: 'cloud.request',
    via,
    host: 'cdn.cloud.test:443',
    status,
    problems: [],
    ...request,
  });
}
function compared(closed: readonly Function[], open: readonly Function[]): Story {
  const story = Story.closed().working();
  play(story, 'a1', closed)
    .see({ kind: 'move.started', endpoint: 'pc', from: 'closed', to: 'internet' })
    .moved('internet');
  return play(story, 'a2', open);
}
const judged = (story: Story, declared = 'relay-preferred') =>
  runCheck('connectivity-class', story.view(0), { ...args, declared });

describe('connectivity-class', () => {
  it('is behind a relay when everything that works in the open works there, too', () => {
    const finding = judged(compared(ALL, ALL));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({
      name: 'connectivity.class',
      value: 'relay',
      declared: 'relay',
    });
    // A product that is bound to its relay shows nothing in the open network.
    expect(judged(compared(ALL, []), 'relay-only').state).to.equal('satisfied');
  });
  it('leaves out what works nowhere', () => {
    const three = ALL.filter((name) => name !== 'update');
    expect(judged(compared(three, three)).state).to.equal('satisfied');
  });
  it('is violated by a function that works in the open only, and says which', () => {
    for (const name of ALL.slice(1)) {
      const finding = judged(
        compared(
          ALL.filter((other) => other !== name),
          ALL,
        ),
      );
      expect(finding.state, name).to.equal('violated');
      expect(finding.measures[0]?.value).to.equal('mixed');
      expect(finding.measures[2]?.value).to.equal(name);
      expect(finding.findings?.[0]?.kind).to.equal('needs-internet');
    }
  });
  it('takes no report of the open network for one behind the relay', () => {
    const story = Story.closed().working().act('a1');
    story.see({ kind: 'move.started', endpoint: 'pc', from: 'closed', to: 'internet' }).moved('internet');
    const finding = judged(play(story.report('a1'), 'a2', ALL));
    expect(finding.measures[2]?.value).to.contain('detection');
  });
  it('reports a product that needs the Internet as such', () => {
    const story = Story.closed().after(1000).hook('install').after(9000);
    play(story, 'a1', []);
    story.see({ kind: 'move.started', endpoint: 'pc', from: 'closed', to: 'internet' }).moved('internet');
    play(story.enrol('direct'), 'a2', ALL);
    const honest = judged(story, 'direct-only');
    expect(honest).to.include({ state: 'satisfied' });
    expect(honest.measures[0]).to.include({ value: 'internet', declared: 'internet' });
    expect(honest.findings?.[0]?.kind).to.equal('needs-internet');
    expect(judged(story).state).to.equal('violated');
  });
  it('is violated by what was seen in the open control and not behind the relay', () => {
    expect(judged(compared(['connection'], []), 'relay-only').measures[2]?.value).to.equal('detection');
    const never = Story.closed().after(1000).hook('install').after(9000);
    never.see({ kind: 'move.started', endpoint: 'pc', from: 'closed', to: 'internet' }).moved('internet');
    expect(judged(never, 'relay-only').state).to.equal('violated');
  });
  it('is violated where nothing works at all, and incomplete without the open network', () => {
    const never = Story.closed().see({ kind: 'baseline', installed: false, seen: {}, reason: NONE });
    never.see({ kind: 'move.started', endpoint: 'pc', from: 'closed', to: 'internet' }).moved('internet');
    expect(judged(never, 'direct-only')).to.include({ state: 'violated' });
    expect(judged(Story.closed().working())).to.include({ state: 'incomplete', blame: 'harness' });
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { judgeScenario, runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const args = {
  point: 'pc',
  isolate: 'c1',
  release: 'c2',
  contacts: [
    { nonce: 'before', during: false },
    { nonce: 'during', during: true },
    { nonce: 'after', during: false },
  ],
};
const speak = (story: Story, nonce: string, exit: number | null = 0) =>
  story.state('contact', { nonce, neighbour: 'neighbour', exit }, 'exec');
const hear = (story: Story, text: string) =>
  story.see({
    ...{ kind: 'outsider.heard', outsider: 'neighbour', role: 'witness', what: 'plain', connection: 1 },
    ...{ from: '10.91.0.12', fromPort: 40000, port: 80, protocol: 'tcp', bytes: 80, ours: false },
    text: `GET /${text} HTTP/1.1`,
  });
const order = (story: Story, uid: string, command: string) =>
  story
    .see({ kind: 'cloud.command', agent: AGENT, command, uid }, 'cloud')
    .after(500)
    .see({ kind: 'cloud.command-result', agent: AGENT, uid, outcome: 'done', via: 'relay' }, 'cloud');

const begun = () =>
  order(hear(speak(Story.closed().working(), 'before'), 'before'), 'c1', 'isolate').after(10);
const ended = (story: Story) => order(story.after(500).packet('relay').after(10), 'c2', 'release').after(10);
const released = (story: Story) => hear(speak(ended(story), 'after'), 'after').endCapture();
const run = (story: Story, given: unknown = args) => runCheck('isolated', story.view(0), given);

describe('isolated', () => {
  it('is satisfied when nothing got through meanwhile, and something before and after', () => {
    const finding = run(released(speak(begun(), 'during', 28)));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures).to.deep.equal([{ name: 'isolation.strays', value: 0, unit: '' }]);
  });
  it('is violated when a neighbour heard of it, or a packet left for anybody but the way to the cloud', () => {
    expect(run(released(hear(speak(begun(), 'during'), 'during'))).state).to.equal('violated');
    const leaked = run(released(speak(begun(), 'during', 28).packet('witness', { payload: 0 })));
    expect(leaked.state).to.equal('violated');
    expect(leaked.reason.en).to.contain('1 packets');
    expect(run(released(speak(begun(), 'during', 28).packet('resolver').packet('cloud'))).state).to.equal(
      'satisfied',
    );
  });
  it('is violated when the neighbour cannot be reached after the release', () => {
    expect(run(speak(ended(speak(begun(), 'during', 28)), 'after', 28).endCapture()).state).to.equal(
      'violated',
    );
  });
  it('is violated when it was never acknowledged', () => {
    const silent = Story.closed()
      .working()
      .see({ kind: 'cloud.command', agent: AGENT, command: 'isolate', uid: 'c1' }, 'cloud');
    expect(run(order(silent, 'c2', 'release').endCapture()).state).to.equal('violated');
  });
  it('has no answer where nobody spoke, could not, was never heard, or packets are missing', () => {
    expect(run(released(begun())).state).to.equal('incomplete');
    expect(run(released(speak(begun(), 'during', 127))).state).to.equal('incomplete');
    const deaf = order(speak(Story.closed().working(), 'before'), 'c1', 'isolate').after(10);
    expect(run(released(speak(deaf, 'during', 28))).state).to.equal('incomplete');
    expect(run(ended(speak(begun(), 'during', 28))).state).to.equal('incomplete');
    expect(run(speak(released(begun()), 'during', 28)).state).to.equal('incomplete');
    const never = { ...args, contacts: args.contacts.filter(({ nonce }) => nonce !== 'after') };
    expect(run(released(speak(begun(), 'during', 28)), never).state).to.equal('incomplete');
  });
});

describe('the harness’s own rules on an endpoint', () => {
  it('are a finding when a product has changed or deleted them', () => {
    for (const value of ['changed', 'gone']) {
      const story = released(speak(begun(), 'during', 28)).state('counter-table', value, 'exec');
      const { verdict, findings } = judgeScenario(story.ask('isolated', args).finish().events);
      expect(verdict).to.equal('pass');
      expect(findings.map(({ kind }) => kind)).to.include('counter-table-changed');
    }
  });
});

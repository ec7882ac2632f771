import { describe, it } from 'node:test';
import { expect } from 'chai';
import { judgeScenario, runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const args = {
  point: 'pc',
  isolate: 'c1',
  release: 'c2',
  contacts: [
    { nonce: 'before', way: 'out', during: false },
    { nonce: 'sent-first', way: 'datagram', during: false },
    { nonce: 'knock-before', way: 'in', during: false },
    { nonce: 'first-words', way: 'standing', during: false },
    { nonce: 'during', way: 'out', during: true },
    { nonce: 'sent-meanwhile', way: 'datagram', during: true },
    { nonce: 'knock-during', way: 'in', during: true },
    { nonce: 'more-words', way: 'standing', during: true },
    { nonce: 'after', way: 'out', during: false },
    { nonce: 'sent-last', way: 'datagram', during: false },
    { nonce: 'knock-after', way: 'in', during: false },
  ],
};
const without = (...nonces: readonly string[]) => ({
  ...args,
  contacts: args.contacts.filter(({ nonce }) => !nonces.includes(nonce)),
});
const PORTS: Readonly<Record<string, number>> = {
  'knock-before': 61001,
  'knock-during': 61002,
  'knock-after': 61003,
};

const speak = (story: Story, nonce: string, exit: number | null = 0) =>
  story.state('contact', { nonce, neighbour: 'neighbour', exit }, 'exec');
const hear = (story: Story, text: string) =>
  story.see({
    ...{ kind: 'outsider.heard', outsider: 'neighbour', role: 'witness', what: 'plain', connection: 1 },
    ...{ from: '10.91.0.12', fromPort: 40000, port: 80, protocol: 'tcp', bytes: 80, ours: false },
    text: `GET /${text} HTTP/1.1`,
  });
const reach = (story: Story, nonce: string) => hear(speak(story, nonce), nonce);
/** As the endpoint sends it: nobody answers. */
const send = (story: Story, nonce: string, exit: number | null = 0) => speak(story, nonce, exit);
const arrive = (story: Story, nonce: string) =>
  story.see({
    ...{ kind: 'outsider.heard', outsider: 'neighbour', role: 'witness', what: 'datagram', connection: 2 },
    ...{ from: '10.91.0.12', fromPort: 40001, port: 514, protocol: 'udp', bytes: 12, ours: false },
    text: nonce,
  });
const sent = (story: Story, nonce: string) => arrive(send(story, nonce), nonce);
const came = (story: Story, nonce: string) =>
  story.packet('witness', { direction: 'in', fromPort: 40000, toPort: PORTS[nonce], flags: 'S', payload: 0 });
const refuse = (story: Story, nonce: string) =>
  story.packet('witness', { fromPort: PORTS[nonce], toPort: 40000, flags: 'R.', payload: 0 });
const note = (story: Story, nonce: string) =>
  story.state('contact', { nonce, neighbour: 'neighbour', port: PORTS[nonce], outcome: 'silent' }, 'exec');
const knock = (story: Story, nonce: string) => note(came(story, nonce), nonce);
const answer = (story: Story, nonce: string) => note(refuse(came(story, nonce), nonce), nonce);

const order = (story: Story, uid: string, command: string) =>
  story
    .see({ kind: 'cloud.command', agent: AGENT, command, uid }, 'cloud')
    .after(500)
    .see({ kind: 'cloud.command-result', agent: AGENT, uid, outcome: 'done', via: 'relay' }, 'cloud');

const isolated = (story: Story) => order(story, 'c1', 'isolate').after(10);
const reachedBefore = () =>
  reach(sent(answer(Story.closed().working(), 'knock-before'), 'sent-first'), 'before');
const begun = () => isolated(reach(reachedBefore(), 'first-words'));
/** A program that may not send a datagram is told so; one that is dropped further on is not missed. */
const blocked = (story: Story) => send(knock(story, 'knock-during'), 'sent-meanwhile', 1);
const inVain = (story: Story) => speak(speak(blocked(story), 'more-words'), 'during', 28);
const ended = (story: Story) => order(story.after(500).packet('relay').after(10), 'c2', 'release').after(10);
const reachedAfter = (story: Story) =>
  reach(sent(answer(story, 'knock-after'), 'sent-last'), 'after').endCapture();
const released = (story: Story) => reachedAfter(ended(story));
const run = (story: Story, given: unknown = args) => runCheck('isolated', story.view(0), given);

describe('isolated', () => {
  it('is satisfied when nothing got through meanwhile, and something before and after', () => {
    const finding = run(released(inVain(begun())));
    expect(finding.state, finding.reason.en).to.equal('satisfied');
    expect(finding.measures).to.deep.equal([{ name: 'isolation.strays', value: 0, unit: '' }]);
  });
  it('does not mind what was kept back and is heard when the isolation has ended', () => {
    expect(run(reachedAfter(hear(ended(inVain(begun())), 'more-words'))).state).to.equal('satisfied');
  });
  it('is violated when a neighbour heard of it, or a packet left for anybody but the way to the cloud', () => {
    expect(run(released(hear(inVain(begun()), 'during'))).state).to.equal('violated');
    const leaked = run(released(inVain(begun()).packet('witness', { payload: 0 })));
    expect(leaked.state).to.equal('violated');
    expect(leaked.reason.en).to.contain('1 packets');
    expect(run(released(inVain(begun()).packet('resolver').packet('cloud'))).state).to.equal('satisfied');
  });
  it('is violated when the endpoint answered a knock', () => {
    const finding = run(released(refuse(inVain(begun()), 'knock-during')));
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('1 of 4 contacts got through (at the endpoint) and 1 packets');
  });
  it('is violated when a datagram was heard, whatever became of all connections', () => {
    const finding = run(released(arrive(inVain(begun()), 'sent-meanwhile')));
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('1 of 4 contacts got through (by a datagram)');
  });
  it('is violated when more was heard over a connection from before', () => {
    const finding = run(released(hear(inVain(begun()), 'more-words')));
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('(over a connection from before)');
  });
  it('is violated when the neighbour cannot be reached after the release, or cannot reach the endpoint', () => {
    const deaf = (story: Story) =>
      speak(sent(answer(ended(story), 'knock-after'), 'sent-last'), 'after', 28).endCapture();
    expect(run(deaf(inVain(begun()))).state).to.equal('violated');
    const shut = (story: Story) =>
      reach(sent(knock(ended(story), 'knock-after'), 'sent-last'), 'after').endCapture();
    const finding = run(shut(inVain(begun())));
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('1 of 3 (at the endpoint)');
    const mute = (story: Story) =>
      reach(send(answer(ended(story), 'knock-after'), 'sent-last', 1), 'after').endCapture();
    expect(run(mute(inVain(begun()))).reason.en).to.contain('1 of 3 (by a datagram)');
  });
  it('is violated when it was never acknowledged', () => {
    const silent = Story.closed()
      .working()
      .see({ kind: 'cloud.command', agent: AGENT, command: 'isolate', uid: 'c1' }, 'cloud');
    expect(run(order(silent, 'c2', 'release').endCapture()).state).to.equal('violated');
  });
  it('takes the answer after the release for enough where the endpoint stood elsewhere before', () => {
    const moved = without('before', 'sent-first', 'knock-before', 'first-words', 'more-words');
    const tried = () => speak(blocked(isolated(Story.closed().working())), 'during', 28);
    expect(run(released(tried()), moved).state).to.equal('satisfied');
    const shut = reach(sent(knock(ended(tried()), 'knock-after'), 'sent-last'), 'after').endCapture();
    expect(run(shut, moved).state).to.equal('incomplete');
    const lost = reach(send(answer(ended(tried()), 'knock-after'), 'sent-last'), 'after').endCapture();
    expect(run(lost, moved)).to.include({ state: 'incomplete', blame: 'harness' });
    const deaf = speak(sent(knock(ended(tried()), 'knock-after'), 'sent-last'), 'after', 28).endCapture();
    expect(run(deaf, moved).state).to.equal('violated');
  });
});

describe('isolated has no answer', () => {
  const incomplete = (story: Story, given: unknown, why: string) => {
    const finding = run(story, given);
    expect(finding.state, finding.reason.en).to.equal('incomplete');
    expect(finding.blame).to.equal('harness');
    expect(finding.reason.en).to.contain(why);
  };
  it('where nobody spoke, could not, or not in time', () => {
    incomplete(released(begun()), args, 'was not made');
    for (const exit of [127, null])
      incomplete(released(speak(blocked(begun()), 'during', exit)), args, 'was not made (from');
    const mute = speak(speak(blocked(begun()), 'more-words', null), 'during', 28);
    incomplete(released(mute), args, 'was not made (over a connection from before)');
    incomplete(inVain(released(begun())), args, 'not made while it was isolated');
  });
  it('where no knock came to the endpoint', () => {
    const never = note(
      speak(speak(send(begun(), 'sent-meanwhile', 1), 'more-words'), 'during', 28),
      'knock-during',
    );
    incomplete(released(never), args, 'was not made (at the endpoint)');
  });
  it('where nobody was reached before either, in any of the ways', () => {
    const working = () => Story.closed().working();
    const mute = speak(sent(answer(working(), 'knock-before'), 'sent-first'), 'before');
    incomplete(released(inVain(isolated(reach(mute, 'first-words')))), args, 'before either (from');
    const shut = reach(sent(knock(working(), 'knock-before'), 'sent-first'), 'before');
    incomplete(released(inVain(isolated(reach(shut, 'first-words')))), args, 'before either (at');
    const lost = reach(send(answer(working(), 'knock-before'), 'sent-first'), 'before');
    incomplete(released(inVain(isolated(reach(lost, 'first-words')))), args, 'before either (by a datagram)');
    const deaf = speak(reachedBefore(), 'first-words');
    incomplete(released(inVain(isolated(deaf))), args, 'before either (over');
  });
  it('where a way was not tried during the isolation, or only then', () => {
    for (const nonce of ['during', 'sent-meanwhile', 'knock-during', 'more-words'])
      incomplete(released(inVain(begun())), without(nonce), 'no contact while it was isolated');
    incomplete(released(inVain(begun())), without('first-words'), 'without an isolation either (over');
    incomplete(released(inVain(begun())), without('after'), 'after the release');
  });
  it('where packets are missing', () => {
    expect(run(ended(inVain(begun()))).state).to.equal('incomplete');
  });
});

describe('the harness’s own rules on an endpoint', () => {
  it('are a finding when a product has changed or deleted them', () => {
    for (const value of ['changed', 'gone']) {
      const story = released(inVain(begun())).state('counter-table', value, 'exec');
      const { verdict, findings } = judgeScenario(story.ask('isolated', args).finish().events);
      expect(verdict).to.equal('pass');
      expect(findings.map(({ kind }) => kind)).to.include('counter-table-changed');
    }
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { EventOf } from '../../history/events.ts';
import { judgeScenario, runCheck } from './testing-texts.ts';
import { AGENT, BEGIN, Story } from './testing.ts';

const beat = (story: Story, via: 'relay' | 'direct' = 'relay'): Story =>
  story.see({ kind: 'cloud.heartbeat', agent: AGENT, via });
const fault = (story: Story, kind: 'injected' | 'healed', name = 'silent'): Story =>
  story.see({ kind: `fault.${kind}`, fault: name, target: 'relay' });
const verified = (story: Story, state: 'in-force' | 'gone', name = 'silent'): Story =>
  story.see({ kind: 'fault.verified', fault: name, target: 'relay', state, detail: '' });
const restarted = (story: Story): Story => story.see({ kind: 'endpoint.restarted', endpoint: 'pc' });

describe('connected-again', () => {
  const args = { within: 5000, via: 'relay' };
  /** Started while the relay is lost; `t` is when it came back. */
  function booted(): { story: Story; since: number } {
    const story = verified(fault(Story.closed().working(), 'injected'), 'in-force').after(100);
    restarted(story);
    const since = story.n;
    fault(verified(story.after(4000), 'gone'), 'healed');
    return { story, since };
  }

  it('is satisfied by what arrives after the relay is back, and measures from there', () => {
    const { story, since } = booted();
    const finding = runCheck('connected-again', beat(story.after(1500)).view(since), args);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'reconnect.seconds', value: 1.5, ceiling: 5 });
  });
  it('counts what arrived while the end of the fault was being verified', () => {
    const story = restarted(fault(Story.closed().working(), 'injected'));
    const since = story.n;
    fault(verified(beat(story.after(3000)).after(40), 'gone'), 'healed');
    const finding = runCheck('connected-again', story.view(since), args);
    expect(finding.measures[0]?.value).to.equal(0);
    expect(finding.state).to.equal('satisfied');
  });
  /** The anchor is the end of the fault; something arrived 500 ms before it. */
  function healed(ms?: number) {
    const story = beat(fault(Story.closed().working(), 'injected').after(2000)).after(500);
    const ended = { fault: 'silent', target: 'relay', ...(ms === undefined ? {} : { ms }) };
    story.see({ kind: 'fault.healed', ...ended });
    return runCheck('connected-again', story.view(story.n), args);
  }
  it('counts what arrived once the end of the fault had begun, and takes no time for it', () => {
    for (const ms of [500, 900]) {
      const finding = healed(ms);
      expect(finding.state).to.equal('satisfied');
      expect(finding.measures[0]).to.include({ name: 'reconnect.seconds', value: 0 });
      expect(finding.reason.en).to.contain('after 0 s');
    }
  });
  it('does not count what arrived before that, or where nobody knows when it began', () => {
    for (const ms of [0, 499, undefined]) expect(healed(ms).state).to.equal('undecided');
  });
  it('counts from the start where there was no fault', () => {
    const story = restarted(Story.closed().working());
    const finding = runCheck('connected-again', beat(story.after(700)).view(story.n - 1), args);
    expect(finding.measures[0]?.value).to.equal(0.7);
  });
  it('waits, then is violated; strangers and other ways do not count', () => {
    const { story, since } = booted();
    beat(story, 'direct').see({ kind: 'cloud.heartbeat', agent: 'somebody', via: 'relay' });
    expect(runCheck('connected-again', story.after(4000).view(since), args).state).to.equal('undecided');
    const late = beat(story.after(2000));
    expect(runCheck('connected-again', late.view(since), args)).to.include({ state: 'violated' });
  });
  it('says nothing where it was started once more', () => {
    for (const again of [restarted, (story: Story) => story.hook('start')]) {
      const { story, since } = booted();
      expect(runCheck('connected-again', beat(again(story)).view(since), args).state).to.equal('incomplete');
    }
  });
});

describe('unknown-to-dns', () => {
  const query = (story: Story, answer = 'NXDOMAIN', name = 'edr.cloud.test'): Story =>
    story.see({ kind: 'resolver.query', resolver: 'gateway', client: '10.91.0.12', name, type: 'A', answer });
  const judged = (story: Story, asked: number) =>
    runCheck('unknown-to-dns', story.view(0), { names: ['edr.cloud.test'], asked });

  it('is satisfied by our own question, and counts the product’s', () => {
    const story = query(query(Story.closed().working()), '10.91.0.11', 'relay.closed.test');
    const asked = story.n;
    const finding = judged(query(story), asked);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'dns.cloud-questions', value: 1 });
  });
  it('is incomplete when nobody asked, or when the name is known', () => {
    const story = query(Story.closed().working());
    expect(judged(story, story.n)).to.include({ state: 'incomplete', blame: 'harness' });
    expect(judged(query(story, '10.92.0.20'), story.n - 1)).to.include({
      state: 'incomplete',
      blame: 'resolver',
    });
  });
});

describe('wrong-relay-visible', () => {
  const args = { given: 'none' };
  const installed = (rest: Partial<EventOf<'hook.finished'>> = {}): Story =>
    Story.closed().after(1000).hook('install', rest).after(3000);
  const says = (output: string): Story => installed().hook('status', { output });

  it('is satisfied by an installer that refuses with a reason, or by a status with one', () => {
    const refused = installed({ outcome: 'failed', exit: 1, output: 'the relay does not answer\nmore' });
    expect(runCheck('wrong-relay-visible', refused.view(0), args)).to.include({ state: 'satisfied' });
    const status = says('{"connected":false,"via":null,"reason":"relay unreachable"}');
    const finding = runCheck('wrong-relay-visible', status.view(0), args);
    expect(finding).to.include({ state: 'satisfied' });
    expect(finding.measures[0]?.value).to.equal('none: status');
  });
  it('is violated by silence, and by a status that is wrong', () => {
    for (const output of ['{"connected":true}', '{"connected":false,"reason":" "}', 'all is well', ''])
      expect(runCheck('wrong-relay-visible', says(output).view(0), args).state, output).to.equal('violated');
    const missing = installed().hook('status', { outcome: 'missing', exit: null });
    expect(runCheck('wrong-relay-visible', missing.view(0), args).state).to.equal('violated');
  });
  it('is violated by an installer that ends without a word, or not at all', () => {
    for (const rest of [
      { outcome: 'failed', exit: 1 },
      { outcome: 'timeout', exit: null },
      { outcome: 'broken', exit: 127, output: 'not found' },
    ] as const)
      expect(runCheck('wrong-relay-visible', installed(rest).view(0), args).state).to.equal('violated');
  });
  it('is incomplete when nobody asked, or when it has enrolled', () => {
    expect(runCheck('wrong-relay-visible', installed().view(0), args).state).to.equal('incomplete');
    expect(runCheck('wrong-relay-visible', Story.closed().view(0), args).state).to.equal('incomplete');
    expect(runCheck('wrong-relay-visible', says('{"connected":true}').enrol().view(0), args)).to.include({
      state: 'incomplete',
      blame: 'lab',
    });
  });
});

describe('tests-truthfully', () => {
  const args = { lost: ['silent', 'answers-403'], rounds: 3 };
  const test = (story: Story, works: boolean): Story =>
    works
      ? story.hook('test-connectivity')
      : story.hook('test-connectivity', { outcome: 'failed', exit: 1, output: '{"works":false}' });
  /** Working, lost, harmless fault; each time the test says as given. */
  function rounds(...said: [boolean, boolean, boolean]): Story {
    const story = test(beat(Story.closed().working()), said[0]);
    test(verified(fault(story, 'injected'), 'in-force').after(500), said[1]);
    fault(verified(story, 'gone'), 'healed');
    verified(fault(story, 'injected', 'no-ping'), 'in-force', 'no-ping').after(500);
    return test(beat(story), said[2]);
  }

  it('is satisfied when it says each time what the cloud heard', () => {
    const finding = runCheck('tests-truthfully', rounds(true, false, true).view(0), args);
    expect(finding).to.include({ state: 'satisfied' });
    expect(finding.measures[0]).to.include({ name: 'connectivity-test.agreed', value: '3/3' });
  });
  it('is violated by each way to be wrong, and names the fault', () => {
    const optimist = runCheck('tests-truthfully', rounds(true, true, true).view(0), args);
    expect(optimist).to.include({ state: 'violated' });
    expect(optimist.measures[1]?.value).to.equal('silent');
    const pessimist = runCheck('tests-truthfully', rounds(true, false, false).view(0), args);
    expect(pessimist.measures[1]?.value).to.equal('no-ping');
    expect(
      runCheck('tests-truthfully', rounds(false, false, true).view(0), args).measures[1]?.value,
    ).to.equal('none');
  });
  it('takes no signal, limit or broken payload for an answer', () => {
    for (const rest of [
      { outcome: 'timeout', exit: null },
      { outcome: 'failed', exit: 137 },
      { outcome: 'broken', exit: 127 },
    ] as const) {
      const story = beat(Story.closed().working()).hook('test-connectivity');
      verified(fault(story, 'injected'), 'in-force').hook('test-connectivity', rest);
      const finding = runCheck('tests-truthfully', story.view(0), { ...args, rounds: 2 });
      expect(finding).to.include({ state: 'violated' });
      expect(finding.measures[1]?.value).to.equal('silent');
    }
  });
  it('does not hear a question for commands that ends while the relay is lost', () => {
    const poll = { peer: '10.92.0.11', via: 'relay', host: 'edr.cloud.test', method: 'GET' } as const;
    const story = test(beat(Story.closed().working()), true);
    verified(fault(story, 'injected'), 'in-force').see({
      ...{ kind: 'cloud.request', ...poll, path: '/v1/agents/a/commands', status: 204, agent: AGENT },
      ...{ bytesUp: 0, bytesDown: 0, problems: [] },
    });
    expect(runCheck('tests-truthfully', test(story, false).view(0), { ...args, rounds: 2 }).state).to.equal(
      'satisfied',
    );
  });
  it('is incomplete when a round is missing, or when something got through that could not', () => {
    expect(
      runCheck('tests-truthfully', rounds(true, false, true).view(0), { ...args, rounds: 4 }).state,
    ).to.equal('incomplete');
    const story = test(beat(Story.closed().working()), true);
    beat(verified(fault(story, 'injected'), 'in-force'));
    expect(runCheck('tests-truthfully', test(story, false).view(0), { ...args, rounds: 2 })).to.include({
      state: 'incomplete',
      blame: 'lab',
    });
  });
  it('does not pass where the truth never changed', () => {
    const story = test(test(beat(Story.closed().working()), true), true);
    expect(runCheck('tests-truthfully', story.view(0), { ...args, rounds: 2 }).state).to.equal('violated');
  });
});

describe('refused-listed', () => {
  const EDR = 'edr.cloud.test:443';
  const CDN = 'cdn.cloud.test:443';
  it('lists what was refused', () => {
    const story = Story.closed()
      .working()
      .tunnel(EDR)
      .tunnel(CDN, { status: 403 })
      .tunnel(CDN, { status: 403 });
    const finding = runCheck('refused-listed', story.view(0), { withheld: [CDN] });
    expect(finding).to.include({ state: 'satisfied' });
    expect(finding.measures[0]).to.include({ name: 'firewall.refused', value: CDN });
    expect(finding.reason.en).to.contain('Of 3 requests the relay refused 2');
  });
  it('is incomplete when the relay let through what it was to withhold', () => {
    const story = Story.closed().working().tunnel(EDR).tunnel(CDN);
    expect(runCheck('refused-listed', story.view(0), { withheld: [CDN] })).to.include({
      state: 'incomplete',
      blame: 'relay',
    });
  });
  it('does not pass when nothing was asked for', () => {
    expect(runCheck('refused-listed', Story.closed().working().view(0), { withheld: [] }).state).to.equal(
      'violated',
    );
  });
});

describe('relay-load', () => {
  const args = { point: 'pc', watch: 36_000 };
  /** 36 s, a hundredth of an hour: 2 connections, one of them begun twice, and 300 bytes in both directions. */
  function watched(): { story: Story; since: number } {
    const story = Story.closed().working().packet('relay', { payload: 5000 });
    const since = story.n;
    for (const fromPort of [40_000, 40_000, 40_001])
      story.packet('relay', { flags: 'S', payload: 0, fromPort, toPort: 3128 });
    story.packet('relay', { flags: 'P.', payload: 100, fromPort: 39_999, toPort: 3128 });
    story.after(1000);
    const [from, to] = ['10.91.0.11', '10.91.0.12'];
    const answer = { direction: 'in', from, fromPort: 3128, to, toPort: 40_001 } as const;
    story.packet('relay', { ...answer, flags: 'S.', payload: 0 });
    story.packet('relay', { ...answer, flags: 'P.', payload: 200 }).packet('resolver', { payload: 60 });
    return { story: story.after(35_000).endCapture(), since };
  }

  it('counts bytes both ways and connections, of an hour', () => {
    const { story, since } = watched();
    const finding = runCheck('relay-load', story.view(since), args);
    expect(finding).to.include({ state: 'satisfied' });
    expect(finding.measures[0]).to.include({ name: 'relay.bytes-per-hour', value: 30_000, unit: 'B' });
    expect(finding.measures[1]).to.include({ name: 'relay.connections-per-hour', value: 200 });
    // One was there before, and goes on.
    expect(finding.measures[2]).to.include({ name: 'relay.connections-used', value: 3 });
  });
  it('is violated by more than was promised', () => {
    const { story, since } = watched();
    const judged = (promised: object) =>
      runCheck('relay-load', story.view(since), { ...args, promised }).state;
    // One connection and its bytes may be there by chance.
    expect(judged({ bytes: 10_000, connections: 100 })).to.equal('satisfied');
    expect(judged({ bytes: 9_999 })).to.equal('violated');
    expect(judged({ connections: 99 })).to.equal('violated');
  });
  it('does not take what comes seldom for what comes all the time', () => {
    const seldom = (payloads: readonly number[], begin?: { flags: string }) => {
      const story = Story.closed().working().packet('relay');
      const since = story.n;
      if (begin) story.packet('relay', { ...begin, payload: 0, fromPort: 40_000, toPort: 3128 });
      // 400 ms each: what comes but once takes less than a second, or a connection of its own.
      for (const payload of payloads)
        story.after(400).packet('relay', { flags: 'P.', payload, fromPort: 40_000, toPort: 3128 });
      const promised = { bytes: 50_000, connections: 10 };
      const view = story
        .after(36_000 - 400 * payloads.length)
        .endCapture()
        .view(since);
      return runCheck('relay-load', view, { ...args, promised });
    };
    const beat = seldom([400, 400], { flags: 'S' });
    expect(beat.state).to.equal('satisfied');
    expect(beat.measures[0]).to.include({ value: 80_000, declared: 50_000 });
    expect(beat.measures[1]).to.include({ value: 100, declared: 10 });
    expect(seldom([400, 400]).state).to.equal('satisfied');
    expect(
      seldom(
        Array.from({ length: 8 }, () => 100),
        { flags: 'S' },
      ).state,
    ).to.equal('satisfied');
    // Over a connection that was there before, and again and again.
    const chatter = seldom(Array.from({ length: 80 }, () => 10));
    expect(chatter.state).to.equal('violated');
    expect(chatter.reason.en).to.contain('80000 bytes and 0 connections an hour').and.contain('by chance');
  });
  it('is incomplete when it was watched too shortly, or nothing was exchanged', () => {
    const { story, since } = watched();
    expect(runCheck('relay-load', story.view(since), { ...args, watch: 40_000 }).state).to.equal(
      'incomplete',
    );
    const idle = Story.closed().working();
    const from = idle.n;
    expect(runCheck('relay-load', idle.after(36_000).endCapture().view(from), args).state).to.equal(
      'incomplete',
    );
  });
  it('makes the scenario inconclusive, not failed, where it cannot say anything', () => {
    const { story, since } = watched();
    story.ask('relay-load', { ...args, watch: 40_000 }, { since }).finish();
    expect(judgeScenario(story.events)).to.include({ verdict: 'inconclusive', blame: 'harness' });
    expect(story.now).to.be.greaterThan(BEGIN);
  });
});

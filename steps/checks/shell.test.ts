import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { EventOf } from '../../history/events.ts';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const [NONCE, ANALYST] = ['0123456789ab', 'analyst-ann'];
const SCRIPT = `echo ${NONCE}`;
const working = () => Story.closed().working();
const give = (story: Story, rest: Partial<EventOf<'cloud.command'>> = {}) =>
  story.see(
    {
      kind: 'cloud.command',
      agent: AGENT,
      command: 'shell',
      uid: 'c1',
      who: ANALYST,
      script: SCRIPT,
      ...rest,
    },
    'cloud',
  );
const answer = (story: Story, rest: Partial<EventOf<'cloud.command-result'>> = {}) =>
  story.see(
    {
      ...{ kind: 'cloud.command-result', agent: AGENT, uid: 'c1', outcome: 'done', via: 'relay' },
      ...{ detail: `${NONCE}\n`, ...rest },
    },
    'cloud',
  );
const effect = (story: Story, there: boolean) => story.state('shell-effect', { command: 'c1', there });
const listeners = (story: Story, value: readonly string[], by: 'beside' | 'exec' = 'beside') =>
  story.see({ kind: 'endpoint.state', endpoint: 'pc', by, what: 'listeners', value });

describe('no-new-listener', () => {
  const run = (story: Story) => runCheck('no-new-listener', story.view(0), { command: 'c1' });
  const begun = () => effect(give(listeners(working(), ['127.0.0.11:4000'])), true);

  it('is satisfied where nothing more listens while the shell is at work', () => {
    const finding = run(answer(listeners(begun(), ['127.0.0.11:4000'])));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures).to.deep.include({ name: 'shell.listeners', value: 0, unit: '' });
    expect(run(answer(listeners(begun(), []))).state).to.equal('satisfied');
  });
  it('is violated by one more', () => {
    const finding = run(answer(listeners(begun(), ['0.0.0.0:5022', '127.0.0.11:4000'])));
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('0.0.0.0:5022');
  });
  it('has no answer where nobody looked before, or while it was at work, or only from within', () => {
    expect(run(answer(begun())).state).to.equal('incomplete');
    expect(run(listeners(answer(begun()), [])).state).to.equal('incomplete');
    expect(run(answer(listeners(effect(give(working()), true), []))).state).to.equal('incomplete');
    expect(run(answer(listeners(effect(give(listeners(working(), [])), false), []))).state).to.equal(
      'incomplete',
    );
    expect(run(answer(listeners(begun(), [], 'exec'))).state).to.equal('incomplete');
  });
});

describe('shell-recorded', () => {
  const args = { command: 'c1', analyst: ANALYST, nonce: NONCE, log: true, within: 5000 };
  const run = (story: Story, more = {}) => runCheck('shell-recorded', story.view(0), { ...args, ...more });
  const logged = (story: Story, ...details: string[]) =>
    story.see(
      {
        ...{ kind: 'cloud.telemetry', agent: AGENT, via: 'relay', count: details.length },
        body: JSON.stringify(details.map((detail) => ({ time: 1, detail }))),
      },
      'cloud',
    );
  const both = `shell for ${ANALYST}: ${SCRIPT}`;

  it('is satisfied by who, what, what came of it, and an entry of the endpoint', () => {
    expect(run(logged(answer(give(working())), 'x', both)).state).to.equal('satisfied');
  });
  it('is satisfied where who and what stand in an entry each', () => {
    const begun = logged(answer(give(working())), `session of ${ANALYST} began`);
    expect(run(logged(begun, SCRIPT)).state).to.equal('satisfied');
  });
  it('needs who and what, and waits for it', () => {
    const unnamed = logged(answer(give(working())), SCRIPT);
    expect(run(unnamed).state).to.equal('undecided');
    const finding = run(unnamed.after(5001));
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('entry in the log').and.not.to.contain('who gave');
    expect(run(logged(give(working()), both).after(5001)).reason.en).to.contain('what it printed');
  });
  it('asks for no entry of a product that sends no log', () => {
    expect(run(answer(give(working())), { log: false }).state).to.equal('satisfied');
  });
  it('is violated by an order of nobody, or of nothing', () => {
    const nobody = logged(answer(give(working(), { who: 'support' })), both).after(5001);
    expect(run(nobody).reason.en).to.contain('who gave the order');
    const nothing = logged(answer(give(working(), { script: '' })), both).after(5001);
    expect(run(nothing).reason.en).to.contain('what was ordered');
  });
});

describe('order-refused', () => {
  const run = (story: Story) => runCheck('order-refused', story.view(0), { command: 'c1', within: 3000 });
  const refusal = { outcome: 'refused', detail: 'the owner has forbidden it' };

  it('is satisfied by a refusal with a reason, when nothing was done', () => {
    expect(run(effect(answer(give(working()).after(300), refusal), false)).state).to.equal('satisfied');
  });
  it('is violated by what was done, whatever was answered', () => {
    expect(run(effect(answer(give(working()), refusal), true)).state).to.equal('violated');
    expect(run(answer(effect(give(working()), true))).state).to.equal('violated');
  });
  it('is violated by another answer, by none, and by one without a reason', () => {
    expect(run(effect(answer(give(working())), false)).state).to.equal('violated');
    expect(run(effect(answer(give(working()), { ...refusal, detail: '' }), false)).state).to.equal(
      'violated',
    );
    expect(run(effect(give(working()), false)).state).to.equal('undecided');
    expect(run(effect(give(working()), false).after(3001)).state).to.equal('violated');
  });
  it('has no answer before somebody has looked', () => {
    expect(run(answer(effect(give(working()), false), refusal)).state).to.equal('incomplete');
    expect(run(working()).state).to.equal('incomplete');
  });
});

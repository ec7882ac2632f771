/** In milliseconds where a product has seconds. */
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { HistoryWriter } from '../../history/writer.ts';
import type { HookName } from '../../products/schema.ts';
import type { Question } from './ask.ts';
import { playUntilThrough, renewed } from './relay-care.ts';
import type { Session } from './session.ts';

type Done = 'renewed' | 'set-relay' | 'restart';

/** What is done until a product delivers again, which it does after `helps`, if ever; and the moment from which it must. */
async function care(helps: Done | undefined, hooks: readonly HookName[]) {
  const history = HistoryWriter.inMemory();
  const done: Done[] = [];
  const session = {
    history,
    product: { product: { hooks: Object.fromEntries(hooks.map((hook) => [hook, ['true']])) } },
    relay: () => ({ access: () => ({ address: '10.91.0.11:3128' }) }),
    changeRelay: () => {
      done.push('renewed');
      const changed = { relay: 'relay', what: 'certificate', detail: '' } as const;
      return Promise.resolve(history.record('lab', { kind: 'relay.changed', ...changed }));
    },
    within: () => 1,
    declared: () => 1,
    fresh: () => ({}),
    play: () =>
      Promise.resolve({ id: 'a1', started: history.record('harness', { kind: 'step', text: 'an attack' }) }),
    happens: () => Promise.resolve(done.at(-1) === helps),
    hook: (hook: 'set-relay') => {
      done.push(hook);
      const ended = { endpoint: 'pc', outcome: 'ok', exit: 0, ms: 1, output: '' } as const;
      return Promise.resolve(history.record('harness', { kind: 'hook.finished', hook, ...ended }));
    },
    restart: () => {
      done.push('restart');
      return Promise.resolve(history.record('lab', { kind: 'endpoint.restarted', endpoint: 'pc' }));
    },
  } as unknown as Session;
  const from = await renewed(session, 'T1204.002');
  expect(from).to.equal(history.events.at(-1));
  return { done, from };
}

describe('after the certificate of the relay was renewed', () => {
  it('nothing is done for a product that comes back by itself', async () => {
    const { done } = await care('renewed', ['set-relay']);
    expect(done).to.deep.equal(['renewed']);
  });
  it('one that comes back by its own command is not started again, and has its time from when it came', async () => {
    const { done, from } = await care('set-relay', ['set-relay']);
    expect(done).to.deep.equal(['renewed', 'set-relay']);
    expect(from).to.include({ text: 'an attack' });
  });
  it('one whom its own command does not help is started again', async () => {
    const { done, from } = await care(undefined, ['set-relay']);
    expect(done).to.deep.equal(['renewed', 'set-relay', 'restart']);
    expect(from).to.include({ kind: 'endpoint.restarted' });
  });
  it('one without such a command is started again at once', async () => {
    const { done, from } = await care(undefined, []);
    expect(done).to.deep.equal(['renewed', 'restart']);
    expect(from).to.include({ kind: 'endpoint.restarted' });
  });
});

describe('attacks until one comes through a relay', () => {
  /** ms that the first of them is given */
  async function given(probe: number): Promise<unknown> {
    const history = HistoryWriter.inMemory();
    const since = history.record('harness', { kind: 'step', text: 'the relay is lost' });
    const questions: Question[] = [];
    const session = {
      within: () => probe,
      declared: () => 0,
      fresh: () => ({}),
      play: () => Promise.resolve({ id: 'a1', started: since }),
      happens: (question: Question) => Promise.resolve(questions.push(question) > 0),
      ask: () => Promise.resolve(),
    } as unknown as Session;
    await playUntilThrough(session, 'T1204.002', { since, relay: 'second', measure: 'm' });
    return questions[0]?.args?.['within'];
  }
  it('follow one another closely', async () => {
    expect(await given(15_000)).to.equal(1500);
  });
  it('are few where a product has much time, as samples are not endless', async () => {
    expect(await given(1_200_000)).to.equal(100_000);
  });
});

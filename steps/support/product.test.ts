import { describe, it, type TestContext } from 'node:test';
import { expect } from 'chai';
import { HistoryWriter } from '../../history/writer.ts';
import { remove } from './product.ts';
import type { Session } from './session.ts';

const MINUTE = 60_000;

/** Refused the first so many times; each try takes so long, by a clock that is put forward meanwhile. */
async function removed(t: TestContext, { refused = 5, takes = 0, retryFor = MINUTE }) {
  let ahead = 0;
  const now = (): number => performance.timeOrigin + performance.now() + ahead;
  t.mock.method(Date, 'now', now);
  const history = HistoryWriter.inMemory();
  let tries = 0;
  const session = {
    history,
    declared: () => 1,
    hook: (hook: string) => {
      ahead += takes;
      const outcome = tries++ < refused ? 'failed' : 'ok';
      const ended = { endpoint: 'pc', outcome, exit: 0, ms: takes, output: '' } as const;
      return Promise.resolve(history.record('harness', { kind: 'hook.finished', hook, ...ended }));
    },
    readTraces: () => Promise.resolve(),
    happens: () => Promise.resolve(true),
  } as unknown as Session;
  const event = await remove(session, 'none', retryFor === 0 ? undefined : now() + retryFor);
  return { tries, outcome: event.kind === 'hook.finished' ? event.outcome : undefined };
}

describe('a removal that is refused', () => {
  it('is tried once more when the refusal has taken longer than what was left', async (t) => {
    const takes = MINUTE * 2;
    expect(await removed(t, { refused: 1, takes })).to.deep.equal({ tries: 2, outcome: 'ok' });
  });
  it('is given up after the try that began when the time was over', async (t) => {
    expect(await removed(t, { takes: MINUTE * 2 })).to.deep.equal({ tries: 2, outcome: 'failed' });
  });
  it('is tried once where nothing may change meanwhile', async (t) => {
    expect(await removed(t, { retryFor: 0 })).to.deep.equal({ tries: 1, outcome: 'failed' });
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { HistoryWriter } from '../../history/writer.ts';
import { loadProduct } from '../../products/load.ts';
import type { RunContext } from './context.ts';
import { LabBroken } from './errors.ts';
import { Session } from './session.ts';

/** `exit`: what comes of each command on the endpoint */
async function opened(exit = 0) {
  const commands: (readonly string[])[] = [];
  const exec = (argv: readonly string[]) => {
    commands.push(argv);
    return Promise.resolve({ exit, stdout: '', stderr: 'no room' });
  };
  const lab = { endpoint: () => ({ name: 'pc', exec }) };
  const context = { startLab: () => Promise.resolve({ lab, cloud: {} }) } as unknown as RunContext;
  const product = await loadProduct('reference');
  const options = { seed: 1, lane: 'ci', evidence: '', traces: false } as const;
  const session = new Session({ context, product, history: HistoryWriter.inMemory(), ...options });
  const error: unknown = await session.openTopology('closed-office').catch((cause: unknown) => cause);
  return { session, commands, error };
}

describe('the accounts of a session', () => {
  it('are all there before anything else is done on the endpoint, and each joins once', async () => {
    const { session, commands } = await opened();
    const made = new Set(commands[0]);
    const joined = [session.fresh('T1098.007'), session.twin('T1098.007'), session.fresh('T1098.007')];
    const names = joined.map(({ nonce }) => `acct-${nonce}`);
    expect(new Set(names).size).to.equal(3);
    for (const name of names) expect(made.has(name), name).to.equal(true);
  });

  it('are enough for the most that is played, and run out with a word', async () => {
    const { session } = await opened();
    for (let act = 0; act < 200; act++) session.fresh('T1098.007');
    expect(() => session.twin('T1098.007')).to.throw('200 accounts');
  });

  it('are the lab’s business where they cannot be made', async () => {
    const { error } = await opened(1);
    expect(error).to.be.instanceOf(LabBroken);
    expect(String(error)).to.contain('no room');
  });
});

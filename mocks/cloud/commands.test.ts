import { expect } from 'chai';
import { describe, it } from 'node:test';
import { AGAIN_MS, CommandQueue } from './commands.ts';

const never = new AbortController().signal;

describe('CommandQueue', () => {
  it('gives a command once, and again when its result stays out', async () => {
    let now = 0;
    const queue = new CommandQueue(() => now);
    const command = queue.add('a', 'kill');
    expect(await queue.next('a', 0, never)).to.deep.equal([command]);
    expect(await queue.next('a', 0, never)).to.deep.equal([]);
    now = AGAIN_MS;
    expect(await queue.next('a', 0, never)).to.deep.equal([command]);
    queue.finish('a', command.uid);
    now = 10 * AGAIN_MS;
    expect(await queue.next('a', 0, never)).to.deep.equal([]);
  });

  it('lets a newer poll take over, so that a dead connection swallows nothing', async () => {
    const queue = new CommandQueue();
    const old = queue.next('a', 60_000, never);
    const fresh = queue.next('a', 60_000, never);
    expect(await old).to.deep.equal([]);
    const command = queue.add('a', 'kill');
    expect(await fresh).to.deep.equal([command]);
  });

  it('ends a wait by time and by abort, and keeps what comes then', async () => {
    const queue = new CommandQueue();
    expect(await queue.next('a', 20, never)).to.deep.equal([]);
    const gone = new AbortController();
    const poll = queue.next('a', 60_000, gone.signal);
    gone.abort();
    expect(await poll).to.deep.equal([]);
    const command = queue.add('a', 'kill');
    expect(await queue.next('a', 0, never)).to.deep.equal([command]);
    expect(await queue.next('b', 0, never)).to.deep.equal([]);
  });
});

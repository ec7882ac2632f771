import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { HistoryWriter } from '../../history/writer.ts';
import type { StartedContainer, StartedExec } from '../engine/engine.ts';
import { NodeProcess } from './process.ts';

type State = Awaited<ReturnType<StartedContainer['inspect']>>;

const RUNS: State = { running: true, exit: null, networks: {} };
const KILLED: State = { running: false, exit: 137, networks: {} };

/** What is recorded of a process whose streams have ended; `status` and `state` are the engine's words. */
async function endOf(status: number | null, state: State | Error, cutOff = false) {
  const history = HistoryWriter.inMemory();
  const stream = (): PassThrough => new PassThrough().end();
  const exec = { stdin: stream(), stdout: stream(), stderr: stream(), ended: Promise.resolve(status) };
  const container: Pick<StartedContainer, 'exec' | 'run' | 'inspect'> = {
    exec: () => Promise.resolve(exec as unknown as StartedExec),
    run: () => Promise.resolve({ exit: cutOff ? 0 : 1, stdout: '', stderr: '', timedOut: false, ms: 0 }),
    inspect: () => (state instanceof Error ? Promise.reject(state) : Promise.resolve(state)),
  };
  const process = await NodeProcess.start(container as StartedContainer, {
    node: 'pc',
    process: 'tcpdump',
    argv: ['tcpdump'],
    recorder: history,
  });
  await process.ended;
  return history.events.at(-1);
}

describe('the undeclared end of a process', () => {
  const ended = { kind: 'process.ended', declared: false } as const;
  it('has its own status', async () => {
    expect(await endOf(1, RUNS)).to.include({ ...ended, exit: 1 });
  });
  it('has none where it was cut off, or the engine has lost it or does not answer', async () => {
    expect(await endOf(143, RUNS, true)).to.include({ ...ended, exit: null });
    expect(await endOf(null, RUNS)).to.include({ ...ended, exit: null });
    expect(await endOf(null, new Error('connect ECONNREFUSED'))).to.include({ ...ended, exit: null });
  });
  it('has that of its container, where that has ended and the engine has forgotten what ran in it', async () => {
    expect(await endOf(null, KILLED)).to.include({ ...ended, exit: 137 });
  });
});

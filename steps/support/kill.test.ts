import { describe, it, type TestContext } from 'node:test';
import { expect } from 'chai';
import { HistoryWriter } from '../../history/writer.ts';
import { loadProduct } from '../../products/load.ts';
import type { ProcessRow } from '../../topologies/lab-types.ts';
import { ofKind } from '../checks/window.ts';
import type { RunContext } from './context.ts';
import { LabBroken } from './errors.ts';
import { killProcesses } from './kill.ts';
import { Session } from './session.ts';

const row = (pid: number, command: string): ProcessRow => ({ pid, user: 'root', command });
const INIT = row(1, '/sbin/init');
const AGENT = row(10, '/opt/acme/agent --run');

/** The lists of processes that the engine gives one after the other, the last one for good; `each`: ms that go by with a look. */
async function killed(
  t: TestContext,
  lists: readonly (readonly ProcessRow[])[],
  { before = ['/sbin/init'], each = 0 }: { before?: readonly string[] | null; each?: number } = {},
) {
  let ahead = 0;
  t.mock.method(Date, 'now', () => performance.timeOrigin + performance.now() + ahead);
  const history = HistoryWriter.inMemory();
  let looks = 0;
  const kills: string[][] = [];
  const endpoint = {
    name: 'pc',
    processes: () => {
      ahead += each;
      return Promise.resolve(lists[Math.min(looks++, lists.length - 1)] ?? []);
    },
    exec: (argv: readonly string[]) => {
      kills.push(argv.slice(4));
      return Promise.resolve({ exit: 0, stdout: '', stderr: '' });
    },
  };
  const lab = { endpoint: () => endpoint };
  const context = { startLab: () => Promise.resolve({ lab, cloud: {} }) } as unknown as RunContext;
  const product = await loadProduct('reference');
  const options = { seed: 1, lane: 'ci', evidence: '', traces: true } as const;
  const session = new Session({ context, product, history, ...options });
  await session.openTopology('closed-office');
  // What was done to prepare the endpoint.
  kills.length = 0;
  if (before) {
    const read = { endpoint: 'pc', by: 'top', what: 'processes', value: before } as const;
    history.record('harness', { kind: 'endpoint.state', ...read });
  }
  const error: unknown = await killProcesses(session).catch((cause: unknown) => cause);
  return {
    error,
    kills,
    looks,
    failures: ofKind(history.events, 'lab.failed'),
    noted: ofKind(history.events, 'endpoint.state').find(({ what }) => what === 'killed')?.value,
  };
}

describe('the product’s processes', () => {
  it('may be listed a moment longer than they live', async (t) => {
    const { error, kills, looks, failures, noted } = await killed(t, [
      [INIT, AGENT],
      [INIT, AGENT],
      [INIT, AGENT],
      [INIT],
    ]);
    expect(error).to.equal(undefined);
    expect(failures).to.deep.equal([]);
    expect(kills).to.deep.equal([[AGENT.command]]);
    expect(noted).to.deep.equal([AGENT.command]);
    expect(looks).to.equal(4);
  });
  it('that nothing kills are a fault of the lab, and on record as one', async (t) => {
    const { error, failures, noted } = await killed(t, [[INIT, AGENT]], { each: 6000 });
    expect(error).to.be.instanceOf(LabBroken).and.to.include({ blame: 'lab' });
    expect(failures).to.have.length(1);
    expect(failures[0]).to.include({ blame: 'lab', what: 'killing the product' });
    expect(failures[0]?.cause).to.contain(`still there: ${AGENT.command}`);
    expect(noted).to.equal(undefined);
  });
  it('are looked for once more when the time is over, however long the look before has taken', async (t) => {
    const { error, noted } = await killed(t, [[INIT, AGENT], [INIT, AGENT], [INIT]], { each: 11_000 });
    expect(error).to.equal(undefined);
    expect(noted).to.deep.equal([AGENT.command]);
  });
  it('are not killed where nobody knows what ran before them', async (t) => {
    const { error, kills, failures } = await killed(t, [[INIT, AGENT]], { before: null });
    expect(error).to.be.instanceOf(LabBroken);
    expect(failures[0]?.cause).to.contain('tag the rule @traces');
    expect(kills).to.deep.equal([]);
  });
});

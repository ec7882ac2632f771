/**
 * The host stands still: this process is stopped while a deadline runs out, and goes on afterwards. Whatever had not
 * come by then is no fault of the product's, and the next scenario does not feel it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import type { LoadedProduct } from '../../products/load.ts';
import { RunContext } from './context.ts';
import { startAndEnrol } from './product.ts';
import { openRunId } from './run-id.ts';
import type { Session } from './session.ts';
import { played } from './testing-played.ts';

const STIMULUS = 'sha256-indicator';

describe('when the host stands still', () => {
  let out: string;
  let context: RunContext;
  let product: LoadedProduct;

  before(async () => {
    out = await mkdtemp(join(tmpdir(), 'heiiki-stall-'));
    const options = { id: openRunId(), out, seed: 1, lane: 'ci', onProgress: () => undefined } as const;
    context = await RunContext.open(options);
    product = await context.product('reference');
    await context.prepare(product);
  });
  after(async () => {
    const { engine } = context;
    await context[Symbol.asyncDispose]();
    const left = (await engine.leftovers()).filter(({ run }) => run === engine.run);
    await rm(out, { recursive: true });
    expect(left.map(({ name }) => name)).to.deep.equal([]);
  });

  it('a deadline that passes meanwhile is inconclusive, and the host is answerable', async () => {
    const { events, judgement } = await played(context, product, 'stalled', async (session) => {
      await session.openLab('closed network');
      await startAndEnrol(session, 'closed', []);
      // Nothing will come, so that the deadline is missed for certain: only who is answerable is in question.
      const killed = await session.endpoint.exec(['sh', '-c', 'kill -9 "$(cat /opt/heiiki-edr/run/pid)"']);
      expect(killed.exit, killed.stderr).to.equal(0);
      await attackIsReported(session, () => standStill(session.within('detect') + 2000));
    });
    const stall = events.find((event) => event.kind === 'host.stalled');
    expect(stall, 'the lab has noticed that it stood still').to.not.equal(undefined);
    expect(judgement.verdict, judgement.reason.en).to.equal('inconclusive');
    expect(judgement.blame, judgement.reason.en).to.equal('host');
    expect(judgement.reason.en).to.match(/the host stood still for \d+ ms while a deadline ran out/);
    const decided = judgement.decidedBy?.events.map(({ event }) => event.kind);
    expect(decided).to.include.members(['act.started', 'host.stalled', 'check']);
  });

  it('the next scenario is unharmed', async () => {
    const { judgement, thrown } = await played(context, product, 'afterwards', async (session) => {
      await session.openLab('closed network');
      await startAndEnrol(session, 'closed', [STIMULUS]);
      await attackIsReported(session);
      await session.finishEvidence();
    });
    expect(thrown).to.equal(undefined);
    expect(judgement.verdict, judgement.reason.en).to.equal('pass');
  });
});

async function attackIsReported(
  session: Session,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { id, started } = await session.play(session.fresh(STIMULUS));
  await meanwhile();
  await session.ask({
    check: 'detected',
    args: { act: id, within: session.within('detect'), via: 'relay' },
    since: started,
  });
}

/** This process gets no time at all; a program beside it lets it go on. Its containers are not stopped. */
async function standStill(ms: number): Promise<void> {
  const script = `kill -STOP $PPID && sleep ${(ms / 1000).toFixed(1)}; kill -CONT $PPID`;
  const helper = spawn('sh', ['-c', script], { stdio: 'ignore', detached: true });
  await once(helper, 'exit');
}

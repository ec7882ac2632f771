/**
 * Something of the lab dies, and nobody has declared a fault: whatever the product then does or does not do, the
 * scenario is inconclusive and says who has to answer for it. A product that dies is a product that fails.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import type { Blame } from '../../history/events.ts';
import type { StimulusId } from '../../mocks/workloads/stimuli.ts';
import type { LoadedProduct } from '../../products/load.ts';
import { RunContext } from './context.ts';
import { startAndEnrol } from './product.ts';
import { openRunId } from './run-id.ts';
import type { Session } from './session.ts';
import { EngineDoor } from './testing-door.ts';
import { played, reachInto, type Played, type Reach } from './testing-played.ts';

const STIMULUS = 'sha256-indicator';
const NOTICED_MS = 30_000;

interface Sabotage {
  readonly title: string;
  readonly blame: Blame;
  /** what is said of it contains this */
  readonly reason: RegExp;
  readonly kill: (session: Session) => Promise<void>;
}

describe('when a part of the lab dies undeclared', () => {
  let out: string;
  let door: EngineDoor;
  let context: RunContext;
  let product: LoadedProduct;
  let reach: Reach;

  before(async () => {
    out = await mkdtemp(join(tmpdir(), 'heiiki-sabotage-'));
    door = await EngineDoor.open();
    context = await RunContext.open({
      id: openRunId(),
      out,
      seed: 1,
      lane: 'ci',
      onProgress: () => undefined,
    });
    reach = reachInto(context);
    product = await context.product('reference');
    await context.prepare(product);
  });
  after(async () => {
    await door.unlock();
    const { engine } = context;
    await context[Symbol.asyncDispose]();
    const left = (await engine.leftovers()).filter(({ run }) => run === engine.run);
    await door[Symbol.asyncDispose]();
    await rm(out, { recursive: true });
    expect(left.map(({ name }) => name)).to.deep.equal([]);
  });

  /** The program that the lab runs on that node dies; it is found as the lab itself finds it. */
  const program =
    (node: string, name: string) =>
    async (session: Session): Promise<void> => {
      const killed = await reach(session, node).run(['sh', '-c', `kill -9 "$(cat /tmp/heiiki-${name}.pid)"`]);
      expect(killed.exit, killed.stderr).to.equal(0);
    };

  const dying: readonly Sabotage[] = [
    { title: 'the relay', blame: 'relay', reason: /squid on relay/, kill: program('relay', 'squid') },
    {
      title: 'the resolver',
      blame: 'resolver',
      reason: /dnsmasq on gateway-closed/,
      kill: program('gateway-closed', 'dnsmasq'),
    },
    {
      title: 'the capture',
      blame: 'capture',
      reason: /tcpdump on pc/,
      kill: program('pc-holder', 'tcpdump'),
    },
    {
      title: 'the engine’s streams into a node',
      blame: 'engine',
      reason: /squid on relay ended unasked \(status unknown\)/,
      kill: (session) => {
        // The relay's program, and what runs the lab's commands there.
        expect(door.cutStreams(reach(session, 'relay').id)).to.equal(2);
        return Promise.resolve();
      },
    },
  ];

  describe('the scenario is inconclusive', { concurrency: 2 }, () => {
    for (const sabotage of dying)
      it(`without ${sabotage.title}`, async () => {
        const result = await played(context, product, slug(sabotage.title), async (session) => {
          await atWork(session, []);
          await sabotage.kill(session);
          await noticed(session);
          await attackIsReported(session);
        });
        expectInconclusive(result, sabotage);
      });

    it('without the cloud, also where the product’s own enrolment would be the root of a failure', async () => {
      const result = await played(context, product, 'the-cloud', async (session) => {
        await session.openLab('closed network');
        await program('cloud', 'app')(session);
        await startAndEnrol(session, 'closed', [STIMULUS]);
      });
      expectInconclusive(result, { blame: 'cloud', reason: /app on cloud/ });
      expect(result.judgement.because).to.equal(undefined);
    });

    it('but not when it is the product that dies: it fails', async () => {
      const { judgement, thrown } = await played(context, product, 'product', async (session) => {
        await atWork(session);
        const killed = await session.endpoint.exec(['sh', '-c', 'kill -9 "$(cat /opt/heiiki-edr/run/pid)"']);
        expect(killed.exit, killed.stderr).to.equal(0);
        await attackIsReported(session);
      });
      expect(judgement.verdict, judgement.reason.en).to.equal('fail');
      expect(judgement.blame).to.equal('product');
      expect(judgement).to.not.have.property('because');
      expect(judgement.reason.en).to.match(
        /^A report of act \w+ \(sha256-indicator\).* had not arrived within/,
      );
      expect(thrown).to.equal('CheckViolated');
    });
  });

  describe('the run', () => {
    it('goes on: its next lab passes', async () => {
      const { judgement, thrown } = await played(context, product, 'sound', async (session) => {
        await atWork(session);
        await attackIsReported(session);
        await session.finishEvidence();
      });
      expect(thrown).to.equal(undefined);
      expect(judgement.verdict, judgement.reason.en).to.equal('pass');
    });

    it('is inconclusive where the engine dies in the middle of an act', async () => {
      const result = await played(context, product, 'engine', async (session) => {
        await atWork(session);
        const attack = attackIsReported(session);
        await door.lock();
        await attack;
      });
      expectInconclusive(result, { blame: 'engine', reason: /./ });
    });

    it('starts no other lab when the engine is back, as it has lost its hold, and charges no product', async () => {
      await door.unlock();
      const result = await played(context, product, 'afterwards', (session) =>
        session.openLab('closed network'),
      );
      expectInconclusive(result, { blame: 'engine', reason: /start the run again/ });
    });
  });
});

const slug = (title: string): string => title.replace(/[^a-z]+/g, '-');

/** Where nothing that is judged rests on it, the report of a first attack is not waited for. */
async function atWork(session: Session, usable: readonly StimulusId[] = [STIMULUS]): Promise<void> {
  await session.openLab('closed network');
  await startAndEnrol(session, 'closed', usable);
}

async function attackIsReported(session: Session): Promise<void> {
  const { id, started } = await session.play(session.fresh(STIMULUS));
  await session.ask({
    check: 'detected',
    args: { act: id, within: session.within('detect'), via: 'relay' },
    since: started,
  });
}

/** Otherwise an attack could be reported truthfully before anybody has noticed, and that would be a pass. */
async function noticed({ history }: Session): Promise<void> {
  const until = performance.now() + NOTICED_MS;
  const isThere = (): boolean =>
    history.events.some((event) => event.kind === 'process.ended' && !event.declared);
  while (!isThere() && performance.now() < until) await history.changed(until - performance.now());
  expect(isThere(), 'the lab has noticed that something died').to.equal(true);
}

function expectInconclusive({ judgement, thrown }: Played, wanted: Pick<Sabotage, 'blame' | 'reason'>): void {
  expect(judgement.verdict, judgement.reason.en).to.equal('inconclusive');
  expect(judgement.blame, judgement.reason.en).to.equal(wanted.blame);
  expect(judgement.reason.en).to.match(wanted.reason);
  expect(thrown).to.equal('LabBroken');
}

/**
 * Something of the lab dies, and nobody has declared a fault: whatever the product then does or does not do, the
 * scenario is inconclusive and says who has to answer for it, and the next one passes. A product that dies is a product that fails.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import type { Blame, HistoryEvent } from '../../history/events.ts';
import type { StimulusId } from '../../mocks/workloads/stimuli.ts';
import type { LoadedProduct } from '../../products/load.ts';
import { seen } from './ask.ts';
import { RunContext } from './context.ts';
import { startAndEnrol } from './product.ts';
import { openRunId } from './run-id.ts';
import type { PlayedAct, Session } from './session.ts';
import { EngineDoor } from './testing-door.ts';
import { played, reachInto, type Played, type Reach } from './testing-played.ts';

const STIMULUS = 'sha256-indicator';
const NOTICED_MS = 30_000;

interface Sabotage {
  readonly title: string;
  readonly blame: Blame;
  /** what is said of it contains this */
  readonly reason: RegExp;
  readonly steps: (session: Session) => Promise<void>;
}

describe('when a part of the lab dies undeclared', () => {
  let out: string;
  let door: EngineDoor;
  let context: RunContext;
  let product: LoadedProduct;
  let reach: Reach;

  const openRun = async (): Promise<RunContext> => {
    const options = { id: openRunId(), seed: 1, lane: 'ci', onProgress: () => undefined } as const;
    const opened = await RunContext.open({ ...options, out: join(out, options.id) });
    product = await opened.product('reference');
    await opened.prepare(product);
    return opened;
  };

  before(async () => {
    out = await mkdtemp(join(tmpdir(), 'heiiki-sabotage-'));
    door = await EngineDoor.open();
    context = await openRun();
    reach = reachInto(context);
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

  /** The program that the lab runs on that node is sent a signal; it is found as the lab itself finds it. */
  const signal = async (session: Session, name: 'KILL' | 'STOP', node: string, program: string) => {
    const kill = `kill -${name} "$(cat /tmp/heiiki-${program}.pid)"`;
    const sent = await reach(session, node).run(['sh', '-c', kill]);
    expect(sent.exit, sent.stderr).to.equal(0);
  };
  const program = (node: string, name: string) => (session: Session) => signal(session, 'KILL', node, name);

  const dying: readonly Sabotage[] = [
    {
      title: 'the relay',
      blame: 'relay',
      reason: /squid on relay/,
      steps: beforeAnAttack(program('relay', 'squid')),
    },
    {
      title: 'the resolver',
      blame: 'resolver',
      reason: /dnsmasq on gateway-closed/,
      steps: beforeAnAttack(program('gateway-closed', 'dnsmasq')),
    },
    {
      title: 'the capture',
      blame: 'capture',
      reason: /tcpdump on pc/,
      steps: beforeAnAttack(program('pc-holder', 'tcpdump')),
    },
    {
      // The network goes on without it, as the endpoint is in it, too: what is missing is what it saw.
      title: 'the holder of the endpoint’s network',
      blame: 'capture',
      reason: /tcpdump on pc ended unasked \(status 137\)/,
      steps: beforeAnAttack((session) => reach(session, 'pc-holder').kill('SIGKILL')),
    },
    {
      title: 'the engine’s streams into a node',
      blame: 'engine',
      reason: /squid on relay ended unasked \(status unknown\)/,
      steps: beforeAnAttack((session) => {
        // The relay's program, and what runs the lab's commands there.
        expect(door.cutStreams(reach(session, 'relay').id)).to.equal(2);
        return Promise.resolve();
      }),
    },
    {
      title: 'the cloud, also where the product’s own enrolment would be the root of a failure',
      blame: 'cloud',
      reason: /app on cloud/,
      steps: async (session) => {
        await session.openLab('closed network');
        await program('cloud', 'app')(session);
        await startAndEnrol(session, 'closed', [STIMULUS]);
      },
    },
    {
      title: 'the cloud, while an attack is being reported',
      blame: 'cloud',
      reason: /app on cloud/,
      steps: async (session) => {
        await atWork(session);
        // One that goes on would have taken the report before it dies.
        await signal(session, 'STOP', 'cloud', 'app');
        const attack = await session.play(session.fresh(STIMULUS));
        await isOnItsWay(session, attack);
        await program('cloud', 'app')(session);
        await noticed(session);
        await isReported(session, attack);
      },
    },
  ];

  describe('the scenario is inconclusive, and the next one passes', { concurrency: 3 }, () => {
    for (const sabotage of dying)
      it(`without ${sabotage.title}`, async () => {
        const name = slug(sabotage.title);
        expectInconclusive(await played(context, product, name, sabotage.steps), sabotage);
        expectPass(await played(context, product, `after-${name}`, soundly));
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
    it('is inconclusive where the engine dies in the middle of an act', async () => {
      const result = await played(context, product, 'engine', async (session) => {
        await atWork(session);
        const attack = attackIsReported(session);
        await door.lock();
        await attack;
      });
      expectInconclusive(result, { blame: 'engine', reason: /./ });
    });

    // Why it does not take hold again by itself: docs/adr/0013.
    it('starts no other lab when the engine is back, as it has lost its hold, and charges no product', async () => {
      await door.unlock();
      const result = await played(context, product, 'afterwards', (session) =>
        session.openLab('closed network'),
      );
      expectInconclusive(result, { blame: 'engine', reason: /start the run again/ });
    });

    it('passes when it is started again, whatever the first has left', async () => {
      await using again = await openRun();
      expectPass(await played(again, product, 'started-again', soundly));
    });
  });
});

const slug = (title: string): string => title.replace(/[^a-z]+/g, '-');

/** Where nothing that is judged rests on it, the report of a first attack is not waited for. */
async function atWork(session: Session, usable: readonly StimulusId[] = [STIMULUS]): Promise<void> {
  await session.openLab('closed network');
  await startAndEnrol(session, 'closed', usable);
}

/** Whatever dies then is noticed first: a truthful report of the attack would be a pass. */
function beforeAnAttack(kill: Sabotage['steps']): Sabotage['steps'] {
  return async (session) => {
    await atWork(session, []);
    await kill(session);
    await noticed(session);
    await attackIsReported(session);
  };
}

async function soundly(session: Session): Promise<void> {
  await atWork(session);
  await attackIsReported(session);
  await session.finishEvidence();
}

async function attackIsReported(session: Session): Promise<void> {
  await isReported(session, await session.play(session.fresh(STIMULUS)));
}

async function isReported(session: Session, { id, started }: PlayedAct): Promise<void> {
  await session.ask({
    check: 'detected',
    args: { act: id, within: session.within('detect'), via: 'relay' },
    since: started,
  });
}

async function isOnItsWay({ history }: Session, { started }: PlayedAct): Promise<void> {
  const sent = (event: HistoryEvent): boolean =>
    event.kind === 'packet' &&
    event.n > started.n &&
    event.direction === 'out' &&
    event.peer === 'relay' &&
    event.payload > 0;
  expect(await seen(history, Date.now() + NOTICED_MS, sent), 'the product sends something').to.equal(true);
}

async function noticed({ history }: Session): Promise<void> {
  const died = (event: HistoryEvent): boolean => event.kind === 'process.ended' && !event.declared;
  const isThere = await seen(history, Date.now() + NOTICED_MS, died);
  expect(isThere, 'the lab has noticed that something died').to.equal(true);
}

function expectInconclusive({ judgement, thrown }: Played, wanted: Pick<Sabotage, 'blame' | 'reason'>): void {
  expect(judgement.verdict, judgement.reason.en).to.equal('inconclusive');
  expect(judgement.blame, judgement.reason.en).to.equal(wanted.blame);
  expect(judgement.reason.en).to.match(wanted.reason);
  expect(judgement).to.not.have.property('because');
  expect(thrown).to.equal('LabBroken');
}

function expectPass({ judgement, thrown }: Played): void {
  expect(thrown, judgement.reason.en).to.equal(undefined);
  expect(judgement.verdict, judgement.reason.en).to.equal('pass');
}

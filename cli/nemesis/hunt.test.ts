/** The whole hunt, on a product that is simulated, judged by the checks that judge real ones. */
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { ORDERS, type OrderFlaw } from '../../mocks/agent/order.ts';
import { loadAll } from '../../products/load.ts';
import type { Invariant } from '../../steps/support/nemesis/play.ts';
import { possible, type Step } from '../../steps/support/nemesis/verbs.ts';
import { judgeScenario } from '../../steps/checks/judge.ts';
import { hunt, type Hunt, type Play, type Player } from './hunt.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import { linesOf, statusOf } from './report.ts';
import { draw, sequenceAt } from './sequences.ts';
import { playSimulated } from './testing-ground.ts';

const PLAYS = 60;
const SEEDS = [1, 2, 3];
const LATE = { kind: 'broken', invariant: 'back', reason: 'too late', late: true } as const;
const quiet = { begin: () => undefined, started: () => undefined, ended: () => undefined };

const simulated =
  (flaw: OrderFlaw | null, breaks: (name: string) => boolean = () => false): Player =>
  async (name, steps) => ({
    outcome: outcomeOf(judgeScenario(await playSimulated(flaw, steps, breaks(name)))),
    evidence: name,
  });

function hunted(
  player: Player,
  { seed = 1, plays = PLAYS, replays = 24, sequences = draw({ seed, steps: 10 }, plays) } = {},
  onPlay: (play: Play) => void = () => undefined,
): Promise<Hunt> {
  const { signal } = new AbortController();
  return hunt(player, { seed, steps: 10, sequences, replays, parallel: 2, progress: quiet, onPlay, signal });
}

describe('a hunt', () => {
  it('never accuses a sound product', async () => {
    const { outcomes, reproducers, plays } = await hunted(simulated(null), { plays: 200 });
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(Array.from({ length: 200 }, () => 'held'));
    expect(reproducers).to.deep.equal([]);
    expect(plays).to.have.length(200);
  });

  for (const flaw of Object.keys(ORDERS) as OrderFlaw[])
    for (const seed of SEEDS)
      it(`finds ${flaw} with seed ${seed}, and shows it in few steps`, async () => {
        const breaks = await brokenBy(flaw);
        const { outcomes, reproducers } = await hunted(simulated(flaw), { seed });
        const [found] = reproducers;
        expect(reproducers.map(({ invariant }) => invariant)).to.deep.equal([breaks]);
        expect(found?.steps).to.have.length.within(2, 4);
        expect(found?.replays).to.be.at.most(24);
        expect(sequenceAt({ seed, steps: 10 }, found?.path ?? '')).to.deep.equal(found?.steps);
        // Most sequences do not show it, nor does this one without any of its steps.
        expect(outcomes.filter(({ kind }) => kind === 'held').length).to.be.above(PLAYS / 2);
        const player = simulated(flaw);
        for (const left of found?.steps ?? []) {
          const others = possible((found?.steps ?? []).filter((step) => step !== left));
          expect((await player('', others)).outcome.kind, left.do).to.equal('held');
        }
      });

  it('plays once more what the lab has broken, and charges it to nobody', async () => {
    const broken = simulated('stays-where-it-started', () => true);
    const hunting = await hunted(broken, { plays: 4 });
    expect(hunting.plays.map(({ name }) => name)).to.include.members(['play 0', 'play 0 again']);
    expect(hunting.plays).to.have.length(8);
    expect(hunting.outcomes.map(({ kind }) => kind)).to.deep.equal(
      Array.from({ length: 4 }, () => 'inconclusive'),
    );
    expect(hunting.reproducers).to.deep.equal([]);
    expect(statusOf([hunting])).to.equal(2);
  });
  it('takes the word of the second try', async () => {
    const first = simulated(null, (name) => !name.endsWith('again'));
    const hunting = await hunted(first, { plays: 4 });
    expect(hunting.outcomes.map(({ kind }) => kind)).to.deep.equal(Array.from({ length: 4 }, () => 'held'));
    expect(statusOf([hunting])).to.equal(0);
  });
  it('plays once more what failed by being too late, and takes the word of that', async () => {
    const second: readonly Outcome[] = [
      { kind: 'held', reason: 'all held' },
      { ...LATE, reason: 'too late again' },
      { kind: 'broken', invariant: 'doubled', reason: 'told twice' },
      { kind: 'inconclusive', reason: 'the lab broke' },
    ];
    const said = new Map(second.map((outcome, index) => [`play ${index} once more`, outcome]));
    const broke = second[3]!;
    const player: Player = (name) =>
      Promise.resolve({
        outcome: said.get(name) ?? (name.endsWith('again') ? broke : LATE),
        evidence: name,
      });
    const hunting = await hunted(player, { plays: second.length, replays: 0 });
    expect(hunting.outcomes).to.deep.equal(second);
    // Nothing a third time, but for what the lab has broken.
    const names = second.flatMap((_, index) => [`play ${index}`, `play ${index} once more`]);
    expect(hunting.plays.map(({ name }) => name)).to.have.members([...names, 'play 3 once more again']);
    expect(hunting.reproducers.map(({ reason }) => reason)).to.have.members(['too late again', 'told twice']);
  });
  it('plays nothing beside what was late, nor beside what it shortens', async () => {
    let running = 0;
    const beside = new Map<string, number>();
    const player: Player = async (name) => {
      running += 1;
      await setImmediate();
      beside.set(name, running);
      await setImmediate();
      running -= 1;
      const invariant = /^play [01]\b/.test(name) ? 'back' : 'lost';
      return { outcome: { ...LATE, invariant }, evidence: name };
    };
    await hunted(player, { plays: 4, replays: 3 });
    const most = (of: RegExp): number =>
      Math.max(...[...beside].flatMap(([name, count]) => (of.test(name) ? [count] : [])));
    expect(most(/^play \d+$/)).to.equal(2);
    expect(most(/^play \d+ once more$/)).to.equal(1);
    expect(most(/shorter/)).to.equal(1);
  });
  it('does not shorten to what was late only once', async () => {
    const held = { kind: 'held', reason: 'all held' } as const;
    const player =
      (confirms: (name: string) => boolean): Player =>
      (name) => {
        const outcome = /shorter \d+ once more/.test(name) && !confirms(name) ? held : LATE;
        return Promise.resolve({ outcome, evidence: name });
      };
    const never = await hunted(
      player(() => false),
      { plays: 1 },
    );
    expect(never.reproducers[0]).to.include({ path: '0', evidence: 'play 0 once more' });
    const always = await hunted(
      player(() => true),
      { plays: 1 },
    );
    expect(always.reproducers[0]?.evidence).to.match(/^play 0 shorter \d+ once more$/);
    const [found] = always.reproducers;
    expect(found?.steps.length).to.be.below(never.reproducers[0]?.steps.length ?? 0);
  });
  it('does not play once more what was broken in time', async () => {
    const outcome = { kind: 'broken', invariant: 'back', reason: 'it stays away' } as const;
    const player: Player = (name) => Promise.resolve({ outcome, evidence: name });
    const hunting = await hunted(player, { plays: 2, replays: 0 });
    expect(hunting.plays.map(({ name }) => name)).to.have.members(['play 0', 'play 1']);
    expect(hunting.outcomes).to.deep.equal([outcome, outcome]);
  });
  it('does not shorten to what only a broken lab has shown', async () => {
    const breaks = (name: string): boolean => name.includes('shorter');
    const { reproducers } = await hunted(simulated('stays-where-it-started', breaks));
    expect(reproducers).to.have.length(1);
    expect(reproducers[0]?.path).to.match(/^\d+$/);
  });
  it('stops when it has had its replays, and says so', async () => {
    const hunting = await hunted(simulated('stays-where-it-started'), { replays: 2 });
    expect(hunting.reproducers[0]).to.include({ replays: 2, shortest: false });
    const text = linesOf({ product: 'it', seed: 1, steps: 10 }, hunting).join('\n');
    expect(text).to.contain('no more than 2 replays were allowed');
  });
  it('prints the steps, and how to play them again', async () => {
    const hunting = await hunted(simulated('stays-where-it-started'));
    const [found] = hunting.reproducers;
    const text = linesOf({ product: 'it', seed: 1, steps: 10 }, hunting).join('\n');
    expect(text)
      .to.contain('1. the endpoint is moved: internet')
      .and.contain('2. the endpoint is started again');
    expect(text).to.contain(
      `again: heiiki nemesis --products it --seed 1 --steps 10 --path ${found?.path ?? ''}`,
    );
    expect(statusOf([hunting])).to.equal(1);
  });
  it('says what could not be played', async () => {
    const reason = 'it did not enrol';
    const never: Player = () => Promise.resolve({ outcome: { kind: 'not-played', reason }, evidence: '' });
    const hunting = await hunted(never, { plays: 2 });
    expect(linesOf({ product: 'it', seed: 1, steps: 10 }, hunting)).to.deep.equal([
      'it: 2 plays: 2 not-played',
      `  not-played: ${reason}`,
    ]);
    expect(statusOf([hunting])).to.equal(2);
  });
  it('starts nothing more when it is interrupted', async () => {
    const controller = new AbortController();
    const seen: (readonly Step[])[] = [];
    const player: Player = (_name, steps) => {
      seen.push(steps);
      controller.abort();
      return Promise.resolve({ outcome: { kind: 'inconclusive', reason: 'cut' }, evidence: '' });
    };
    await hunt(player, {
      seed: 1,
      steps: 10,
      sequences: draw({ seed: 1, steps: 10 }, 5),
      replays: 24,
      parallel: 1,
      progress: quiet,
      onPlay: () => undefined,
      signal: controller.signal,
    });
    expect(seen).to.have.length(1);
  });
});

/** As its manifest says. */
async function brokenBy(flaw: OrderFlaw): Promise<Invariant | undefined> {
  const [loaded] = await loadAll([flaw]);
  return loaded?.defect?.breaks;
}

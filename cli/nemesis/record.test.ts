import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { judgeScenario } from '../../steps/checks/judge.ts';
import type { Step } from '../../steps/support/nemesis/verbs.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import { judgePlays, readPlays, writePlays } from './record.ts';
import { playSimulated } from './testing-ground.ts';

const steps: readonly Step[] = [
  { do: 'move', to: 'internet', pause: true },
  { do: 'restart', pause: true },
];
const run = {
  id: 'run-1',
  started: '2026-01-02T03:04:05.000Z',
  finished: '2026-01-02T03:05:05.000Z',
  seed: 1,
  steps: 10,
  lane: 'ci',
  argv: ['nemesis'],
  harness: { version: '0.1.0', commit: 'abc', dirty: false },
};

describe('the record of plays', () => {
  let out: string;
  before(async () => {
    out = await mkdtemp(join(tmpdir(), 'heiiki-plays-'));
  });
  after(() => rm(out, { recursive: true }));

  async function recorded(said: (outcome: Outcome) => Outcome): Promise<number> {
    const evidence = join(out, 'evidence');
    await mkdir(evidence, { recursive: true });
    const events = await playSimulated('stays-where-it-started', steps);
    await writeFile(
      join(evidence, 'history.ndjson'),
      events.map((event) => `${JSON.stringify(event)}\n`).join(''),
    );
    const outcome = said(outcomeOf(judgeScenario(events)));
    const play = { name: 'play 0', steps, outcome, evidence };
    const found = { plays: [play], outcomes: [outcome], reproducers: [] };
    await writePlays(out, run, [{ product: 'it', digest: 'd', ...found }]);
    const read = await readPlays(out);
    expect(read?.products[0]?.plays[0]).to.deep.equal({ ...play, evidence: 'evidence' });
    if (!read) throw new Error('there is no record');
    return judgePlays(out, read);
  }

  it('is judged again from the histories alone', async () => {
    expect(
      await recorded((outcome) => {
        expect(outcome).to.include({ kind: 'broken', invariant: 'back' });
        return outcome;
      }),
    ).to.equal(0);
  });
  it('holds that one was broken only by being too late', async () => {
    const { late, ...rest } = judgeScenario(await playSimulated('stays-where-it-started', steps));
    expect(late).to.equal(true);
    const outcome = outcomeOf({ ...rest, late: true });
    expect(outcome).to.include({ kind: 'broken', late: true });
    expect(await recorded(() => outcome)).to.equal(0);
    expect(outcomeOf(rest)).to.include({ kind: 'broken' }).and.to.not.have.property('late');
  });
  it('is contradicted by a history that says otherwise', async () => {
    expect(await recorded(() => ({ kind: 'held', reason: 'all is well' }))).to.equal(1);
  });
  it('is none where another kind of run was, and an error where it was spoilt', async () => {
    expect(await readPlays(join(out, 'elsewhere'))).to.equal(undefined);
    await writeFile(join(out, 'plays.json'), '{}');
    const refused: unknown = await readPlays(out).catch((cause: unknown) => cause);
    expect(refused).to.include({ name: 'WrongUsage', exitCode: 3 });
  });
});

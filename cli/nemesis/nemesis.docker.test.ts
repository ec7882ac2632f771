/** The two ends of a hunt in real labs: a reproducer plays again, and shows nothing on a sound product. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { heiiki } from '../command.ts';
import { readPlays } from './record.ts';
import { sequenceAt } from './sequences.ts';

const FLAW = 'stays-where-it-started';
/** Leads to the two steps that it takes. */
const PATH = '3:3:3:2';
const WAY = ['--seed', '1', '--steps', '10', '--path', PATH];

describe('heiiki nemesis', { timeout: 900_000 }, () => {
  let scratch: string;
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'heiiki-nemesis-'));
  });
  after(() => rm(scratch, { recursive: true }));

  it('plays one sequence again, on a broken product and on a sound one', async () => {
    expect(sequenceAt({ seed: 1, steps: 10 }, PATH)).to.deep.equal([
      { do: 'move', to: 'internet', pause: true },
      { do: 'restart', pause: true },
    ]);
    const out = join(scratch, 'out');
    const ended = await heiiki('nemesis', '--products', `reference,${FLAW}`, ...WAY, '--out', out);
    expect(ended.status, ended.stderr).to.equal(1);
    expect(ended.stdout).to.contain('reference: 1 plays: 1 held');
    expect(ended.stdout).to.contain(`${FLAW}: 1 plays: 1 broken`).and.contain('  back: ');
    expect(ended.stdout).to.contain(`again: heiiki nemesis --products ${FLAW} ${WAY.join(' ')}`);

    // It breaks by being late, and so is played twice.
    const plays = await readPlays(out);
    expect(plays?.products.map(({ plays: [play] }) => play?.outcome.kind)).to.deep.equal(['held', 'broken']);
    const judged = await heiiki('judge', out);
    expect(judged.status, judged.stdout).to.equal(0);
    expect(judged.stdout).to.contain('3 plays judged again');
  });
});

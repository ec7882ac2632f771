import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { both } from '../history/both.ts';
import type { ScenarioResult } from '../reports/results.ts';
import { again, doubtful, FIRST, type Look } from './again.ts';
import type { ScenarioOutcome } from './outcome.ts';

function outcome(requirement: string, result: Partial<ScenarioResult>, late = false): ScenarioOutcome {
  return {
    product: 'example',
    requirement,
    findings: [],
    late,
    result: {
      name: requirement,
      verdict: 'pass',
      reason: both('It took 24 s; 7 s were allowed.', '24秒かかりました。'),
      seconds: 1,
      measures: [],
      evidence: `evidence/example/${requirement}`,
      ...result,
    },
  };
}
const look = (one: ScenarioOutcome, play = (): Promise<undefined> => Promise.resolve(undefined)): Look => ({
  name: one.requirement,
  outcome: one,
  play,
});
const names = (looks: readonly Look[]): string[] => looks.map(({ name }) => name);

describe('what went wrong beside other labs', () => {
  const late = look(outcome('TMP-02', { verdict: 'fail' }, true));
  const wrong = look(outcome('NET-03', { verdict: 'fail' }));
  const host = look(outcome('DET-01', { verdict: 'inconclusive', blame: 'host' }));
  const platform = look(outcome('DET-02', { verdict: 'inconclusive', blame: 'platform' }));
  const capture = look(outcome('DET-03', { verdict: 'inconclusive', blame: 'capture' }));
  const fine = look(outcome('NET-02', {}));

  it('is looked at again where it was late, or could not be judged for what is not of the product', () => {
    expect(names(doubtful([late, wrong, host, platform, capture, fine], 'first'))).to.deep.equal([
      'TMP-02',
      'DET-01',
      'DET-03',
    ]);
  });
  it('waits with what rests on another requirement until that one has been looked at', () => {
    const resting = look(outcome('MOV-01', { verdict: 'fail', because: 'NET-01' }, true));
    const root = (verdict: 'pass' | 'fail'): Look => look(outcome('NET-01', { verdict }, verdict === 'fail'));
    expect(names(doubtful([resting, root('fail')], 'first'))).to.deep.equal(['NET-01']);
    expect(names(doubtful([resting, root('fail')], 'further'))).to.deep.equal([]);
    expect(names(doubtful([resting, root('pass')], 'further'))).to.deep.equal(['MOV-01']);
  });
  it('is looked at where it rests on itself, and frees what rests on it', () => {
    const itself = look(outcome('DET-01', { verdict: 'fail', because: 'DET-01' }, true));
    const resting = look(outcome('RSP-01', { verdict: 'fail', because: 'DET-01' }, true));
    expect(names(doubtful([itself, resting], 'first'))).to.deep.equal(['DET-01']);
    const fine = look(outcome('DET-01', {}));
    expect(names(doubtful([{ ...fine, done: true }, resting], 'further'))).to.deep.equal(['RSP-01']);
  });
  it('is not looked at a third time', () => {
    expect(doubtful([{ ...late, done: true }], 'first')).to.deep.equal([]);
  });

  it('counts as it went the second time, and the first evidence stays beside it', async () => {
    const out = await mkdtemp(join(tmpdir(), 'heiiki-again-'));
    try {
      const folder = join(out, late.outcome.result.evidence);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'history.ndjson'), 'first');
      const second = await again(
        {
          ...late,
          play: async () => {
            await mkdir(folder);
            await writeFile(join(folder, 'history.ndjson'), 'further');
            return outcome('TMP-02', {});
          },
        },
        out,
      );
      expect(second.result.verdict).to.equal('pass');
      expect(second.findings[0]?.en).to.contain('24 s').and.contain('TMP-02');
      expect(await readFile(join(`${folder}${FIRST}`, 'history.ndjson'), 'utf8')).to.equal('first');
      expect(await readFile(join(folder, 'history.ndjson'), 'utf8')).to.equal('further');
    } finally {
      await rm(out, { recursive: true });
    }
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { both } from '../history/both.ts';
import type { Verdict } from '../history/verdict.ts';
import type { LoadedProduct } from '../products/load.ts';
import type { Cell, ScenarioResult } from '../reports/results.ts';
import { judgeDefect, shotsOf, type DefectVerdict } from './defect.ts';
import { tableOf, type Row } from './matrix.ts';
import { unplayedRoots } from './selftest.ts';

/** A cell of one scenario, with what the cell and the scenario say beyond the verdict. */
function cell(
  requirement: string,
  verdict: Verdict,
  rest: { because?: string; scenario?: Partial<ScenarioResult>; product?: string } = {},
): Cell {
  const reason = rest.scenario?.reason ?? both(`it is ${verdict}`, `${verdict} です。`);
  const root = rest.because === undefined ? {} : { because: rest.because };
  const scenario = { name: 'A scenario', verdict, reason, seconds: 1, measures: [], evidence: 'evidence' };
  return {
    product: rest.product ?? 'flawed',
    requirement,
    verdict,
    reason,
    ...root,
    measures: [],
    scenarios: [{ ...scenario, ...root, ...rest.scenario }],
  };
}

describe('what has to be played as well', () => {
  const flawed = { product: { id: 'flawed' }, defect: { fails: ['MOV-06'] } } as LoadedProduct;
  const outcome = (requirement: string, result: Partial<ScenarioResult> = {}, product = 'flawed') => ({
    product,
    requirement,
    result: { ...cell(requirement, 'fail').scenarios[0], verdict: 'fail', ...result } as ScenarioResult,
  });
  const roots = (...outcomes: ReturnType<typeof outcome>[]) => [...unplayedRoots(flawed, outcomes)];

  it('is what a sample fails because of, or perhaps because of', () => {
    expect(roots(outcome('MOV-12', { because: 'REL-03' }))).to.deep.equal(['REL-03']);
    expect(roots(outcome('TLS-04', { perhaps: 'NET-03' }))).to.deep.equal(['NET-03']);
    expect(roots(outcome('TLS-04'))).to.deep.equal([]);
  });
  it('is nothing that was played, or that rests beneath what the defect names', () => {
    const rests = outcome('MOV-12', { because: 'REL-03' });
    expect(roots(rests, outcome('REL-03', { verdict: 'pass' }))).to.deep.equal([]);
    expect(roots(rests, outcome('REL-03', {}, 'another'))).to.deep.equal(['REL-03']);
    expect(roots(rests, outcome('REL-03', { because: 'NET-01' }))).to.deep.equal(['NET-01']);
    expect(roots(outcome('MOV-06', { perhaps: 'NET-01' }))).to.deep.equal([]);
    expect(roots(outcome('TLS-04', { verdict: 'pass', perhaps: 'NET-03' }))).to.deep.equal([]);
  });
});

describe('what is wrong with one requirement of a defect', () => {
  const one = { product: { id: 'flawed' }, defect: { fails: ['DET-03'] } } as LoadedProduct;
  const problems = (...args: Parameters<typeof cell>) =>
    shotsOf(one, [cell(...args)]).flatMap((shot) => shot.problems);

  it('wants its own requirement to fail at the root', () => {
    expect(problems('DET-03', 'fail')).to.deep.equal([]);
    for (const verdict of ['pass', 'unsupported', 'not-observable'] as const)
      expect(problems('DET-03', verdict)[0]).to.match(/^survived: DET-03 is /);
    expect(problems('DET-03', 'fail', { because: 'NET-01' })[0]).to.contain('because of NET-01');
  });
  it('is not content with a failure that nobody observed', () => {
    const declared = {
      reason: both("declared: the product's own statement does not say so", '製品自身の申告にありません。'),
    };
    expect(problems('DET-03', 'fail', { scenario: declared })[0]).to.contain('no Then was seen');
    // The cell is a root, as the requirement beneath it holds elsewhere; the scenario did not get to its Then.
    expect(problems('DET-03', 'fail', { scenario: { because: 'NET-01' } })[0]).to.contain('no Then was seen');
  });
  it('allows others to fail only because of it', () => {
    expect(problems('NET-01', 'pass')).to.deep.equal([]);
    expect(problems('NET-01', 'unsupported')).to.deep.equal([]);
    expect(problems('MOV-04', 'fail', { because: 'DET-03' })).to.deep.equal([]);
    expect(problems('MOV-04', 'fail', { because: 'NET-01' })[0]).to.contain('not named by the defect');
    expect(problems('MOV-04', 'fail')[0]).to.contain('not named by the defect');
  });
  it('leaves alone what the product declares not to have', () => {
    const declared = { reason: both('declared: it takes no relay from a policy', '申告されていません。') };
    expect(problems('MOV-08', 'fail', { scenario: declared })).to.deep.equal([]);
  });
  it('takes nothing inconclusive for an answer', () => {
    expect(problems('DET-03', 'inconclusive')).to.have.length(1);
    expect(problems('NET-01', 'inconclusive')).to.have.length(1);
  });
});

const flawed = {
  product: { id: 'flawed' },
  defect: { of: 'reference', fails: ['DET-03', 'NET-03'], description: 'It forgets.' },
} as LoadedProduct;

describe('judgeDefect', () => {
  const judge = (cells: readonly Cell[], wanted = ['DET-03', 'NET-03']): DefectVerdict =>
    judgeDefect(flawed, shotsOf(flawed, cells), new Set(wanted));
  const killing = [
    cell('DET-03', 'fail', {
      scenario: {
        reason: both('2 of 50 acts had not been reported', '操作50件中2件が報告されませんでした。'),
      },
    }),
    cell('NET-03', 'fail'),
  ];

  it('is killed by exactly what it names, and says by what', () => {
    expect(judge([...killing, cell('NET-01', 'pass')])).to.deep.equal({
      id: 'flawed',
      killed: true,
      problems: [],
      reasons: ['DET-03: 2 of 50 acts had not been reported', 'NET-03: it is fail'],
    });
  });
  it('survives when one of them holds, was not played, or something else fails', () => {
    const survives = (...cells: Cell[]) => judge(cells);
    expect(survives(...killing.slice(0, 1), cell('NET-03', 'pass'))).to.include({ killed: false });
    expect(survives(...killing.slice(0, 1)).problems).to.deep.equal(['NET-03 was not played']);
    expect(survives(...killing, cell('TMP-01', 'fail')).killed).to.equal(false);
  });
  it('looks at no other product', () => {
    const other = cell('TMP-01', 'fail', { product: 'other' });
    expect(judge([...killing, other]).killed).to.equal(true);
    expect(judge([other]).problems).to.have.length(2);
  });
  it('does not miss what nobody wanted to be played', () => {
    expect(judge(killing.slice(0, 1), ['DET-03']).killed).to.equal(true);
  });
});

describe('the table of defects', () => {
  it('marks what was played, what is wrong with it, when and with which harness', () => {
    const shots = shotsOf(flawed, [
      cell('DET-03', 'fail'),
      cell('MOV-04', 'fail', { because: 'DET-03' }),
      cell('NET-03', 'pass'),
      cell('TMP-01', 'unsupported'),
    ]);
    const row: Row = { defect: 'flawed', key: 'k', commit: 'abc', date: '2026-01-02', seed: 1, shots };
    const text = tableOf(
      [flawed],
      ['DET-03', 'MOV-04', 'NET-01', 'NET-03', 'TMP-01'],
      new Map([['flawed', row]]),
    );
    expect(text.split('\n').find((line) => line.startsWith('| flawed'))).to.equal(
      '| flawed | DET-03 NET-03 | **F** | f |  | · **!** | – | 2026-01-02 | abc |',
    );
    expect(text).to.contain('- **flawed** (reference): It forgets.');
  });
});

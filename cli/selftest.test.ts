import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { Verdict } from '../history/verdict.ts';
import type { LoadedProduct } from '../products/load.ts';
import type { Cell, ScenarioResult } from '../reports/results.ts';
import { judgeDefect, problemOf } from './selftest.ts';

/** A cell of one scenario, with what the cell and the scenario say beyond the verdict. */
function cell(
  requirement: string,
  verdict: Verdict,
  rest: { because?: string; scenario?: Partial<ScenarioResult>; product?: string } = {},
): Cell {
  const reason = rest.scenario?.reason ?? `it is ${verdict}`;
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

describe('problemOf', () => {
  const roots = new Set(['DET-03']);
  const problems = (...args: Parameters<typeof cell>) => problemOf(cell(...args), roots);

  it('wants its own requirement to fail at the root', () => {
    expect(problems('DET-03', 'fail')).to.deep.equal([]);
    for (const verdict of ['pass', 'unsupported', 'not-observable'] as const)
      expect(problems('DET-03', verdict)[0]).to.match(/^survived: DET-03 is /);
    expect(problems('DET-03', 'fail', { because: 'NET-01' })[0]).to.contain('because of NET-01');
  });
  it('is not content with a failure that nobody observed', () => {
    const declared = { reason: "declared: the product's own statement does not say so" };
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
  it('takes nothing inconclusive for an answer', () => {
    expect(problems('DET-03', 'inconclusive')).to.have.length(1);
    expect(problems('NET-01', 'inconclusive')).to.have.length(1);
  });
});

describe('judgeDefect', () => {
  const flawed = { product: { id: 'flawed' }, defect: { fails: ['DET-03', 'NET-03'] } } as LoadedProduct;
  const killing = [
    cell('DET-03', 'fail', { scenario: { reason: '2 of 50 acts had not been reported' } }),
    cell('NET-03', 'fail'),
  ];

  it('is killed by exactly what it names, and says by what', () => {
    expect(judgeDefect(flawed, { cells: [...killing, cell('NET-01', 'pass')] })).to.deep.equal({
      id: 'flawed',
      killed: true,
      problems: [],
      reasons: ['DET-03: 2 of 50 acts had not been reported', 'NET-03: it is fail'],
    });
  });
  it('survives when one of them holds, was not played, or something else fails', () => {
    const survives = (...cells: Cell[]) => judgeDefect(flawed, { cells });
    expect(survives(...killing.slice(0, 1), cell('NET-03', 'pass'))).to.include({ killed: false });
    expect(survives(...killing.slice(0, 1)).problems).to.deep.equal(['NET-03 was not played']);
    expect(survives(...killing, cell('TMP-01', 'fail')).killed).to.equal(false);
  });
  it('looks at no other product', () => {
    const other = cell('TMP-01', 'fail', { product: 'other' });
    expect(judgeDefect(flawed, { cells: [...killing, other] }).killed).to.equal(true);
    expect(judgeDefect(flawed, { cells: [other] }).problems).to.have.length(2);
  });
});

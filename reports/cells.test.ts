import { describe, it } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import { both } from '../history/both.ts';
import type { Verdict } from '../history/verdict.ts';
import { cellOf, exitStatus, rollUp, type Outcome } from './cells.ts';
import type { Requirement, ScenarioResult } from './results.ts';

const scenario = (verdict: Verdict, rest: Partial<ScenarioResult> = {}): ScenarioResult => ({
  name: 'A scenario',
  verdict,
  reason: both(`it is ${verdict}`, `${verdict} です。`),
  seconds: 1,
  measures: [],
  evidence: 'evidence/example/a-scenario',
  ...rest,
});
const cell = (...scenarios: ScenarioResult[]) => cellOf('example', 'DET-03', scenarios);
const WORDS: readonly Verdict[] = ['pass', 'fail', 'unsupported', 'not-observable', 'inconclusive'];

describe('cellOf', () => {
  it('puts fail before inconclusive before pass before the rest, in any order', () => {
    const order: readonly Verdict[] = ['fail', 'inconclusive', 'pass', 'not-observable', 'unsupported'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 8 }), (verdicts) => {
        const expected = order.find((word) => verdicts.includes(word));
        expect(cell(...verdicts.map((verdict) => scenario(verdict))).verdict).to.equal(expected);
      }),
    );
  });
  it('is inconclusive without any scenario', () => {
    expect(cell()).to.deep.include({
      verdict: 'inconclusive',
      blame: 'harness',
      reason: both('no scenario was played', 'シナリオは一つも実行されませんでした。'),
    });
  });
  it('gives the scope of a pass', () => {
    const kinds = ['refused', 'silent', 'paused'].map((variant, index) =>
      scenario(index === 2 ? 'not-observable' : 'pass', { variant }),
    );
    expect(cell(...kinds).scope).to.equal('2 of 3 kinds');
    expect(cell(scenario('pass', { name: 'one' }), scenario('pass', { name: 'two' })).scope).to.equal(
      '2 of 2 scenarios',
    );
    expect(cell(scenario('pass'))).to.not.have.property('scope');
  });
  it('counts the kinds that the catalogue knows, also those that nobody played', () => {
    const one = scenario('pass', { variant: 'refused' });
    expect(cellOf('example', 'MOV-02', [one, one], 8).scope).to.equal('2 of 8 kinds');
    expect(cellOf('example', 'MOV-02', [one], 8).scope).to.equal('1 of 8 kinds');
    expect(cellOf('example', 'MOV-02', [scenario('fail')], 8)).to.not.have.property('scope');
  });
  it('names the kind, the reason, how many more, and who is to blame', () => {
    const failed = cell(
      scenario('fail', { variant: 'silent', reason: both('lost 2', '2件が失われました。') }),
      scenario('fail', { reason: both('lost 3', '3件が失われました。') }),
    );
    expect(failed.reason).to.deep.equal({
      en: 'silent: lost 2 (1 more of this verdict)',
      ja: 'silent：2件が失われました。（同じ判定の理由がほかに1件）',
    });
    expect(cell(scenario('inconclusive', { blame: 'relay' })).blame).to.equal('relay');
    expect(failed.blame).to.equal('product');
    expect(cell(scenario('pass'))).to.not.have.property('blame');
    expect(cell(scenario('not-observable')).blame).to.equal('harness');
    expect(cell(scenario('not-observable', { blame: 'product' })).blame).to.equal('product');
  });
  it('merges measures so that none looks better than the worst', () => {
    const measure = (name: string, value: number | string | boolean, unit = '') => ({ name, value, unit });
    const merged = cell(
      scenario('pass', {
        measures: [
          measure('delivery.p95', 1.5, 's'),
          measure('wire.watched', 9, 's'),
          measure('delivery.lost', 0),
          measure('recovery.method', 'reinstall'),
          measure('firewall.destinations', 'b:443, a:443'),
          measure('clean', true),
        ],
      }),
      scenario('fail', {
        measures: [
          measure('delivery.p95', 2.5, 's'),
          measure('wire.watched', 12, 's'),
          measure('delivery.lost', 2),
          measure('recovery.method', 'itself'),
          measure('firewall.destinations', 'a:443, c:80'),
          measure('clean', false),
        ],
      }),
      scenario('inconclusive', { measures: [measure('delivery.lost', 50)] }),
    ).measures;
    expect(merged.map(({ value }) => value)).to.deep.equal([
      2.5,
      9,
      2,
      'reinstall',
      'a:443, b:443, c:80',
      false,
    ]);
  });
});

describe('rollUp', () => {
  const outcome = (
    product: string,
    requirement: string,
    verdict: Verdict,
    kinds: string[] = [],
  ): Outcome => ({
    product,
    requirement,
    result: scenario(verdict),
    findings: kinds.map((kind) => ({ kind, en: `${kind}!`, ja: `${kind}。` })),
  });
  it('folds what rests on another requirement, only where the product fails that one as well', () => {
    const rests = { ...outcome('one', 'REL-01', 'fail'), result: scenario('fail', { perhaps: 'NET-01' }) };
    const root = (verdict: Verdict) =>
      rollUp([rests, outcome('one', 'NET-01', verdict), outcome('two', 'NET-01', 'fail')]).cells[0];
    expect(root('fail')?.because).to.equal('NET-01');
    expect(root('pass')).to.not.have.property('because');
    expect(root('inconclusive')).to.not.have.property('because');
  });
  it('believes a Given that did not hold only if the root fails by itself, or was not played', () => {
    const because = (root: string) => scenario('fail', { because: root });
    const rests = { ...outcome('one', 'REL-01', 'fail'), result: because('NET-01') };
    const first = (...others: Outcome[]) => rollUp([rests, ...others]).cells[0];
    expect(first()?.because).to.equal('NET-01');
    expect(first(outcome('two', 'NET-01', 'pass'))?.because).to.equal('NET-01');
    expect(first(outcome('one', 'NET-01', 'fail'))?.because).to.equal('NET-01');
    for (const verdict of ['pass', 'inconclusive', 'unsupported', 'not-observable'] as const)
      expect(first(outcome('one', 'NET-01', verdict))).to.not.have.property('because');
  });
  it('follows roots to the one that fails by itself, and folds no circle away', () => {
    const because = (requirement: string, root: string): Outcome => ({
      ...outcome('one', requirement, 'fail'),
      result: scenario('fail', { because: root }),
    });
    const roots = (...outcomes: Outcome[]) => rollUp(outcomes).cells.map((own) => own.because);
    expect(roots(because('A', 'B'), because('B', 'C'), outcome('one', 'C', 'fail'))).to.deep.equal([
      'C',
      'C',
      undefined,
    ]);
    expect(roots(because('A', 'B'), because('B', 'C'), outcome('one', 'C', 'pass'))).to.deep.equal([
      'B',
      undefined,
      undefined,
    ]);
    expect(roots(because('A', 'B'), because('B', 'A'))).to.deep.equal([undefined, undefined]);
  });
  it('folds what rests on several that fail under the first, and on nothing what fails by itself as well', () => {
    const of = (requirement: string, rest: Partial<ScenarioResult> = {}): Outcome => ({
      ...outcome('one', requirement, 'fail'),
      result: scenario('fail', rest),
    });
    const root = (...outcomes: Outcome[]) => rollUp(outcomes).cells[0]?.because;
    const [tls, relay] = [of('A', { because: 'C' }), of('A', { because: 'B' })];
    expect(root(tls, tls, outcome('one', 'A', 'pass'))).to.equal('C');
    expect(root(tls, relay, of('B', { because: 'C' }), of('C'))).to.equal('C');
    expect(root(tls, relay, of('B'), of('C'))).to.equal('C');
    expect(root(tls, of('A'), of('C'))).to.equal(undefined);
    expect(root(tls, of('A', { because: 'A' }), of('C'))).to.equal(undefined);
    expect(root(tls, relay, outcome('one', 'B', 'pass'), of('C'))).to.equal(undefined);
  });
  it('makes a cell for each product and requirement, and each finding once', () => {
    const { cells, findings } = rollUp([
      outcome('one', 'NET-01', 'pass', ['undeclared']),
      outcome('two', 'NET-01', 'pass', ['undeclared']),
      outcome('one', 'NET-01', 'fail', ['undeclared', 'deadlock']),
    ]);
    expect(cells.map(({ product, verdict }) => [product, verdict])).to.deep.equal([
      ['one', 'fail'],
      ['two', 'pass'],
    ]);
    expect(findings.map(({ product, kind }) => [product, kind])).to.deep.equal([
      ['one', 'undeclared'],
      ['two', 'undeclared'],
      ['one', 'deadlock'],
    ]);
    expect(findings[0]?.text).to.deep.equal({ en: 'undeclared!', ja: 'undeclared。' });
  });
  it('has them in the order of the catalogue, whatever ended first', () => {
    const catalogue = ['NET-01', 'NET-02', 'REL-01'].map((id) => requirement(id, 'MUST'));
    const outcomes = ['REL-01', 'OLD-01', 'NET-02', 'NET-01'].map((id) => outcome('one', id, 'pass', [id]));
    const { cells, findings } = rollUp(outcomes, catalogue);
    const ordered = ['NET-01', 'NET-02', 'REL-01', 'OLD-01'];
    expect(cells.map((cell) => cell.requirement)).to.deep.equal(ordered);
    expect(findings.map(({ kind }) => kind)).to.deep.equal(ordered);
  });
});

const requirement = (id: string, level: Requirement['level'], condition?: string): Requirement => {
  const both = { en: '', ja: '' };
  const texts = { title: both, question: both, whyItMatters: both, ifItFails: both, askTheVendor: both };
  const rest = { revision: 1, area: 'net', observability: 'C', ...texts } as const;
  return {
    id,
    level,
    claims: [],
    needs: [],
    ...rest,
    ...(condition === undefined ? {} : { if: condition }),
  };
};

describe('exitStatus', () => {
  const requirements = [
    requirement('NET-01', 'MUST'),
    requirement('NET-02', 'MUST'),
    requirement('NET-05', 'SHOULD'),
    requirement('MOV-02', 'MUST', 'relay-preferred'),
  ];
  const status = (verdicts: Record<string, Verdict>) =>
    exitStatus({
      requirements,
      cells: Object.entries(verdicts).map(([id, verdict]) => cellOf('example', id, [scenario(verdict)])),
    });

  it('follows the unconditional MUSTs only', () => {
    expect(
      status({ 'NET-01': 'pass', 'NET-02': 'not-observable', 'NET-05': 'fail', 'MOV-02': 'fail' }),
    ).to.equal(0);
    expect(status({ 'NET-01': 'inconclusive', 'NET-02': 'fail' })).to.equal(1);
    expect(status({ 'NET-01': 'inconclusive', 'NET-02': 'pass' })).to.equal(2);
    expect(status({})).to.equal(0);
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { expect } from 'chai';
import { both } from '../history/both.ts';
import { listProducts } from '../products/load.ts';
import type { Cell } from '../reports/results.ts';
import { expectedOf, loadExpected, pageOf, surprises, type Expected } from './expected.ts';
import { Scenarios } from './scenarios.ts';

const PAGE = join('docs', 'products.md');

describe('what has to be said of the products in this repository', () => {
  let expected: Expected;
  let requirements: string[];
  before(async () => {
    expected = await loadExpected();
    const scenarios = await (await Scenarios.load()).list();
    requirements = [...new Set(scenarios.map(({ requirement }) => requirement))];
  });
  const cell = (product: string, requirement: string, rest: Partial<Cell>): Cell => ({
    ...{ product, requirement, verdict: 'pass', reason: both('so it is', 'そのとおりです。') },
    ...{ measures: [], scenarios: [] },
    ...rest,
  });

  it('is said of each of them, about requirements that there are, once', async () => {
    const products = (await listProducts()).filter(({ kind }) => kind === 'product');
    expect(Object.keys(expected)).to.have.members(products.map(({ id }) => id));
    for (const { rest, ...lists } of Object.values(expected)) {
      const named = Object.values(lists).flat();
      expect(['pass', 'fail because NET-01']).to.include(rest);
      expect(requirements).to.include.members(named);
      expect(named).to.have.length(new Set(named).size);
    }
  });
  it('is what is named, and else what is said of the rest', () => {
    expect(expectedOf(expected, 'reference', 'NET-01')).to.equal('pass');
    expect(expectedOf(expected, 'internet-only', 'NET-01')).to.equal('fail');
    expect(expectedOf(expected, 'internet-only', 'NET-02')).to.equal('fail because NET-01');
    expect(() => expectedOf(expected, 'acme', 'NET-01')).to.throw('nothing of acme');
  });
  it('is compared with what a run says, root and verdict', () => {
    const asDue = [
      cell('reference', 'NET-01', {}),
      cell('internet-only', 'NET-02', { verdict: 'fail', because: 'NET-01' }),
    ];
    expect(surprises(expected, asDue)).to.deep.equal([]);
    const eitherWay = (['pass', 'fail'] as const).map((verdict) =>
      cell('syslog-ng-shipper', 'MOV-10', { verdict }),
    );
    expect(surprises(expected, eitherWay)).to.deep.equal([]);
    const others = [
      cell('reference', 'NET-01', { verdict: 'inconclusive' }),
      cell('internet-only', 'NET-02', { verdict: 'fail' }),
      cell('internet-only', 'NET-01', { verdict: 'fail', because: 'REL-01' }),
    ];
    expect(surprises(expected, others)).to.deep.equal([
      'reference NET-01: inconclusive, not pass: so it is',
      'internet-only NET-02: fail, not fail because NET-01: so it is',
      'internet-only NET-01: fail because REL-01, not fail: so it is',
    ]);
  });
  it('is the page in the docs (`npm run docs`)', async () => {
    const page = pageOf(expected, requirements);
    if (process.env['HEIIKI_WRITE_DOCS']) await writeFile(PAGE, page);
    expect(await readFile(PAGE, 'utf8')).to.equal(page);
  });
});

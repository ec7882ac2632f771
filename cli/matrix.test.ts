/** docs/defects.md is written from docs/defects.json, row by row as `heiiki selftest --all` plays. */
import { readFile, writeFile } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { expect } from 'chai';
import { listProducts, loadAll, type LoadedProduct } from '../products/load.ts';
import { readRows, TABLE, tableOf, type Row } from './matrix.ts';
import { Scenarios } from './scenarios.ts';

const saidBy = ({ verdict, because }: Row['shots'][number]): string =>
  because === undefined ? verdict : `${verdict} because of ${because}`;

describe('the kept matrix of defects', () => {
  let rows: readonly Row[];
  let defects: readonly LoadedProduct[];
  before(async () => {
    rows = await readRows();
    const listed = await listProducts();
    defects = await loadAll(listed.filter(({ kind }) => kind === 'defect').map(({ id }) => id));
  });

  it('has rows, and of known defects only', () => {
    expect(rows).to.not.have.length(0);
    expect(defects.map(({ product }) => product.id)).to.include.members(rows.map(({ defect }) => defect));
  });
  it('shows no defect that fails elsewhere than where it says, or does not fail there', () => {
    const problems = rows.flatMap(({ defect, shots }) =>
      shots.flatMap((shot) => shot.problems.map((problem) => `${defect}: ${problem}`)),
    );
    expect(problems).to.deep.equal([]);
  });
  it('has a row for each defect', () => {
    expect(rows.map(({ defect }) => defect)).to.include.members(defects.map(({ product }) => product.id));
  });
  it('shows each defect failing, at the root, wherever it says', () => {
    const shots = new Map(rows.map((row) => [row.defect, row.shots]));
    const lacking = defects.flatMap(({ product, defect }) =>
      (defect?.fails ?? []).flatMap((root) => {
        const shot = shots.get(product.id)?.find(({ requirement }) => requirement === root);
        if (shot?.verdict === 'fail' && shot.because === undefined) return [];
        return [`${product.id}: ${root} ${shot ? `is ${saidBy(shot)}` : 'was not played'}`];
      }),
    );
    expect(lacking).to.deep.equal([]);
  });
  it('is the table in the docs (`npm run docs`)', async () => {
    const scenarios = await (await Scenarios.load()).list();
    const requirements = [...new Set(scenarios.map(({ requirement }) => requirement))];
    const table = tableOf(defects, requirements, new Map(rows.map((row) => [row.defect, row])));
    if (process.env['HEIIKI_WRITE_DOCS']) await writeFile(TABLE, table);
    expect(await readFile(TABLE, 'utf8')).to.equal(table);
  });
});

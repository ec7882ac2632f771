import { expect } from 'chai';
import { describe, it } from 'node:test';
import { fixtureResults } from './fixture.ts';
import { summaryLines } from './summary.ts';

describe('the summary in the terminal', () => {
  it('has a row a requirement, a line a product and a line a finding', async () => {
    const results = await fixtureResults();
    const lines = summaryLines(results, { color: false });
    for (const r of results.requirements)
      expect(lines.filter((l) => l.startsWith(`${r.id} `))).to.have.length(1);
    for (const p of results.products)
      expect(lines.filter((l) => l.startsWith(`${p.name} ${p.version}:`))).to.have.length(1);
    expect(lines.filter((l) => l.startsWith('finding '))).to.have.length(results.findings.length);
  });

  it('folds what fails because of another', async () => {
    const results = await fixtureResults();
    const line = summaryLines(results, { color: false }).find((l) => l.startsWith('Internet-only'));
    // all others in the catalogue, which grows
    const folded = results.requirements.length - 1;
    expect(line).to.equal(`Internet-only agent 1.4.0: failed NET-01 · ${folded} more because of these`);
  });

  it('lines up columns, also after wide characters', async () => {
    const results = await fixtureResults();
    const products = results.products.map((p, i) => (i === 0 ? { ...p, id: '製品' } : p));
    const cells = results.cells.map((c) => (c.product === 'reference' ? { ...c, product: '製品' } : c));
    const [head = '', row = ''] = summaryLines({ ...results, products, cells }, { color: false });
    // two characters that take four columns: one word stands two characters further left
    expect(row.indexOf('pass', 14 + 5)).to.equal(head.indexOf('static-proxy') + 2);
  });

  it('lets no name steer the terminal', async () => {
    const results = await fixtureResults();
    const products = results.products.map((p) => ({ ...p, name: 'a\u001b[2J\nb\u0007' }));
    for (const line of summaryLines({ ...results, products }, { color: false }))
      expect(line).not.to.match(/\p{Cc}/u);
  });

  it('has colours only when asked', async () => {
    const results = await fixtureResults();
    expect(summaryLines(results, { color: true }).join('')).to.contain('\u001b[');
    expect(summaryLines(results, { color: false }).join('')).not.to.contain('\u001b[');
  });

  it('says when nothing was run', async () => {
    const lines = summaryLines({ ...(await fixtureResults()), cells: [] }, { color: false });
    expect(lines).to.include('Reference agent 1.4.0: not run');
  });
});

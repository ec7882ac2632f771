import { readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { loadCatalogue } from './catalogue.ts';
import { cataloguePage } from './catalogue-page.ts';

const PAGE = 'docs/requirements.md';

describe('the page of requirements', () => {
  it('is what the catalogue says', async () => {
    const page = cataloguePage(await loadCatalogue('features'));
    // `npm run docs` writes the page; everywhere else a page that is out of date is a failure.
    if (process.env['HEIIKI_WRITE_DOCS']) await writeFile(PAGE, page);
    expect(await readFile(PAGE, 'utf8')).to.equal(page);
  });
});

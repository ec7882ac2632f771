import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fixtureResults } from './fixture.ts';
import { resultsSchema, SCHEMA_FILE } from './schema.ts';

describe('docs/results.schema.json', () => {
  const published = readFile(SCHEMA_FILE, 'utf8').then((text) => JSON.parse(text) as Record<string, unknown>);

  it('is what the code says (else run: node --import tsx reports/schema.ts)', async () => {
    expect(await published).to.deep.equal(JSON.parse(JSON.stringify(resultsSchema())));
  });

  it('takes a result with all kinds of cells, and refuses one with a sixth verdict or an unknown key', async () => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(await published);
    const results = await fixtureResults();
    expect(validate(results), JSON.stringify(validate.errors)).to.equal(true);
    expect(validate({ ...results, cells: [{ ...results.cells[0], verdict: 'good' }] })).to.equal(false);
    expect(validate({ ...results, score: 7 })).to.equal(false);
  });
});

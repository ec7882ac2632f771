/** The page for vendors, and every product that is here, keep to the schema. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { parseDockerfile } from './dockerfile.ts';
import { knownPaths } from './explain.ts';
import { listProducts, loadAll, loadProduct } from './load.ts';
import { PLACEHOLDERS } from './placeholders.ts';
import { Product } from './schema.ts';
import { folderWith } from './testing.ts';

const page = await readFile(join(import.meta.dirname, '../docs/product-contract.md'), 'utf8');
const fenced = (language: string) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';

describe('docs/product-contract.md', () => {
  it('has an example that loads', async () => {
    await using folder = await folderWith({
      'acme-edr/product.yaml': fenced('yaml'),
      'acme-edr/payload/usr/share/acme/install': '#!/bin/sh\n',
    });
    const { product } = await loadProduct('acme-edr', {
      root: folder.path,
      env: { ACME_LICENCE: 'a licence' },
    });
    expect(product.timing.enrol).to.equal(10_000);
  });
  it('has a Dockerfile that is understood', () => {
    expect(parseDockerfile(fenced('dockerfile')))
      .to.have.property('stages')
      .with.length(2);
  });
  it('names every key and every placeholder', () => {
    const missing = [...knownPaths(Product), ...PLACEHOLDERS].filter((name) => {
      const word = name.replace(/^.*\.(?=[^.]*$)/, '');
      return !new RegExp(`\\b${word}\\b`).test(page);
    });
    expect(missing).to.deep.equal([]);
  });
});

describe('products in this repository', () => {
  it('load, all of them and all defects', async () => {
    const listed = await listProducts();
    const loaded = await loadAll(listed.map(({ id }) => id));
    expect(loaded.map(({ product }) => product.id)).to.deep.equal(listed.map(({ id }) => id));
    expect(listed.map(({ id }) => id)).to.include.members(['minimal', 'syslog-ng-shipper']);
  });
});

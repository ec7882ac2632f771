import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { Content, parseContent } from './content.ts';
import { behaviourOf, type Flaw } from './flaws.ts';

const update = (revision: number, rules: string[]) => ({
  status: 200,
  etag: `"c${revision}"`,
  json: { revision, rules },
});

describe('content updates', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'content-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const make = (flaw: Flaw | null = null) =>
    new Content(join(folder, 'content.json'), behaviourOf(flaw).updates);

  it('are not needed: everything is built in', () => {
    const content = make();
    expect(content.revision).to.equal(0);
    expect(content.looksFor('T1204.002')).to.equal(true);
    content.failed();
    content.page();
    expect(content.usable).to.equal(true);
  });
  it('are taken whole, kept over a restart, and asked for by their tag', () => {
    expect(make().take(update(3, ['T1098.007']))).to.equal(undefined);
    const content = make();
    expect([content.revision, content.etag]).to.deep.equal([3, '"c3"']);
    expect(content.looksFor('T1204.002')).to.equal(false);
    expect(content.take({ status: 304, etag: '"c3"', json: undefined })).to.equal(undefined);
    expect(content.revision).to.equal(3);
  });
  it('are refused in words, and the one before stays', () => {
    const content = make();
    content.take(update(3, ['T1098.007']));
    expect(content.take({ status: 403, etag: undefined, json: {} })).to.equal('the answer is 403');
    expect(content.take({ status: 200, etag: undefined, json: { revision: 4, rules: 'all' } })).to.contain(
      'rules',
    );
    expect(parseContent([])).to.equal('it is no object');
    expect(parseContent({ revision: 0, rules: [] })).to.contain('revision');
    expect(content.revision).to.equal(3);
  });
  it('are needed first by one of the broken ones', () => {
    const content = make('needs-first-update');
    content.failed();
    expect(content.usable).to.equal(false);
    content.take(update(1, []));
    content.failed();
    expect(content.usable).to.equal(true);
  });
  it('are needed always by another, once there was one', () => {
    const content = make('stops-without-updates');
    content.failed();
    expect(content.usable).to.equal(true);
    content.take(update(1, []));
    content.failed();
    expect(content.usable).to.equal(false);
    content.take({ status: 304, etag: undefined, json: undefined });
    expect(content.usable).to.equal(true);
  });
  it('are ruined by a page for a third', () => {
    const content = make('takes-block-page');
    content.page();
    expect(content.usable).to.equal(false);
    content.take(update(2, []));
    expect(content.usable).to.equal(true);
  });
});

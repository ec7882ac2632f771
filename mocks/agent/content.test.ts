import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { Content, parseContent } from './content.ts';
import { behaviourOf, type Flaw } from './flaws.ts';

const SHA256 = 'a'.repeat(64);
const update = (revision: number, rules: string[]) => ({
  status: 200,
  etag: `"c${revision}"`,
  json: { revision, issued: 1000 + revision, rules },
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
  it('can be carried here in a file, with indicators of their own', () => {
    const package_ = { revision: 9, issued: 77, rules: [], indicators: [{ sha256: SHA256, name: 'sample' }] };
    const content = make();
    expect(content.indicator(SHA256)).to.equal(undefined);
    expect(content.bring(JSON.stringify(package_))).to.equal(undefined);
    expect(make().indicator(SHA256)).to.equal('sample');
    expect(make().inForce).to.deep.equal({ revision: 9, issued: 77 });
    expect(content.bring(JSON.stringify({ ...package_, revision: 8 }))).to.contain('newer');
    expect(content.bring('{')).to.be.a('string');
    expect(content.bring(JSON.stringify({ ...package_, issued: 'today' }))).to.contain('date');
    expect(content.bring(JSON.stringify({ ...package_, indicators: [{}] }))).to.contain('indicators');
    // An older update from its place changes nothing, and is not asked for again.
    expect(content.take(update(3, ['T1098.007']))).to.equal(undefined);
    expect([content.revision, content.etag]).to.deep.equal([9, '"c3"']);
  });
  it('can be broken: a package is ignored, its age hidden or told wrong', () => {
    const text = JSON.stringify({ revision: 9, issued: 77, rules: [] });
    const ignoring = make('ignores-offline-package');
    expect([ignoring.bring(text), ignoring.revision]).to.deep.equal([undefined, 0]);
    const hiding = make('hides-content-age');
    hiding.bring(text);
    expect(hiding.inForce).to.equal(undefined);
    expect(make('dates-content-by-arrival').inForce?.issued).to.be.greaterThan(77);
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

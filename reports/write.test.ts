import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fixtureHistory } from './fixture-history.ts';
import { fixtureResults } from './fixture.ts';
import type { Manifest } from './manifest.ts';
import { Results } from './results.ts';
import { pointLatest, writeReports } from './write.ts';

describe('the folder of a run', () => {
  let out = '';
  const evidence = 'evidence/reference/det-03';
  before(async () => {
    out = join(await mkdtemp(join(tmpdir(), 'heiiki-write-')), 'run-1');
    await mkdir(join(out, evidence, 'raw'), { recursive: true });
    const lines = fixtureHistory().map((e) => JSON.stringify(e));
    await writeFile(
      join(out, evidence, 'history.ndjson'),
      [...lines, '{"kind":"step"', '{"kind":"unheard-of"}'].join('\n'),
    );
    await writeFile(join(out, evidence, 'raw/relay.log'), 'TCP_TUNNEL\n');
    await writeReports(await fixtureResults(), out);
  });
  after(() => rm(dirname(out), { recursive: true }));

  it('has results that can be read back, a report and JUnit', async () => {
    const results = Results.parse(JSON.parse(await readFile(join(out, 'results.json'), 'utf8')));
    const { traffic, ...rest } = results;
    expect(rest).to.deep.equal(await fixtureResults());
    expect(traffic?.watched).to.deep.equal([{ product: 'reference', scenarios: 1, seconds: 16 }]);
    expect(await readFile(join(out, 'report.html'), 'utf8')).to.contain(`href="./${evidence}/index.html"`);
    expect(await readFile(join(out, 'junit.xml'), 'utf8')).to.contain('<testsuites');
  });

  it('draws the history that lies in the evidence, and counts the lines that are none', async () => {
    const html = await readFile(join(out, evidence, 'index.html'), 'utf8');
    expect(html)
      .to.contain('relay: connection refused (refused)')
      .and.match(/2 .*could not be read/)
      .and.contain('href="../../../report.html"');
    expect(await readFile(join(out, 'evidence/shipper/net-01/index.html'), 'utf8')).to.contain(
      'There is no history',
    );
  });

  it('has the SHA-256 of every file of the evidence', async () => {
    const manifest = JSON.parse(await readFile(join(out, evidence, 'manifest.json'), 'utf8')) as Manifest;
    expect(Object.keys(manifest.files)).to.deep.equal(['history.ndjson', 'index.html', 'raw/relay.log']);
    for (const [path, { sha256, bytes }] of Object.entries(manifest.files)) {
      const content = await readFile(join(out, evidence, path));
      expect(sha256).to.equal(createHash('sha256').update(content).digest('hex'));
      expect(bytes).to.equal(content.length);
    }
  });

  it('writes nothing outside', async () => {
    const results = await fixtureResults();
    const cells = results.cells.map((c) => ({
      ...c,
      scenarios: c.scenarios.map((s) => ({ ...s, evidence: '../elsewhere' })),
    }));
    const refused = await writeReports({ ...results, cells }, out).catch((e: unknown) => String(e));
    expect(refused).to.contain('is not below the results');
  });

  it('is what latest points to, also when it pointed elsewhere', async () => {
    const root = dirname(out);
    await pointLatest(root, join(root, 'run-0'));
    await pointLatest(root, out);
    expect(await readlink(join(root, 'latest'))).to.equal('run-1');
  });

  it('leaves a real file of that name alone', async () => {
    const root = join(dirname(out), 'other');
    await mkdir(join(root, 'latest'), { recursive: true });
    const refused = await pointLatest(root, out).catch((e: unknown) => String(e));
    expect(refused).to.contain('is not a symbolic link');
  });
});

/** Bad input ends with 3, a place and a remedy, before an engine is looked for (the address leads nowhere). */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { call } from './command.ts';

const NO_ENGINE = { DOCKER_HOST: 'unix:///nonexistent/engine.sock', HEIIKI_PROVISION: 'never' };

describe('wrong usage', () => {
  let scratch: string;
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'heiiki-usage-'));
    await writeFile(join(scratch, 'kept.txt'), 'somebody’s evidence');
  });
  after(() => rm(scratch, { recursive: true }));

  const cases: [name: string, args: () => string[], says: RegExp][] = [
    ['an unknown requirement', () => ['run', '--requirements', 'NET-99'], /no NET-99.*NET-01/s],
    ['an unknown product', () => ['run', '--products', 'referense'], /referense.*reference/s],
    ['two products with one id', () => ['run', '--products', 'reference,reference'], /taken by/],
    ['an unknown option', () => ['run', '--paralel', '4'], /--parallel/],
    ['a parallel that is no number', () => ['run', '--parallel', 'many'], /whole number/],
    ['no kinds at all', () => ['run', '--kinds', '0'], /whole number/],
    ['an unknown lane', () => ['run', '--lane', 'fast'], /ci and evaluation/],
    ['an output folder that is not empty', () => ['run', '--out', scratch], /not empty/],
    ['an unknown defect', () => ['selftest', '--defects', 'none-such'], /no none-such/],
    ['an unknown product of a play', () => ['nemesis', '--products', 'referense'], /referense.*reference/s],
    ['no plays at all', () => ['nemesis', '--plays', '0'], /--plays 0: a whole number/],
    ['a sequence that is too long', () => ['nemesis', '--steps', '1000'], /--steps 1000: 30 is the most/],
    ['a path that is none', () => ['nemesis', '--path', 'here'], /--path here: numbers separated by colons/],
    [
      'a path that leads nowhere',
      () => ['nemesis', '--seed', '1', '--path', '0:999'],
      /--path 0:999: leads to no sequence of --seed 1 --steps 10/,
    ],
    ['a folder for plays that is not empty', () => ['nemesis', '--out', scratch], /not empty/],
    ['a manifest that is not there', () => ['product', 'check', scratch], /no such file.*product\.yaml/s],
    ['a folder that is no run', () => ['judge', scratch], /not the result of a run/],
    ['an unknown command', () => ['rum'], /run/],
    [
      'no engine, and provisioning forbidden',
      () => ['run', '--products', 'reference'],
      /HEIIKI_PROVISION|engine/,
    ],
  ];
  for (const [name, args, says] of cases)
    it(`${name}: status 3`, async () => {
      const ended = await call(args(), { env: NO_ENGINE }).ended;
      expect(ended.stderr).to.match(says);
      expect(ended.status).to.equal(3);
    });
});

describe('product check', () => {
  it('reads a manifest and all that it names, without an engine', async () => {
    const ended = await call(['product', 'check', 'products/minimal'], { env: NO_ENGINE }).ended;
    expect(ended.stdout).to.match(/^minimal 1\.0\.0: the manifest is right/);
    expect(ended.status).to.equal(0);
  });
});

import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { Detector } from './detector.ts';
import { behaviourOf, type Flaw } from './flaws.ts';
import { PolicyInForce } from './policy.ts';
import type { Act } from './rules/acts.ts';

const BAD = 'b'.repeat(64);
const BROUGHT = 'e'.repeat(64);
const act = (more: Partial<Act>): Act => ({
  kind: 'exec',
  id: 1,
  time: 1000,
  path: '/home/staff/Downloads/tool',
  sha256: 'c'.repeat(64),
  pid: 5,
  parentPid: 4,
  uid: 1000,
  commandLine: 'tool x',
  parentCommandLine: 'sh',
  named: true,
  asks: true,
  ...more,
});

describe('the detector', () => {
  let folder: string;
  let reports: [string, number][];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'detector-'));
    reports = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  let rules: string[] = ['T1204.002'];
  const make = (mode: 'detect' | 'block', flaw: Flaw | null = null) => {
    const policy = new PolicyInForce(join(folder, 'policy'), 'as-given');
    const indicators = [{ sha256: BAD, name: 'sample' }];
    policy.take({ revision: 1, mode, indicators, allowlist: [], uninstallProtection: 'on' }, undefined);
    return new Detector({
      policy,
      content: {
        looksFor: (rule) => rules.includes(rule),
        indicator: (sha256) => (sha256 === BROUGHT ? 'brought' : undefined),
      },
      behaviour: behaviourOf(flaw),
      quarantine: join(folder, 'q'),
      userOf: String,
      report: (draft, disposition) => reports.push([draft.analytic, disposition]),
    });
  };

  it('reports an unknown program from a download folder once it is known what became of it', () => {
    const detector = make('detect');
    expect(detector.decide(act({}))).to.equal('allow');
    expect(reports).to.deep.equal([]);
    detector.settled(act({}), 'allow');
    expect(reports).to.deep.equal([['T1204.002', 15]]);
  });
  it('reports a file whose hash only the content names, where the policy does not allow it', () => {
    const detector = make('detect');
    detector.decide(act({ kind: 'write', path: '/home/staff/Documents/quote', sha256: BROUGHT }));
    expect(reports).to.deep.equal([['sha256-indicator', 15]]);
  });
  it('looks for behaviours that the content in force names, and always for what the policy names', () => {
    rules = [];
    const detector = make('detect');
    detector.decide(act({}));
    detector.settled(act({}), 'allow');
    detector.decide(act({ id: 2, sha256: BAD }));
    detector.settled(act({ id: 2, sha256: BAD }), 'allow');
    rules = ['T1204.002'];
    expect(reports).to.deep.equal([['sha256-indicator', 15]]);
  });
  it('says blocked only for what was refused', () => {
    const detector = make('block');
    expect(detector.decide(act({}))).to.equal('deny');
    detector.settled(act({}), 'deny');
    detector.decide(act({ id: 2 }));
    detector.settled(act({ id: 2 }), 'late');
    expect(reports).to.deep.equal([
      ['T1204.002', 2],
      ['T1204.002', 15],
    ]);
  });
  it('is silent about programs of the distribution and about interpreters', () => {
    const detector = make('block');
    for (const quiet of [{ path: '/usr/bin/cp' }, { named: false }, { path: '/home/staff/Documents/tool' }]) {
      expect(detector.decide(act(quiet))).to.equal('allow');
      detector.settled(act(quiet), 'allow');
    }
    expect(reports).to.deep.equal([]);
  });
  it('reports a file of an indicator once: when it appears, not again when it is read', () => {
    const detector = make('detect');
    const file = { path: '/home/staff/Documents/f', sha256: BAD };
    const opened = act({ ...file, kind: 'open', id: 2 });
    detector.decide(act({ ...file, kind: 'write', asks: false }));
    detector.decide(opened);
    detector.settled(opened, 'allow');
    expect(reports).to.deep.equal([['sha256-indicator', 15]]);
    detector.decide(act({ ...file, kind: 'write', id: 3, asks: false }));
    expect(reports, 'a new file of the same name').to.have.length(2);
  });
  it('takes such a file away when the policy blocks, and says detected where it could not', () => {
    const detector = make('block');
    const path = join(folder, 'f');
    writeFileSync(path, 'x');
    detector.decide(act({ kind: 'write', path, sha256: BAD, asks: false }));
    detector.decide(act({ kind: 'write', path, sha256: BAD, asks: false, id: 2 }));
    expect(reports).to.deep.equal([
      ['sha256-indicator', 2],
      ['sha256-indicator', 15],
    ]);
  });
  it('claims-blocked says blocked and lets it happen', () => {
    const detector = make('block', 'claims-blocked');
    expect(detector.decide(act({}))).to.equal('allow');
    detector.settled(act({}), 'allow');
    expect(reports).to.deep.equal([['T1204.002', 2]]);
  });

  const written = (name: string) => {
    const path = join(folder, name);
    writeFileSync(path, 'x');
    return path;
  };
  it('quarantines-later takes away what it has only reported, and says nothing more', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const detector = make('detect', 'quarantines-later');
    const [appeared, run] = [written('appeared'), written('run')];
    detector.decide(act({ kind: 'write', path: appeared, sha256: BAD, asks: false }));
    const started = act({ path: run, sha256: BAD, id: 2 });
    expect(detector.decide(started)).to.equal('allow');
    detector.settled(started, 'allow');
    t.mock.timers.tick(500);
    expect([existsSync(appeared), existsSync(run)]).to.deep.equal([true, true]);
    t.mock.timers.tick(500);
    expect([existsSync(appeared), existsSync(run)]).to.deep.equal([false, false]);
    expect(reports).to.deep.equal([
      ['sha256-indicator', 15],
      ['sha256-indicator', 15],
    ]);
  });
  it('quarantines-later leaves another file alone that has come in its place', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const path = written('batch');
    make('detect', 'quarantines-later').decide(act({ kind: 'write', path, sha256: BAD, asks: false }));
    renameSync(written('another'), path);
    t.mock.timers.tick(5000);
    expect(existsSync(path)).to.equal(true);
  });
  it('quarantines-later is the honest one where the policy blocks; and that one takes nothing away later', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const [refused, kept] = [written('refused'), written('kept')];
    const file = act({ path: refused, sha256: BAD });
    const detector = make('block', 'quarantines-later');
    expect(detector.decide(file)).to.equal('deny');
    detector.settled(file, 'deny');
    make('detect').decide(act({ kind: 'write', path: kept, sha256: BAD, asks: false }));
    t.mock.timers.tick(5000);
    expect([existsSync(refused), existsSync(kept)]).to.deep.equal([true, true]);
    expect(reports).to.deep.equal([
      ['sha256-indicator', 2],
      ['sha256-indicator', 15],
    ]);
  });
});

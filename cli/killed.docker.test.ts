/**
 * A run that is killed in the middle leaves nothing for good: what it had is recognised by its dead lease and goes with
 * `heiiki reap`. A run that is interrupted takes its things along itself.
 */
import { glob, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, afterEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { openEngine } from '../topologies/engine/docker.ts';
import type { Engine, Leftover } from '../topologies/engine/engine.ts';
import { call, type Called, type Ended } from './command.ts';

const STARTED_MS = 240_000;
/** The engine ends a lease within a second after its holder; on a busy machine it is late. */
const DEAD_MS = 30_000;
const GLANCE_MS = 200;
/** Of the loader, shared by all programs and of no run. */
const CACHES = /^(tsx-|node-compile-cache)/;

describe('a run that does not come to its end', { timeout: 900_000 }, () => {
  let engine: Engine;
  /** its temporary files go here as well, so that they are told from everybody else's, and so do its processes */
  let scratch: string;
  before(async () => {
    engine = await openEngine({ sweep: false });
  });
  after(() => engine[Symbol.asyncDispose]());
  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'heiiki-killed-'));
  });
  afterEach(() => rm(scratch, { recursive: true }));

  const command = (...args: readonly string[]): Promise<Ended> =>
    call(args, { env: { TMPDIR: scratch } }).ended;
  const leftoversOf = async (run: string): Promise<readonly Leftover[]> =>
    (await engine.leftovers()).filter((one) => one.run === run);

  /** A run in a process group of its own; resolves when a scenario has its lab, after the open control. */
  async function inTheMiddle(): Promise<{ called: Called; run: string }> {
    const args = ['--products', 'reference', '--requirements', 'MOV-01,DET-03', '--parallel', '2'];
    const called = call(['run', ...args, '--out', join(scratch, 'out')], {
      group: true,
      env: { TMPDIR: scratch },
    });
    const run = await eventually(STARTED_MS, 'the lab of a scenario', async () => {
      if (called.child.exitCode !== null) throw new Error(`it ended early: ${(await called.ended).stderr}`);
      const ids = await labsIn(join(scratch, 'out'));
      return (await engine.leftovers()).find(({ name }) => ids.some((id) => name.endsWith(`-${id}-pc`)))?.run;
    });
    return { called, run };
  }

  const signal = ({ child }: Called, name: NodeJS.Signals): void => {
    if (child.pid === undefined) throw new Error('the run has no process');
    process.kill(-child.pid, name);
  };

  async function expectNothingOf(had: readonly Leftover[]): Promise<void> {
    expect(await processesWith(scratch), 'processes of the run').to.deep.equal([]);
    for (const { id, kind, name } of had)
      if (kind === 'container') expect(await processesWith(id), `processes of ${name}`).to.deep.equal([]);
    const files = (await readdir(scratch)).filter((name) => name !== 'out' && !CACHES.test(name));
    expect(files, 'temporary files').to.deep.equal([]);
  }

  it('is swept by reap after kill -9 of all its processes', async () => {
    const { called, run } = await inTheMiddle();
    const had = await leftoversOf(run);
    expect(had.filter(({ kind }) => kind === 'container')).to.have.length.greaterThan(7);
    expect((await command('reap', '--dry-run')).stdout, 'while it lives').to.not.contain(run);

    signal(called, 'SIGKILL');
    await called.ended;
    await eventually(DEAD_MS, 'the end of its lease', async () =>
      (await leftoversOf(run)).every(({ alive }) => !alive) ? true : undefined,
    );
    // As if it had been building an image just then.
    await writeFile(join(scratch, 'heiiki-build-0123.lock'), `${called.child.pid ?? 0} 1`);

    const dry = await command('reap', '--dry-run');
    // Any other command sweeps, too: what is still there afterwards must have been listed.
    for (const { name } of await leftoversOf(run)) expect(dry.stdout).to.contain(`${name} of run ${run}`);
    const reaped = await command('reap');
    expect([dry.status, reaped.status]).to.deep.equal([0, 0]);
    expect(await leftoversOf(run)).to.deep.equal([]);
    await expectNothingOf(had);
  });

  it('takes everything along at SIGINT, and ends with 130', async () => {
    const { called, run } = await inTheMiddle();
    const had = await leftoversOf(run);
    signal(called, 'SIGINT');
    const { status, stderr } = await called.ended;
    expect(status, stderr).to.equal(130);
    expect(await leftoversOf(run)).to.deep.equal([]);
    await expectNothingOf(had);
  });
});

/** Ids of the labs of scenarios that were up, from the histories so far. */
async function labsIn(out: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const file of glob(join(out, 'evidence/*/[a-z][a-z][a-z]-[0-9][0-9]-*/history.ndjson')))
    for (const [, id] of (await readFile(file, 'utf8')).matchAll(/"kind":"lab\.ready","lab":"(\w+)"/g))
      if (id) ids.push(id);
  return ids;
}

/** Processes of this machine whose environment or command line names that. */
async function processesWith(text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const [line, environment] = await Promise.all([read('cmdline'), read('environ')]);
    if (`${line}\0${environment}`.includes(text)) found.push(`${pid} ${line.replaceAll('\0', ' ')}`);
  }
  return found;
}

async function eventually<T>(ms: number, what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${ms} ms`);
    await pause(GLANCE_MS);
  }
}

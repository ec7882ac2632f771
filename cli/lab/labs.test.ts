/** Folders of labs, and what becomes of those of dead ones; the engine is a fake. */
import { mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { fakeEngine, FakeMachine } from '../../topologies/engine/fake.ts';
import { knownLabs, sweepDead, wireTo } from './labs.ts';
import { LabFolders, STARTING_MS, type LabRecord } from './records.ts';
import { serveLab } from './server.ts';
import { FakeLab } from './testing-lab.ts';

describe('labs on disk', () => {
  let root: string;
  let folders: LabFolders;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'heiiki-labs-'));
    folders = new LabFolders(join(root, 'labs'));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function made(name: string, more: Partial<LabRecord> = {}): Promise<LabRecord> {
    const taken = await folders.take(name, 'closed-office');
    const record: LabRecord = {
      schema: 'heiiki/lab/v1',
      name: taken,
      run: `run-of-${taken}`,
      topology: 'closed-office',
      product: null,
      pid: process.pid,
      created: Date.now(),
      evidence: 'nowhere',
      ...more,
    };
    await folders.write(record);
    return record;
  }
  const refused = async (work: Promise<unknown>): Promise<Error & { exitCode?: number }> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof Error) return error;
    throw new Error('not refused');
  };

  it('are called after their topology, or as is wanted, and no two the same', async () => {
    const names = await Promise.all([1, 2, 3].map(() => folders.take(undefined, 'closed-office')));
    expect(names.toSorted()).to.deep.equal(['closed-office', 'closed-office-2', 'closed-office-3']);
    expect(await folders.take('mine', 'closed-office')).to.equal('mine');
    const error = await refused(folders.take('mine', 'closed-office'));
    expect(error.message).to.contain('heiiki lab down mine');
    expect(error.exitCode).to.equal(3);
    for (const bad of ['../x', 'A', '', 'a'.repeat(40)])
      expect((await refused(folders.take(bad, 'closed-office'))).message, bad).to.contain('a name is');
  });
  it('can be looked into by their owner only', async () => {
    await made('mine');
    expect((await stat(folders.folder('mine'))).mode & 0o777).to.equal(0o700);
    expect((await stat(folders.root)).mode & 0o777).to.equal(0o700);
  });
  it('are taken again when whoever took the name was killed before it wrote down what for', async () => {
    await folders.take('half', 'closed-office');
    await refused(folders.take('half', 'closed-office'));
    const long = (Date.now() - STARTING_MS - 1000) / 1000;
    await utimes(folders.folder('half'), long, long);
    expect(await folders.take('half', 'closed-office')).to.equal('half');
  });
  it('are none where there never was one', async () => {
    expect(await knownLabs(folders)).to.deep.equal([]);
    expect((await refused(wireTo('x', folders))).message).to.contain('there is none at all');
  });

  it('are starting, ready or dead', async () => {
    await made('dead');
    await made('late', { pid: null, created: Date.now() - STARTING_MS - 1 });
    await made('new', { pid: null });
    await made('office');
    await mkdir(join(folders.root, 'just-being-made'));
    const lab = new FakeLab();
    lab.state = 'ready';
    const served = await serveLab(folders.socket('office'), lab);
    try {
      const labs = await knownLabs(folders);
      expect(labs.map(({ record, state }) => `${record.name} ${state}`)).to.deep.equal([
        'dead dead',
        'late dead',
        'new starting',
        'office ready',
      ]);
      expect((await refused(wireTo('dead', folders))).message).to.contain('heiiki lab down dead');
      expect((await refused(wireTo('new', folders))).message).to.contain('just starting');
      expect((await refused(wireTo('x', folders))).message).to.contain('there are: dead, late, new, office');
    } finally {
      await served.close();
    }
  });

  it('are removed when they are dead and the engine has nothing of them any more', async () => {
    const machine = new FakeMachine();
    const ours = await made('ours');
    const fresh = await made('fresh');
    for (const { run } of [ours, fresh])
      await fakeEngine({ machine, run }).network({ name: 'closed', kind: 'sealed' });
    // The lease of the one has ended, that of the other not yet.
    machine.die(ours.run);
    const engine = fakeEngine({ machine });
    const swept = await sweepDead([ours, fresh], folders, engine);
    expect(swept.gone.map(({ name }) => name)).to.deep.equal(['ours']);
    expect(await readdir(folders.root)).to.deep.equal(['fresh']);
    machine.die(fresh.run);
    await sweepDead([fresh], folders, engine);
    expect(await readdir(folders.root)).to.deep.equal([]);
    expect(machine.leftovers()).to.deep.equal([]);
  });
});

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { dropDeadLocks, withLock } from './lock.ts';

describe('a lock file', () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'heiiki-lock-'));
    path = join(folder, 'l');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('lets one work at a time and leaves nothing', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise(setImmediate);
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withLock(path, work)));
    expect(most).to.equal(1);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('is let go when the work fails', async () => {
    const error = await withLock(path, () => Promise.reject(new Error('no'))).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).to.include('no');
    expect(await withLock(path, () => Promise.resolve(1))).to.equal(1);
  });

  it('is taken over from a dead holder, also if its number lives on in another process', async () => {
    await writeFile(path, '999999999 1');
    expect(await withLock(path, () => Promise.resolve(1))).to.equal(1);
    await writeFile(path, `${process.pid} 1`);
    expect(await withLock(path, () => Promise.resolve(2))).to.equal(2);
  });

  it('names its holder when it is not let go in time', async () => {
    const error = await withLock(path, () => withLock(path, () => Promise.resolve(), { timeoutMs: 1 })).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).to.include(`process ${process.pid}`);
  });

  it('goes with its dead holder when asked to, and nothing else does', async () => {
    for (const name of ['b-1.lock', 'b-2.lock.7.ab', 'other.lock'])
      await writeFile(join(folder, name), '999999999 1');
    await withLock(join(folder, 'b-3.lock'), async () => {
      await dropDeadLocks(folder, /^b-/);
      expect(await readdir(folder)).to.deep.equal(['b-3.lock', 'other.lock']);
    });
    await rm(join(folder, 'other.lock'));
  });
});

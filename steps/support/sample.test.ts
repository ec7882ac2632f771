import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { FILE_ATTACKS, fileAttack } from '../../mocks/workloads/stimuli.ts';
import { sampleHash } from './sample.ts';

const here = { name: 'here', get: (path: string) => readFile(path) };

describe('sampleHash', () => {
  for (const kind of FILE_ATTACKS)
    it(`is that of the file which ${kind} makes`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'sample-'));
      try {
        const file = join(folder, 'batch');
        const [shell = 'sh', ...args] = fileAttack(kind, 'batch', 'v1', 1).command.argv;
        // The act's own script, on a file of ours: arguments are file, variant and effect.
        await promisify(execFile)(shell, [...args.slice(0, 3), file, 'v1', join(folder, 'effect')]);
        const made = createHash('sha256')
          .update(await readFile(file))
          .digest('hex');
        expect(await sampleHash(here, kind, 'v1')).to.equal(made);
        expect(await sampleHash(here, kind, 'v2')).to.not.equal(made);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  it('says what is missing where there is no program to copy', async () => {
    const empty = { name: 'pc', get: () => Promise.resolve(undefined) };
    const error = await sampleHash(empty, 'T1204.002', 'v1').catch((cause: unknown) => cause);
    expect(String(error)).to.contain('pc has no /bin/cp');
  });
});

import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as tick } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { ongoingAttack } from './programs.ts';

const run = promisify(execFile);
const hashOf = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

/** What the act runs, on files of ours, and it does not sleep: resolves when it has ended. */
async function played(nonce: string, folder: string): Promise<string> {
  const { act, program } = ongoingAttack(nonce);
  const own = { [program.path]: join(folder, nonce), [program.ends]: join(folder, `ends-${nonce}`) };
  const [shell = '', ...args] = act.command.argv.map((arg) => own[arg] ?? arg.replace('100000', '0'));
  await run(shell, args);
  const ends = own[program.ends] ?? '';
  const end = Date.now() + 10_000;
  while (Date.now() < end) {
    if ((await readFile(ends, 'utf8').catch(() => '')) === 'ended\n') return own[program.path] ?? '';
    await tick(20);
  }
  throw new Error(`${ends} does not tell that it has ended`);
}

describe('an attack that goes on', () => {
  it('is made by a file that nobody knows, and that runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heiiki-programs-'));
    try {
      const [one, other] = [await played('0123456789', folder), await played('9876543210', folder)];
      const hashes = await Promise.all(['/bin/sleep', one, other].map(hashOf));
      expect(new Set(hashes).size).to.equal(3);
      // Throws unless it ends with 0.
      for (const file of [one, other]) await run(file, ['0']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { ongoingAttack } from './programs.ts';

const run = promisify(execFile);
const hashOf = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

/** The act's own script on a file of ours; what it would start in the end is not. */
async function installed(nonce: string, file: string): Promise<void> {
  const { act, program } = ongoingAttack(nonce);
  const start = program.commands.at(-1)?.argv ?? [];
  const [shell = '', ...args] = act.command.argv;
  expect(args.slice(-start.length)).to.deep.equal(start);
  const own = args.slice(0, -start.length).map((arg) => (arg === program.path ? file : arg));
  expect(own).to.include(file);
  await run(shell, [...own, 'true']);
}

describe('an attack that goes on', () => {
  it('is made by a file that nobody knows, and that runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heiiki-programs-'));
    try {
      const [one, other] = [join(folder, 'one'), join(folder, 'other')];
      await installed('0123456789', one);
      await installed('9876543210', other);
      const hashes = await Promise.all(['/bin/sleep', one, other].map(hashOf));
      expect(new Set(hashes).size).to.equal(3);
      // Throws unless it ends with 0.
      for (const file of [one, other]) await run(file, ['0']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

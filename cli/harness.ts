/** What a result has to say of the harness that made it. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface HarnessIdentity {
  readonly version: string;
  readonly commit: string;
  readonly dirty: boolean;
}

/** Not the defects, each of which has a digest of its own, nor what only shows results. */
const DECIDING = ['features', 'history', 'mocks', 'products', 'steps', 'topologies', 'package-lock.json'];
const NOT_DECIDING = ['products/defects', 'products/nemesis'];

export async function harnessIdentity(): Promise<HarnessIdentity> {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  try {
    // docs/ is what runs write into; it changes none of them.
    const [commit, changes] = await Promise.all([git('rev-parse', 'HEAD'), changesIn('.', ':!docs')]);
    return { version, commit, dirty: changes !== '' };
  } catch {
    // Unpacked from an archive: there is no commit to name.
    return { version, commit: 'unknown', dirty: true };
  }
}

/**
 * Digest of what can decide a verdict, the same over commits that change nothing of it. Undefined where that is
 * not what was committed, or nothing was.
 */
export async function codeDigest(): Promise<string | undefined> {
  const paths = [...DECIDING, ...NOT_DECIDING.map((path) => `:!${path}`)];
  try {
    const [changes, files] = await Promise.all([
      changesIn(...paths),
      git('ls-files', '--stage', '--', ...paths),
    ]);
    return changes === '' ? createHash('sha256').update(files).digest('hex').slice(0, 16) : undefined;
  } catch {
    return undefined;
  }
}

async function git(...words: string[]): Promise<string> {
  const { stdout } = await run('git', words, { maxBuffer: 16 * 1024 * 1024 });
  return stdout.trim();
}
const changesIn = (...paths: string[]): Promise<string> =>
  git('status', '--porcelain', '--untracked-files=no', '--', ...paths);

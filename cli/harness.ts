/** What a result has to say of the harness that made it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface HarnessIdentity {
  readonly version: string;
  readonly commit: string;
  readonly dirty: boolean;
}

export async function harnessIdentity(): Promise<HarnessIdentity> {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  try {
    const [{ stdout: commit }, { stdout: changes }] = await Promise.all([
      run('git', ['rev-parse', 'HEAD']),
      run('git', ['status', '--porcelain', '--untracked-files=no']),
    ]);
    return { version, commit: commit.trim(), dirty: changes.trim() !== '' };
  } catch {
    // Unpacked from an archive: there is no commit to name.
    return { version, commit: 'unknown', dirty: true };
  }
}

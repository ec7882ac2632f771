/** Folders for tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A new, empty folder, which is gone when this process ends. */
export function scratch(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `heiiki-${name}-`));
  if (made.push(folder) === 1)
    process.once('exit', () => made.forEach((path) => rmSync(path, { recursive: true, force: true })));
  return folder;
}

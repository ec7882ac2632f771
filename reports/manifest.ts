/** SHA-256 of every file of an evidence folder, so that somebody else can check that nothing was changed. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface Manifest {
  readonly schema: 'heiiki/manifest/v1';
  /** path inside the folder, with `/` → digest in hex and size; the manifest itself is not in it */
  readonly files: Readonly<Record<string, { sha256: string; bytes: number }>>;
}
export const MANIFEST = 'manifest.json';

/** Digests whatever regular files are in the folder now. Symbolic links are not followed. */
export async function manifestOf(folder: string): Promise<Manifest> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path !== join(folder, MANIFEST))
    .sort();
  const files: Record<string, { sha256: string; bytes: number }> = {};
  for (const path of paths) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    files[relative(folder, path).split(sep).join('/')] = {
      sha256: hash.digest('hex'),
      bytes: (await stat(path)).size,
    };
  }
  return { schema: 'heiiki/manifest/v1', files };
}

export async function writeManifest(folder: string): Promise<void> {
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(await manifestOf(folder), null, 2)}\n`);
}

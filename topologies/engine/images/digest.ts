/** An image's identity is its content: the text of the recipe, its parents, and every file of its context. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ContextFile, ImageRecipe, ImageRef } from '../engine.ts';

export const FILE_MODE = 0o644;

export function isRef(image: ImageRecipe | ImageRef): image is ImageRef {
  return 'tag' in image;
}
export function tagOf(name: string, digest: string): string {
  return `heiiki/${name}:${digest}`;
}

export async function digestOf(image: ImageRecipe | ImageRef): Promise<string> {
  if (isRef(image)) return image.digest;
  const hash = createHash('sha256');
  put(hash, 'heiiki image 1', image.dockerfile, image.parent ? await digestOf(image.parent) : '');
  for (const [name, stage] of sorted(image.stages)) put(hash, 'stage', name, await digestOf(stage));
  for (const [path, file] of sorted(image.files))
    put(hash, 'file', path, String(file.mode ?? FILE_MODE), await contentDigest(file.content));
  return hash.digest('hex');
}

/** Each part with its length, so that two different lists never hash alike. */
function put(hash: Hash, ...parts: readonly string[]): void {
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
}
function sorted<T>(map: ReadonlyMap<string, T> | undefined): readonly (readonly [string, T])[] {
  return [...(map ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Large files (a node binary) are read once per process and state of the file. */
const known = new Map<string, Promise<string>>();
async function contentDigest(content: ContextFile['content']): Promise<string> {
  if (Buffer.isBuffer(content)) return createHash('sha256').update(content).digest('hex');
  const { size, mtimeMs, ino } = await stat(content.disk);
  const key = `${content.disk}\0${size}\0${mtimeMs}\0${ino}`;
  const digest = known.get(key) ?? diskDigest(content.disk);
  known.set(key, digest);
  return digest;
}
async function diskDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

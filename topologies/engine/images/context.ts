/** A build context as a tar stream; files on disk are streamed into it. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import type { ContextFile, ImageRecipe } from '../engine.ts';
import { FILE_MODE } from './digest.ts';

export interface Bases {
  readonly parent?: string | undefined;
  readonly stages: readonly (readonly [name: string, tag: string])[];
}

/** The Dockerfile as the engine gets it: `FROM` lines of the stages and the parent come from here. */
export function dockerfileOf(recipe: ImageRecipe, bases: Bases): string {
  const lines = bases.stages.map(([name, tag]) => `FROM ${tag} AS ${name}`);
  if (bases.parent !== undefined && !hasOwnFrom(recipe)) lines.push(`FROM ${bases.parent}`);
  return [...lines, recipe.dockerfile, ''].join('\n');
}

/** A payload's own Dockerfile begins with `ARG BASE` and says `FROM ${BASE}` where it wants the parent. */
export function hasOwnFrom(recipe: ImageRecipe): boolean {
  return /^\s*FROM\s/im.test(recipe.dockerfile);
}

export function contextOf(dockerfile: string, files: ImageRecipe['files']): Readable {
  const pack = tar.pack();
  fill(pack, dockerfile, files).catch((error: unknown) => pack.destroy(error as Error));
  // tar-stream's own stream classes come from streamx: the same behaviour, other types
  return pack as unknown as Readable;
}

// A fixed time of change: the engine's layer cache compares contents, not when we wrote them.
const mtime = new Date(0);

async function fill(pack: tar.Pack, dockerfile: string, files: ImageRecipe['files']): Promise<void> {
  pack.entry({ name: 'Dockerfile', mtime }, dockerfile);
  for (const [name, file] of files ?? []) await add(pack, name, file);
  pack.finalize();
}

async function add(pack: tar.Pack, name: string, { content, mode = FILE_MODE }: ContextFile): Promise<void> {
  if (Buffer.isBuffer(content)) {
    pack.entry({ name, mode, mtime }, content);
    return;
  }
  const { size } = await stat(content.disk);
  await pipeline(createReadStream(content.disk), pack.entry({ name, mode, size, mtime }));
}

/** Builds what is not there yet: parents first, each content once in this process and once on this machine. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { ImageRecipe, ImageRef } from '../engine.ts';
import { statusOf } from '../errors.ts';
import { dropDeadLocks, withLock } from '../lock.ts';
import { makeBase } from './base.ts';
import { buildOne, type Builder } from './build-one.ts';
import type { Bases } from './context.ts';
import { digestOf, isRef, tagOf } from './digest.ts';
import { baseImage } from './recipes.ts';

const LOCK = 'heiiki-build-';
/** the lock itself, and what is written beside it before it is linked into place */
const LOCKS = new RegExp(`^${LOCK}[0-9a-f]+\\.lock(\\.|$)`);

/** What programs that were killed while they built have left on this machine. */
export const forgetDeadBuilds = (): Promise<void> => dropDeadLocks(tmpdir(), LOCKS);

const underWay = new Map<string, Promise<ImageRef>>();

export async function buildImage(builder: Builder, recipe: ImageRecipe): Promise<ImageRef> {
  const digest = await digestOf(recipe);
  const key = `${builder.info.address} ${recipe.name} ${digest}`;
  const running = underWay.get(key);
  if (running) return running;
  const building = ensure(builder, recipe, { tag: tagOf(recipe.name, digest), digest });
  underWay.set(key, building);
  try {
    return await building;
  } finally {
    underWay.delete(key);
  }
}

async function ensure(builder: Builder, recipe: ImageRecipe, ref: ImageRef): Promise<ImageRef> {
  if (await exists(builder.docker, ref.tag)) return ref;
  const lock = join(tmpdir(), `${LOCK}${ref.digest.slice(0, 32)}.lock`);
  const parts = await basesOf(builder, recipe);
  await withLock(lock, async () => {
    if (await exists(builder.docker, ref.tag)) return;
    const begun = performance.now();
    builder.say(`building image ${recipe.name}`);
    if (recipe === baseImage) await makeBase(builder, ref);
    else await buildOne(builder, recipe, ref, parts);
    builder.say(`built image ${recipe.name} in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  });
  return ref;
}

async function basesOf(builder: Builder, recipe: ImageRecipe): Promise<Bases> {
  const tagFor = async (image: ImageRecipe | ImageRef) =>
    isRef(image) ? image.tag : (await buildImage(builder, image)).tag;
  const stages: [string, string][] = [];
  for (const [name, stage] of recipe.stages ?? []) stages.push([name, await tagFor(stage)]);
  return { stages, parent: recipe.parent && (await tagFor(recipe.parent)) };
}

export async function exists(docker: Docker, tag: string): Promise<boolean> {
  try {
    await docker.getImage(tag).inspect();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

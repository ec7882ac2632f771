/** One image from one Dockerfile, by the engine's build call; its parents are there. */
import type Docker from 'dockerode';
import type { EngineInfo, ImageRecipe, ImageRef } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { OURS } from '../names.ts';
import { contextOf, dockerfileOf, hasOwnFrom, type Bases } from './context.ts';
import { followBuild } from './follow.ts';

export interface Builder {
  readonly docker: Docker;
  readonly info: EngineInfo;
  readonly say: (line: string) => void;
}

export async function buildOne(
  builder: Builder,
  recipe: ImageRecipe,
  ref: ImageRef,
  bases: Bases,
): Promise<void> {
  const context = contextOf(dockerfileOf(recipe, bases), recipe.files);
  try {
    const answer = await builder.docker.buildImage(context, {
      t: ref.tag,
      rm: true,
      forcerm: true,
      buildargs: {
        ...proxiesOf(process.env),
        ...(bases.parent !== undefined && hasOwnFrom(recipe) ? { BASE: bases.parent } : {}),
      },
      labels: { [OURS]: '1', 'heiiki.image': recipe.name },
    });
    await followBuild(answer, (line) => builder.say(`${recipe.name}: ${line}`));
  } catch (error) {
    throw new EngineError({
      code: 'image-build',
      what: `building image ${recipe.name}`,
      cause: error,
      remedy:
        'the lines above say which instruction failed; packages need the distribution’s mirror to be reachable',
    });
  }
}

/** A proxy on the machine itself, which is another place for who builds. */
const LOOPBACK = /^(?:\w+:\/\/)?(?:[^@/]*@)?(?:localhost|127\.|\[::1\])/i;

/** Where the mirror is reached through a company's proxy only. Engines know these arguments; no image keeps them. */
export function proxiesOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value && !LOOPBACK.test(value) ? [[name, value] as const] : [];
    }),
  );
}

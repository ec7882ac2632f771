/** The real engine behind the door: Docker or anything that speaks its interface. */
import { connect, findEngine, type Client } from './client.ts';
import type { Engine, ImageRecipe, ImageRef, Leftover } from './engine.ts';
import { EngineError } from './errors.ts';
import { buildImage, forgetDeadBuilds } from './images/build.ts';
import { baseImage, toolsImage } from './images/recipes.ts';
import { takeLease, type Lease } from './lease.ts';
import { listLeftovers, remove, removeRun } from './leftovers.ts';
import { newRun } from './names.ts';
import { createNetwork } from './networks.ts';
import { disposeOnSignal, watchSignals } from './signals.ts';
import { Switch } from './switch.ts';

export interface OpenOptions {
  /** id of the run; without it a new one */
  readonly run?: string;
  readonly onProgress?: (line: string) => void;
  /** may a private engine be started where none answers? default: yes (unless HEIIKI_PROVISION=never) */
  readonly provision?: boolean;
  /** remove now what dead runs left? default: yes */
  readonly sweep?: boolean;
}

/**
 * Finds an engine (or starts one), removes what dead runs left on it and gives this run's hold on it. The lease is taken
 * at the first network or container, so looking at leftovers needs no image.
 * @throws UsageError where no engine answers and none may be started
 */
export async function openEngine(options: OpenOptions = {}): Promise<Engine> {
  watchSignals();
  const say = options.onProgress ?? (() => undefined);
  const client = await connect(await findEngine(say, options.provision ?? true));
  const run = options.run ?? newRun();
  const engine = engineOf(client, run, say);
  const swept = options.sweep === false ? [] : await engine.sweep({ own: false, dryRun: false });
  if (swept.length > 0) say(`removed ${swept.length} things that ended runs had left`);
  return engine;
}

function engineOf({ docker, info }: Client, run: string, say: (line: string) => void): Engine {
  let lease: Promise<Lease> | undefined;
  let board: Promise<Switch> | undefined;
  let ending = false;
  const image = (recipe: ImageRecipe, onProgress = say): Promise<ImageRef> =>
    buildImage({ docker, info, say: onProgress }, recipe);
  const held = async () => {
    if (ending) throw lost(run, 'it is being taken down');
    lease ??= image(baseImage).then((base) => takeLease(docker, run, base));
    const why = (await lease).lost();
    if (why) throw lost(run, why);
  };
  const sweep = async ({ own, dryRun }: { own: boolean; dryRun: boolean }): Promise<readonly Leftover[]> => {
    const found = (await listLeftovers(docker)).filter((one) => (one.run === run ? own : !one.alive));
    if (!dryRun) await Promise.all([remove(docker, found), forgetDeadBuilds()]);
    return found;
  };
  const dispose = async () => {
    ending = true;
    forget();
    await removeRun(docker, run);
    await (await board?.catch(() => undefined))?.[Symbol.asyncDispose]();
    await (await lease?.catch(() => undefined))?.[Symbol.asyncDispose]();
  };
  const forget = disposeOnSignal(dispose);
  return {
    info,
    run,
    image,
    network: async (spec) => {
      await held();
      if (spec.kind === 'open') return createNetwork(docker, run, spec);
      board ??= image(toolsImage).then((tools) => Switch.start(docker, run, tools));
      return (await board).network(spec);
    },
    container: async (spec) => {
      await held();
      const { startContainer } = await import('./containers.ts');
      return startContainer(docker, run, spec, await board);
    },
    leftovers: () => listLeftovers(docker),
    sweep,
    [Symbol.asyncDispose]: dispose,
  };
}

function lost(run: string, why: string): EngineError {
  return new EngineError({
    code: 'lease-lost',
    what: `holding run ${run}`,
    cause: new Error(why),
    remedy:
      'the run was interrupted, the engine restarted or the lease container removed; start the run again',
  });
}

/** `heiiki nemesis`: random sequences of faults, moves and acts, and the shortest one that breaks an invariant. */
import { join } from 'node:path';
import { loadAll, type LoadedProduct } from '../../products/load.ts';
import type { RunContext } from '../../steps/support/context.ts';
import { playInLab } from '../../steps/support/nemesis/session.ts';
import type { Step } from '../../steps/support/nemesis/verbs.ts';
import { openRunId } from '../../steps/support/run-id.ts';
import { closeRun, openRun } from '../../steps/support/runs.ts';
import { seedOf } from '../../steps/support/scenario.ts';
import type { Lane } from '../../steps/support/timing.ts';
import { harnessIdentity } from '../harness.ts';
import { emptyFolder, WrongUsage } from '../options.ts';
import { Reporter } from '../progress.ts';
import { Interrupted } from '../run.ts';
import { hunt, type Hunt, type Play, type Player } from './hunt.ts';
import { outcomeOf } from './outcome.ts';
import { wordOf, writePlays, type Hunted } from './record.ts';
import { linesOf, statusOf } from './report.ts';
import { draw, sequenceAt } from './sequences.ts';

export interface NemesisCommand {
  readonly products: readonly string[];
  readonly plays: number;
  /** of one sequence at most */
  readonly steps: number;
  readonly seed: number;
  /** one sequence alone */
  readonly path?: string;
  readonly parallel: number;
  readonly out?: string;
  readonly lane: Lane;
  readonly argv: readonly string[];
}

/** What shortening one sequence may cost: each replay is a lab. */
const REPLAYS = 24;

/** Everything that can be wrong with the input is found before this opens an engine. */
export async function nemesis(command: NemesisCommand, signal: AbortSignal): Promise<number> {
  const products = await loadAll(command.products);
  const sequences =
    command.path === undefined ? draw(command, command.plays) : [named(command, command.path)];
  const id = openRunId();
  const out = command.out ?? join('reports', 'out', id);
  await emptyFolder(out);
  const started = new Date().toISOString();
  const reporter = new Reporter();
  const { seed, steps, lane } = command;
  const context = await openRun({ id, out, seed, lane, onProgress: (line) => reporter.line(line) });
  const hunted: Hunted[] = [];
  try {
    for (const product of products) await context.prepare(product);
    for (const product of products) {
      // What breaks here is said by every play that asks for the control.
      await context.openControl(product).catch(() => undefined);
      const player = playerOf(context, product, seed);
      const found = await hunt(player, {
        ...command,
        sequences,
        // What is named is a reproducer already.
        replays: command.path === undefined ? REPLAYS : 0,
        progress: reporter,
        onPlay: (play) => say(reporter, product.product.id, play),
        signal,
      });
      hunted.push({ product: product.product.id, digest: product.digest, ...withPath(found, command.path) });
      if (signal.aborted) throw new Interrupted(out);
    }
    const argv = [...command.argv];
    const run = { id, started, finished: new Date().toISOString(), seed, steps, lane, argv };
    await writePlays(out, { ...run, harness: await harnessIdentity() }, hunted);
  } finally {
    reporter.finish();
    await closeRun(id);
  }
  for (const [index, one] of hunted.entries()) {
    const product = command.products[index] ?? one.product;
    for (const line of linesOf({ product, seed, steps }, one)) process.stdout.write(`${line}\n`);
  }
  process.stdout.write(`Plays: ${join(out, 'plays.json')}\n`);
  return statusOf(hunted);
}

function named(command: NemesisCommand, path: string): readonly Step[] {
  const found = sequenceAt(command, path);
  if (found) return found;
  throw new WrongUsage(
    `--path ${path}: leads to no sequence of --seed ${command.seed} --steps ${command.steps}. Give all three as they were printed.`,
  );
}
const withPath = (found: Hunt, path: string | undefined): Hunt =>
  path === undefined ? found : { ...found, reproducers: found.reproducers.map((one) => ({ ...one, path })) };

/** The same sequence is played with the same attacks, whatever it is called. */
const playerOf =
  (context: RunContext, product: LoadedProduct, seed: number): Player =>
  async (name, steps) => {
    const own = seedOf(seed, product.product.id, JSON.stringify(steps));
    const { judgement, evidence } = await playInLab(context, product, { steps, name, seed: own });
    return { outcome: outcomeOf(judgement), evidence };
  };

function say(reporter: Reporter, product: string, { name, outcome }: Play): void {
  if (outcome.kind !== 'held') reporter.line(`${product}: ${name}: ${wordOf(outcome)}: ${outcome.reason}`);
}

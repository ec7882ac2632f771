/**
 * `heiiki selftest`: the harness is tested with deliberately broken products. A defect is killed when exactly
 * the requirements that it names fail at the root, by something that was looked at and not seen; anything else that
 * fails must fail because of them.
 */
import { join } from 'node:path';
import { listProducts, loadAll, type LoadedProduct } from '../products/load.ts';
import { rollUp } from '../reports/cells.ts';
import type { Results } from '../reports/results.ts';
import { openRunId } from '../steps/support/run-id.ts';
import { seeded } from '../steps/support/random.ts';
import type { Lane } from '../steps/support/timing.ts';
import { isObserved, judgeDefect, shotsOf, type DefectVerdict } from './defect.ts';
import { Matrix } from './matrix.ts';
import { chosen, emptyFolder, inShard, WrongUsage, type Shard } from './options.ts';
import type { ScenarioOutcome } from './outcome.ts';
import type { Selection } from './plan.ts';
import { playSelections } from './run.ts';
import { Scenarios, type Scenario } from './scenarios.ts';

export interface SelftestCommand {
  readonly defects?: readonly string[];
  readonly requirements?: readonly string[];
  /** of the defects only this part */
  readonly shard?: Shard;
  readonly all: boolean;
  /** without `all`: what was played goes into the kept matrix, too */
  readonly keep: boolean;
  readonly parallel: number;
  readonly seed: number;
  readonly out?: string;
  readonly lane: Lane;
  readonly argv: readonly string[];
}

/** When not `--all`, one in so many defects is also played in a scenario that it must not touch. */
const SAMPLED = 3;
/** Defects that `--all` plays together: the more, the less is idle; the fewer, the less is lost when it is stopped. */
const STRIDE = 4;

export async function selftest(command: SelftestCommand, signal: AbortSignal): Promise<number> {
  const scenarios = await Scenarios.load();
  const listed = await scenarios.list();
  const wanted = chosen(listed, command.requirements);
  const requirements = idsOf(wanted);
  const known = await loadDefects(command.defects);
  const names = ({ defect }: LoadedProduct): boolean =>
    defect?.fails.some((id) => requirements.has(id)) ?? false;
  // In the matrix also what a defect must leave alone is looked at, whatever it names.
  const asked = command.all || command.defects ? known : known.filter(names);
  const uncovered = command.defects ? [] : [...requirements].filter((id) => !asked.some(fails(id)));
  const defects = inShard(asked, command.shard);
  const id = openRunId();
  const out = command.out ?? join('reports', 'out', id);
  await emptyFolder(out);

  const play = (
    selections: readonly Selection[],
    step?: number,
  ): Promise<{ results: Results; outcomes: readonly ScenarioOutcome[] }> => {
    const to = step === undefined ? { id, out } : { id: `${id}-${step}`, out: join(out, String(step)) };
    const bad = new Map(selections.map(({ product }) => [product.product.id, product]));
    // A defect is meant to be late in what it names.
    const doubts = ({ product, requirement }: ScenarioOutcome): boolean =>
      bad.get(product)?.defect?.fails.includes(requirement) !== true;
    return playSelections({ ...command, ...to, scenarios, selections, signal, doubts });
  };
  if (!command.all) {
    const selections = defects.map((product) => ({
      product,
      scenarios: sample(product, wanted, command.seed),
      // One scenario kills; the matrix shows what the others see.
      enough: (requirement: string, played: readonly ScenarioOutcome[]) =>
        fails(requirement)(product) && played.some(({ result }) => isObserved(result)),
    }));
    const matrix = command.keep ? await Matrix.open(command.seed) : undefined;
    let { outcomes } = await play(selections);
    for (let round = 1; ; round++) {
      // Each round plays what was not played before: there is an end.
      const beneath = defects.flatMap((product) => {
        const roots = unplayedRoots(product, outcomes);
        const own = listed.filter(({ requirement }) => roots.has(requirement));
        return own.length === 0 ? [] : [{ product, scenarios: own, enough: hasFailed }];
      });
      if (beneath.length === 0) break;
      outcomes = [...outcomes, ...(await play(beneath, round)).outcomes];
    }
    const { cells } = rollUp(outcomes);
    for (const product of defects) await matrix?.addIfMore(product, shotsOf(product, cells));
    await matrix?.write(await loadDefects(undefined), [...idsOf(listed)]);
    return report(
      defects.map((product) => judgeDefect(product, shotsOf(product, cells), requirements)),
      uncovered,
    );
  }

  const matrix = await Matrix.open(command.seed);
  const open = defects.filter((defect) => !matrix.has(defect, requirements));
  process.stdout.write(
    `${defects.length - open.length} of ${defects.length} defects have been played already\n`,
  );
  for (let first = 0; first < open.length; first += STRIDE) {
    const group = open.slice(first, first + STRIDE);
    const { results } = await play(
      group.map((product) => ({ product, scenarios: wanted })),
      first / STRIDE + 1,
    );
    for (const product of group) await matrix.add(product, shotsOf(product, results.cells));
    await matrix.write(await loadDefects(undefined), [...idsOf(listed)]);
  }
  return report(
    defects.map((product) => judgeDefect(product, matrix.shots(product), requirements)),
    uncovered,
  );
}

const idsOf = (scenarios: readonly Scenario[]): ReadonlySet<string> =>
  new Set(scenarios.map(({ requirement }) => requirement));
const fails =
  (id: string) =>
  ({ defect }: LoadedProduct): boolean =>
    defect?.fails.includes(id) ?? false;

async function loadDefects(ids: readonly string[] | undefined): Promise<readonly LoadedProduct[]> {
  const known = (await listProducts())
    .filter((product) => product.kind === 'defect')
    .map((product) => product.id);
  const strange = (ids ?? []).filter((id) => !known.includes(id));
  if (strange.length > 0)
    throw new WrongUsage(`--defects: there is no ${strange.join(', no ')}. Defects: ${known.join(', ')}.`);
  return loadAll(ids ?? known);
}

/** Its own requirements, and, of some defects, one scenario that they must leave alone. */
function sample(
  { product, defect }: LoadedProduct,
  scenarios: readonly Scenario[],
  seed: number,
): Scenario[] {
  const own = scenarios.filter(({ requirement }) => defect?.fails.includes(requirement));
  const others = scenarios.filter((scenario) => !own.includes(scenario));
  const random = seeded(seed, `sample ${product.id}`);
  const picked = random.integer(1, SAMPLED) === 1 ? random.shuffle(others).slice(0, 1) : [];
  return scenarios.filter((scenario) => own.includes(scenario) || picked.includes(scenario));
}

const hasFailed = (_requirement: string, played: readonly ScenarioOutcome[]): boolean =>
  played.some(({ result }) => result.verdict === 'fail');

/** What the failures of a sample are said to rest on, and nobody has played: whether the product fails that decides. */
export function unplayedRoots(
  { product, defect }: Pick<LoadedProduct, 'product' | 'defect'>,
  outcomes: readonly Pick<ScenarioOutcome, 'product' | 'requirement' | 'result'>[],
): ReadonlySet<string> {
  const own = outcomes.filter((outcome) => outcome.product === product.id);
  const roots = own
    .filter(({ requirement, result }) => result.verdict === 'fail' && !defect?.fails.includes(requirement))
    .flatMap(({ result }) => result.because ?? result.perhaps ?? []);
  return new Set(roots).difference(new Set(own.map(({ requirement }) => requirement)));
}

function report(verdicts: readonly DefectVerdict[], uncovered: readonly string[]): number {
  for (const { id, killed, problems, reasons } of verdicts) {
    process.stdout.write(`${killed ? 'killed  ' : 'NOT KILLED'}  ${id}\n`);
    for (const reason of reasons) process.stdout.write(`            by ${reason}\n`);
    for (const problem of problems) process.stdout.write(`            ${problem}\n`);
  }
  for (const id of uncovered) process.stdout.write(`NO DEFECT fails ${id}: it is not being tested\n`);
  const survived = verdicts.filter(({ killed }) => !killed).length;
  process.stdout.write(
    `${verdicts.length - survived} of ${verdicts.length} defects killed by exactly what they name\n`,
  );
  return survived + uncovered.length === 0 ? 0 : 1;
}

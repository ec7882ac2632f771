/**
 * `heiiki selftest`: the harness is tested with deliberately broken products. A defect is killed when exactly
 * the requirements that it names fail at the root, by something that was looked at and not seen; anything else that
 * fails must fail because of them.
 */
import { join } from 'node:path';
import { listProducts, loadAll, type LoadedProduct } from '../products/load.ts';
import type { Cell, Results, ScenarioResult } from '../reports/results.ts';
import { openRunId } from '../steps/support/run-id.ts';
import { seeded } from '../steps/support/random.ts';
import type { Lane } from '../steps/support/timing.ts';
import { Matrix } from './matrix.ts';
import { chosen, emptyFolder, WrongUsage } from './options.ts';
import type { Selection } from './plan.ts';
import { playSelections } from './run.ts';
import { Scenarios, type Scenario } from './scenarios.ts';

export interface SelftestCommand {
  readonly defects?: readonly string[];
  readonly requirements?: readonly string[];
  readonly all: boolean;
  readonly parallel: number;
  readonly seed: number;
  readonly out?: string;
  readonly lane: Lane;
  readonly argv: readonly string[];
}

/** How many requirements that a defect must not touch are played beside its own, when not `--all`. */
const SAMPLE = 2;

export async function selftest(command: SelftestCommand, signal: AbortSignal): Promise<number> {
  const defects = await loadDefects(command.defects);
  const scenarios = await Scenarios.load();
  const wanted = chosen(await scenarios.list(), command.requirements);
  const uncovered = [...new Set(wanted.map((scenario) => scenario.requirement))].filter(
    (id) => !command.defects && !defects.some(({ defect }) => defect?.fails.includes(id)),
  );
  const id = openRunId();
  const out = command.out ?? join('reports', 'out', id);
  await emptyFolder(out);

  const verdicts: DefectVerdict[] = [];
  const matrix = command.all ? await Matrix.open(command.seed) : undefined;
  const open = matrix ? defects.filter((defect) => !matrix.has(defect)) : defects;
  const groups = matrix ? open.map((defect) => [defect]) : [open];
  for (const [index, group] of groups.entries()) {
    if (group.length === 0) continue;
    const selections = group.map((product): Selection => ({
      product,
      scenarios: command.all ? wanted : sample(product, wanted, command.seed),
    }));
    const folder = matrix ? join(out, group[0]?.product.id ?? '') : out;
    const { results } = await playSelections({
      ...command,
      id: matrix ? `${id}-${index}` : id,
      out: folder,
      scenarios,
      selections,
      signal,
    });
    for (const product of group) {
      verdicts.push(judgeDefect(product, results));
      await matrix?.add(product, results);
    }
  }
  if (matrix)
    verdicts.splice(0, Infinity, ...defects.map((product) => judgeDefect(product, matrix.results(product))));
  await matrix?.write(defects);
  return report(verdicts, uncovered);
}

async function loadDefects(ids: readonly string[] | undefined): Promise<readonly LoadedProduct[]> {
  const known = (await listProducts())
    .filter((product) => product.kind === 'defect')
    .map((product) => product.id);
  const strange = (ids ?? []).filter((id) => !known.includes(id));
  if (strange.length > 0)
    throw new WrongUsage(`--defects: there is no ${strange.join(', no ')}. Defects: ${known.join(', ')}.`);
  return loadAll(ids ?? known);
}

/** Its own requirements, and a few others that it must leave alone. */
function sample(
  { product, defect }: LoadedProduct,
  scenarios: readonly Scenario[],
  seed: number,
): Scenario[] {
  const own = new Set(defect?.fails);
  const others = [...new Set(scenarios.map((scenario) => scenario.requirement))].filter((id) => !own.has(id));
  const picked = new Set([...own, ...seeded(seed, `sample ${product.id}`).shuffle(others).slice(0, SAMPLE)]);
  return scenarios.filter((scenario) => picked.has(scenario.requirement));
}

export interface DefectVerdict {
  readonly id: string;
  readonly killed: boolean;
  readonly problems: readonly string[];
  /** what killed it, for people to judge whether it was the flaw: `DET-03: 2 of 50 acts …` */
  readonly reasons: readonly string[];
}

/** Pure: what the cells say of one defect. */
export function judgeDefect(
  { product, defect }: LoadedProduct,
  results: Pick<Results, 'cells'>,
): DefectVerdict {
  const roots = new Set(defect?.fails);
  const cells = results.cells.filter((cell) => cell.product === product.id);
  const problems = [
    ...[...roots]
      .filter((root) => !cells.some((cell) => cell.requirement === root))
      .map((root) => `${root} was not played`),
    ...cells.flatMap((cell) => problemOf(cell, roots)),
  ];
  const reasons = cells.flatMap((cell) => {
    const killer = roots.has(cell.requirement) && !cell.because ? observedFailure(cell) : undefined;
    return killer ? [`${cell.requirement}: ${killer.reason}`] : [];
  });
  return { id: product.id, killed: problems.length === 0, problems, reasons };
}

/** What is wrong with one cell of a defect that names `roots`; empty if it is as it should be. */
export function problemOf(cell: Cell, roots: ReadonlySet<string>): string[] {
  const said = `${cell.requirement} is ${cell.verdict}${cell.because ? ` because of ${cell.because}` : ''}: ${cell.reason}`;
  if (cell.verdict === 'inconclusive') return [said];
  const fails = cell.verdict === 'fail';
  if (roots.has(cell.requirement)) {
    if (!fails || cell.because) return [`survived: ${said}`];
    return observedFailure(cell) ? [] : [`survived, as no Then was seen not to hold: ${said}`];
  }
  if (!fails) return [];
  return cell.because && roots.has(cell.because) ? [] : [`not named by the defect: ${said}`];
}

/**
 * A scenario in which a Then did not hold. One with `because` did not get there, as a Given did not hold; one that
 * failed as `declared` was not played at all: neither shows that the harness would see the flaw.
 */
const observedFailure = ({ scenarios }: Cell): ScenarioResult | undefined =>
  scenarios.find(
    ({ verdict, because, reason }) =>
      verdict === 'fail' && because === undefined && !reason.startsWith('declared:'),
  );

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

/** `heiiki run`: products through the catalogue, reports at the end. */
import { join } from 'node:path';
import { loadAll, type LoadedProduct } from '../products/load.ts';
import { loadCatalogue } from '../reports/catalogue.ts';
import { exitStatus, rollUp } from '../reports/cells.ts';
import type { Results } from '../reports/results.ts';
import { summaryLines } from '../reports/summary.ts';
import { pointLatest, writeReports } from '../reports/write.ts';
import type { RunContext } from '../steps/support/context.ts';
import { openRunId } from '../steps/support/run-id.ts';
import { closeRun, openRun } from '../steps/support/runs.ts';
import type { Lane } from '../steps/support/timing.ts';
import { again, doubtful, type Look } from './again.ts';
import { harnessIdentity } from './harness.ts';
import { chosen, emptyFolder, fewKinds } from './options.ts';
import type { ScenarioOutcome } from './outcome.ts';
import { plan, type Selection } from './plan.ts';
import { warnings } from './product.ts';
import { Reporter } from './progress.ts';
import { runAll, type Job } from './scheduler.ts';
import { Scenarios } from './scenarios.ts';

export interface RunCommand {
  readonly products: readonly string[];
  readonly requirements?: readonly string[];
  readonly kinds?: number;
  readonly parallel: number;
  readonly seed: number;
  readonly out?: string;
  readonly lane: Lane;
  readonly argv: readonly string[];
}

/** Everything that can be wrong with the input is found before this opens an engine. */
export async function run(command: RunCommand, signal: AbortSignal): Promise<number> {
  const products = await loadAll(command.products);
  const scenarios = await Scenarios.load();
  const asked = chosen(await scenarios.list(), command.requirements);
  const wanted = fewKinds(asked, command.kinds, command.seed);
  const id = openRunId();
  const out = command.out ?? join('reports', 'out', id);
  await emptyFolder(out);
  for (const line of products.flatMap((product) => warnings(product, command.lane)))
    process.stderr.write(
      `heiiki: ${line}: the installer of a test sets shorter intervals, or --lane evaluation\n`,
    );
  const { results } = await playSelections({
    ...command,
    id,
    out,
    scenarios,
    selections: products.map((product) => ({ product, scenarios: wanted })),
    signal,
  });
  for (const line of summaryLines(results)) process.stdout.write(`${line}\n`);
  process.stdout.write(`Report: ${join(out, 'report.html')}\n`);
  return exitStatus(results);
}

export interface Selections {
  readonly id: string;
  readonly out: string;
  readonly parallel: number;
  readonly seed: number;
  readonly lane: Lane;
  readonly argv: readonly string[];
  readonly scenarios: Scenarios;
  readonly selections: readonly Selection[];
  readonly signal: AbortSignal;
  /** Is this outcome one that may be looked at again if it is in doubt? Without it every one is. */
  readonly doubts?: (outcome: ScenarioOutcome) => boolean;
}

export async function playSelections(
  command: Selections,
): Promise<{ results: Results; outcomes: readonly ScenarioOutcome[] }> {
  const started = new Date();
  const reporter = new Reporter();
  const onProgress = (line: string): void => reporter.line(line);
  const { id, out, seed, lane } = command;
  const context = await openRun({ id, out, seed, lane, onProgress });
  try {
    for (const { product } of command.selections) await context.prepare(product);
    const jobs = plan(context, command.scenarios, command.selections);
    reporter.begin(jobs.length);
    const played = await runAll(jobs, command.parallel, reporter, command.signal);
    reporter.finish();
    const outcomes = await secondLook(command, jobs, played, reporter);
    if (command.signal.aborted) throw new Interrupted(out);
    const products = command.selections.map(({ product }) => product);
    const results = await assemble(context, products, outcomes, started, command.argv);
    await writeReports(results, out);
    await pointLatest(join('reports', 'out'), out);
    return { results, outcomes };
  } finally {
    reporter.finish();
    await closeRun(id);
  }
}

/** Outcomes in the order of the jobs; those in doubt from a second play, one at a time. */
async function secondLook(
  { out, parallel, signal, doubts = () => true }: Selections,
  jobs: readonly Job<ScenarioOutcome | undefined>[],
  played: readonly (ScenarioOutcome | undefined)[],
  reporter: Reporter,
): Promise<readonly ScenarioOutcome[]> {
  let looks = jobs.flatMap((job, index): Look[] => {
    const outcome = played[index];
    return outcome === undefined ? [] : [{ name: job.name, outcome, play: () => job.run() }];
  });
  // What passes now may be what something else rested on, and so on; nothing is played a third time.
  for (let round: 'first' | 'further' = 'first'; parallel > 1 && !signal.aborted;) {
    const wanted = doubtful(looks, round).filter(({ outcome }) => doubts(outcome));
    if (wanted.length === 0 && round === 'further') break;
    round = 'further';
    if (wanted.length === 0) continue;
    reporter.line(`${wanted.length} played again, alone: late, or not judged, beside other labs`);
    reporter.begin(wanted.length);
    const seconds = await runAll(
      wanted.map((look) => ({ name: look.name, run: () => again(look, out) })),
      1,
      reporter,
      signal,
    );
    reporter.finish();
    looks = looks.map((look): Look => {
      const outcome = seconds[wanted.indexOf(look)];
      return outcome === undefined ? look : { ...look, outcome, done: true };
    });
  }
  return looks.map(({ outcome }) => outcome);
}

export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode = 130;
  constructor(out: string) {
    super(`interrupted; the evidence of what had ended is in ${out}`);
  }
}

async function assemble(
  context: RunContext,
  products: readonly LoadedProduct[],
  outcomes: readonly ScenarioOutcome[],
  started: Date,
  argv: readonly string[],
): Promise<Results> {
  const catalogue = await loadCatalogue('features');
  const asked = new Set(outcomes.map((outcome) => outcome.requirement));
  const { cells, findings } = rollUp(outcomes, catalogue.requirements);
  const { id, seed, lane } = context.options;
  const { version, apiVersion, os, arch } = context.engine.info;
  return {
    schema: 'heiiki/results/v1',
    catalogue: { version: catalogue.version },
    run: {
      id,
      started: started.toISOString(),
      finished: new Date().toISOString(),
      seed,
      argv: [...argv],
      harness: await harnessIdentity(),
      engine: `${version} (API ${apiVersion}), ${os}, ${arch}`,
      lane,
    },
    products: products.map(describe),
    requirements: catalogue.requirements.filter((requirement) => asked.has(requirement.id)),
    cells,
    findings,
  };
}

function describe({ product, digest, defect }: LoadedProduct): Results['products'][number] {
  const description = defect?.description ?? product.description;
  return {
    id: product.id,
    name: product.name,
    version: product.version,
    ...(description ? { description } : {}),
    digest,
    mode: `${product.cloud.mode} ${product.cloud.dialect}`,
    endpointKind: product.endpoint.kind,
    privileges: product.privileges,
    statement: product.statement,
  };
}

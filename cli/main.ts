/** The `heiiki` command line. */
import { availableParallelism, constants } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Command, CommanderError } from 'commander';
import { addLab } from './lab/command.ts';
import {
  commaList,
  integerUpTo,
  lane,
  positiveInteger,
  seedNumber,
  shard,
  shrinkPath,
  type Shard,
} from './options.ts';
import type { Lane } from '../steps/support/timing.ts';

/** Longer ones take minutes, and say little that a shorter one does not. */
const MOST_STEPS = 30;
const PRODUCTS = 'reference,static-proxy,internet-only,syslog-ng-shipper';

interface RunFlags {
  readonly products: readonly string[];
  readonly requirements?: readonly string[];
  readonly parallel: number;
  readonly seed: number;
  readonly out?: string;
  readonly lane: Lane;
}
interface RunOnlyFlags extends RunFlags {
  readonly kinds?: number;
  readonly reportOnly: boolean;
}
interface NemesisFlags extends RunFlags {
  readonly plays: number;
  readonly steps: number;
  readonly path?: string;
}
interface SelftestFlags extends RunFlags {
  readonly defects?: readonly string[];
  readonly shard?: Shard;
  readonly all: boolean;
  readonly keep: boolean;
}

const here = process.env['HEIIKI_CWD'] ?? process.cwd();
/** Paths are meant from where the command was given; ids are not paths. */
const fromHere = (name: string): string =>
  /[/\\]|\.ya?ml$|^\.\.?$/.test(name) && !isAbsolute(name) ? resolve(here, name) : name;

export async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  let status = 0;
  const program = command();
  const parallel = Math.min(4, availableParallelism() * 2);
  const seed = (Date.now() % 2 ** 31) >>> 0;

  withRunOptions(program.command('run'), parallel, seed)
    .description('play the catalogue on products and write the comparison')
    .option(
      '--products <ids or paths>',
      'products, separated by commas',
      commaList('--products'),
      PRODUCTS.split(','),
    )
    .option(
      '--kinds <n>',
      'of a rule that has several kinds (e.g. of losing the relay) only so many, drawn by the seed (default: all)',
      positiveInteger('--kinds'),
    )
    .option('--report-only', 'end with 0 when the comparison was made, whatever it says', false)
    .action(async (flags: RunOnlyFlags) => {
      const { run } = await import('./run.ts');
      const verdict = await run(
        { ...flags, ...paths(flags), products: flags.products.map(fromHere), argv },
        signal,
      );
      status = flags.reportOnly ? 0 : verdict;
    });

  withRunOptions(program.command('selftest'), parallel, seed)
    .description('play the deliberately broken products: each must fail exactly what it names')
    .option('--defects <ids>', 'defects, separated by commas (default: all)', commaList('--defects'))
    .option('--shard <part/parts>', 'of the defects only this part, e.g. 1/3', shard)
    .option('--all', 'every defect against every requirement; goes on where an earlier one stopped', false)
    .option('--keep', 'note what was played in docs/defects.md', false)
    .action(async (flags: SelftestFlags) => {
      const { selftest } = await import('./selftest.ts');
      status = await selftest({ ...flags, ...paths(flags), argv }, signal);
    });

  withCommonOptions(program.command('nemesis'), parallel, seed)
    .description(
      'play random sequences of faults, moves and acts; shorten the first that breaks an invariant',
    )
    .option('--products <ids or paths>', 'products, separated by commas', commaList('--products'), [
      'reference',
    ])
    .option('--plays <n>', 'sequences for each product', positiveInteger('--plays'), 20)
    .option('--steps <n>', 'steps of a sequence at most', integerUpTo('--steps', MOST_STEPS), 10)
    .option('--path <path>', 'the one sequence that a run with this seed has printed', shrinkPath)
    .action(async (flags: NemesisFlags) => {
      const { nemesis } = await import('./nemesis/nemesis.ts');
      const products = flags.products.map(fromHere);
      status = await nemesis({ ...flags, ...paths(flags), products, argv }, signal);
    });

  program
    .command('product')
    .description('a product of your own')
    .command('check <path>')
    .description('is its manifest right, and is all there that it names? Nothing is started')
    .action(async (path: string) => {
      const { checkProduct } = await import('./product.ts');
      await checkProduct(fromHere(path));
    });

  program
    .command('judge <run>')
    .description('judge a run again, from its recorded history alone')
    .action(async (folder: string) => {
      const { judge } = await import('./judge.ts');
      status = await judge(resolve(here, folder));
    });

  program
    .command('doctor')
    .description('what of this machine can be used, what is missing and what that costs')
    .action(async () => {
      const { doctor } = await import('./doctor.ts');
      status = await doctor();
    });

  program
    .command('reap')
    .description('remove what runs that were killed have left in the engine')
    .option('--dry-run', 'only say what would be removed', false)
    .action(async (flags: { dryRun: boolean }) => {
      const { reap } = await import('./reap.ts');
      status = await reap(flags.dryRun);
    });

  addLab(program, { signal, fromHere, end: (value) => (status = value) });

  await program.parseAsync([...argv], { from: 'user' });
  return status;
}

function command(): Command {
  return new Command('heiiki')
    .description('network simulator and conformance harness for EDR products in closed networks')
    .exitOverride()
    .showHelpAfterError('(heiiki --help lists commands and options)')
    .showSuggestionAfterError();
}

function withRunOptions(sub: Command, parallel: number, seed: number): Command {
  return withCommonOptions(sub, parallel, seed).option(
    '--requirements <areas or ids>',
    'e.g. NET or MOV-01,TMP-02',
    commaList('--requirements'),
  );
}
function withCommonOptions(sub: Command, parallel: number, seed: number): Command {
  return sub
    .option('--parallel <n>', 'scenarios at a time', positiveInteger('--parallel'), parallel)
    .option('--seed <n>', 'order, counts and choices are drawn from it', seedNumber, seed)
    .option('--out <folder>', 'new folder for the results (default: reports/out/<run>)')
    .option(
      '--lane <lane>',
      'ci: short declared times; evaluation: the vendor’s defaults',
      lane,
      'ci' as Lane,
    );
}

const paths = (flags: { out?: string }): { out?: string } =>
  flags.out ? { out: resolve(here, flags.out) } : {};

/** Status of an error: its own if it names one; 3 for what commander refuses. */
function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 3;
  const own = (error as { exitCode?: unknown } | null)?.exitCode;
  if (typeof own === 'number') {
    process.stderr.write(`heiiki: ${(error as Error).message}\n`);
    return own;
  }
  // An error of the engine explains itself; anything else is a mistake of ours, and its place is needed.
  const explained = error instanceof Error && error.name === 'EngineError';
  const text = error instanceof Error && !explained ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`heiiki: ${text}\n`);
  return 2;
}

/** What follows the first signal so soon is the same one again. */
const SAME_PRESS_MS = 1000;
/** How long the second one of the same press is waited for. */
const TWIN_MS = 300;

if (import.meta.main) {
  const controller = new AbortController();
  let first: number | undefined;
  const twin = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    // Not `once`: one press of Ctrl-C comes twice, from the terminal and from the process that started us.
    process.on(signal, () => {
      const now = performance.now();
      if (first !== undefined) {
        twin.abort();
        if (now - first > SAME_PRESS_MS) process.exit(128 + constants.signals[signal]);
        return;
      }
      first = now;
      // What a command of a lab leaves alone goes on, so each says itself what an interruption does.
      if (process.argv[2] !== 'lab')
        process.stderr.write(
          `heiiki: ${signal}: what runs now is taken down; a second ${signal} ends at once\n`,
        );
      controller.abort();
    });
  process.exitCode = await main(process.argv.slice(2), controller.signal).catch(statusOf);
  // While a process ends, nothing keeps a signal from killing it: its own status would be lost.
  if (first !== undefined) await after(TWIN_MS, undefined, { signal: twin.signal }).catch(() => undefined);
}

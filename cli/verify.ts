/**
 * `npm test`: everything that CI runs, in the order of what it costs. A stage that fails does not keep the
 * next from running, so that one run tells all there is to tell. Ends with a line `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Count {
  readonly passed: number;
  readonly failed: number;
  /** what failed, said once more at the end: before it are thousands of lines */
  readonly failures: readonly string[];
}

const SOURCES = ['history', 'steps', 'topologies', 'mocks', 'products', 'reports', 'cli', 'bench'];

function run(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const secondsSince = (begun: number): number => Math.round((Date.now() - begun) / 1000);

/** A command that is one check: it passes or fails as a whole. */
async function command(name: string, ...args: readonly string[]): Promise<Count> {
  const begun = Date.now();
  const ok = (await run('npm', ['run', '--silent', name, ...args])) === 0;
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} npm run ${name}, ${secondsSince(begun)} s\n`);
  return ok
    ? { passed: 1, failed: 0, failures: [] }
    : { passed: 0, failed: 1, failures: [`npm run ${name}`] };
}

/** The tests of a TAP text that failed, each with its place and its error. */
function failuresIn(tap: string): readonly string[] {
  return [...tap.matchAll(/^ *not ok \d+ - (.+)\n( *)---\n((?:\2.*\n)*?)\2\.\.\.$/gm)].flatMap(
    ([, name = '', , block = '']) => {
      const { type, location, error } = parse(block) as Record<string, string | undefined>;
      return type === 'suite' ? [] : [`${name} (${location ?? ''}): ${error ?? ''}`];
    },
  );
}

/** Files with tests: so many processes at a time, or all in one, which spares each file the start of a compiler. */
async function tests(
  name: string,
  matches: (file: string) => boolean,
  processes: number | 'one',
): Promise<Count> {
  const files: string[] = [];
  for await (const file of glob(SOURCES.map((folder) => `${folder}/**/*.test.ts`)))
    if (matches(file)) files.push(file);
  const begun = Date.now();
  const scratch = await mkdtemp(join(tmpdir(), 'heiiki-tests-'));
  const tap = join(scratch, 'tap');
  try {
    const status = await run(process.execPath, [
      '--import',
      'tsx',
      '--test',
      processes === 'one' ? '--test-isolation=none' : `--test-concurrency=${processes}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=tap',
      `--test-reporter-destination=${tap}`,
      ...files.sort(),
    ]);
    const text = await readFile(tap, 'utf8');
    const number = (word: string): number =>
      Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
    const count = {
      passed: number('pass'),
      failed: number('fail') + number('cancelled'),
      failures: failuresIn(text),
    };
    process.stdout.write(
      `${name}: ${count.passed} passed, ${count.failed} failed, of ${files.length} files, ${secondsSince(begun)} s\n`,
    );
    // A runner that ended badly without a failed test, or found none, has not tested anything.
    const hollow = (status !== 0 && count.failed === 0) || count.passed + count.failed === 0;
    return hollow ? { ...count, failed: count.failed + 1, failures: [...count.failures, name] } : count;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

const isDocker = (file: string): boolean => file.endsWith('.docker.test.ts');
const isWhole = (file: string): boolean => file.endsWith('.whole.test.ts');

const counts: Count[] = [];
for (const name of ['typecheck', 'lint', 'format:check', 'imports']) counts.push(await command(name));
counts.push(await tests('unit tests', (file) => !isDocker(file) && !isWhole(file), 'one'));
// They wait more than they compute, each in labs of its own.
counts.push(await tests('tests with an engine', isDocker, 3));
counts.push(await tests('tests of the whole', isWhole, 1));

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
for (const failure of counts.flatMap(({ failures }) => failures))
  process.stdout.write(`FAILED ${failure.replace(`${process.cwd()}/`, '')}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

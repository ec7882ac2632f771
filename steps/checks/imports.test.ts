/** The machine that checks import directions is itself checked: each bad import is caught, with what to do. */
import { describe, it } from 'node:test';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { scratch } from '../../history/scratch.ts';
import { z } from 'zod';

const config = new URL('../../.dependency-cruiser.cjs', import.meta.url).pathname;
const program = new URL('../../node_modules/dependency-cruiser/bin/dependency-cruise.mjs', import.meta.url)
  .pathname;
const Rule = z.object({ name: z.string(), comment: z.string().default('') });
const Output = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
    ruleSetUsed: z.object({ forbidden: z.array(Rule) }),
  }),
});

async function cruise(files: Readonly<Record<string, string>>): Promise<z.infer<typeof Output>['summary']> {
  const root = scratch('imports');
  const all: Record<string, string> = {
    'tsconfig.json': TSCONFIG,
    'package.json': PACKAGE,
    ...MODULES,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const folders = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))];
  const argv = [program, '--config', config, '--output-type', 'json', ...folders];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: root }).catch(
    (error: unknown) => z.object({ stdout: z.string() }).parse(error),
  );
  return Output.parse(JSON.parse(stdout)).summary;
}

const TSCONFIG = '{"compilerOptions":{"module":"nodenext","allowImportingTsExtensions":true,"noEmit":true}}';
const PACKAGE = '{"type":"module","dependencies":{"mockttp":"*","dockerode":"*"}}';
const MODULES = Object.fromEntries(
  ['mockttp', 'dockerode'].flatMap((name) => [
    [`node_modules/${name}/package.json`, `{"name":"${name}","main":"index.js"}`],
    [`node_modules/${name}/index.js`, 'module.exports = {};'],
  ]),
);

const GOOD = {
  'history/events.ts': 'export const a = 1;',
  'topologies/lab-types.ts': "import { a } from '../history/events.ts'; export type Lab = typeof a;",
  'topologies/engine/docker.ts': "import d from 'dockerode'; export const door: unknown = d;",
  'steps/checks/index.ts': "import { a } from '../../history/events.ts'; export const check = a;",
  'steps/support/world.ts':
    "import { check } from '../checks/index.ts'; import type { Lab } from '../../topologies/lab-types.ts'; export const w: Lab = check;",
  'steps/lab.steps.ts':
    "import { w } from './support/world.ts'; import type { Lab } from '../topologies/lab-types.ts'; export const l: Lab = w;",
  'mocks/cloud/main.ts': "import m from 'mockttp'; export const cloud: unknown = m;",
  'reports/cells.ts': "import { a } from '../history/events.ts'; export const cells = a;",
};

describe('import directions', () => {
  it('let the intended ones be', async () => {
    expect((await cruise(GOOD)).violations).to.deep.equal([]);
  });

  it('catch each that goes the wrong way', async () => {
    const bad = {
      ...GOOD,
      'history/bad.ts': "import type { Lab } from '../topologies/lab-types.ts'; export type B = Lab;",
      'steps/checks/bad.ts': "import { w } from '../support/world.ts'; export const b = w;",
      'steps/bad.steps.ts': "import { door } from '../topologies/engine/docker.ts'; export const b = door;",
      'topologies/bad.ts': "import { cloud } from '../mocks/cloud/main.ts'; export const b = cloud;",
      'topologies/dockerode.ts': "import d from 'dockerode'; export const b: unknown = d;",
      'topologies/engine/bad.ts': "import { a } from '../../history/events.ts'; export const b = a;",
      'mocks/agent/bad.ts': "import { cloud } from '../cloud/main.ts'; export const b = cloud;",
      'mocks/agent/mockttp.ts': "import m from 'mockttp'; export const b: unknown = m;",
      'mocks/workloads/bad.ts': "import { a } from '../../history/events.ts'; export const b = a;",
      'products/bad.ts': "import { a } from '../history/events.ts'; export const b = a;",
      'reports/bad.ts': "import { check } from '../steps/checks/index.ts'; export const b = check;",
      'cli/run.ts': 'export const run = 1;',
      'steps/support/bad.ts': "import { run } from '../../cli/run.ts'; export const b = run;",
      'reports/one.ts': "import { two } from './two.ts'; export const one = (): unknown => two;",
      'reports/two.ts': "import { one } from './one.ts'; export const two = (): unknown => one;",
      'reports/lost.ts': "import { x } from './nowhere.ts'; export const b: unknown = x;",
    };
    const { violations, ruleSetUsed } = await cruise(bad);
    const caught = new Set(violations.map(({ from, rule }) => `${from} ${rule.name}`));
    expect([...caught]).to.include.members([
      'history/bad.ts history-imports-nothing',
      'steps/checks/bad.ts checks-import-history-only',
      'steps/bad.steps.ts steps-are-words-only',
      'topologies/bad.ts topologies-stand-alone',
      'topologies/dockerode.ts one-door-to-the-engine',
      'topologies/engine/bad.ts engine-is-a-door',
      'mocks/agent/bad.ts agent-knows-the-protocol-only',
      'mocks/agent/mockttp.ts one-door-to-mockttp',
      'mocks/workloads/bad.ts workloads-stand-alone',
      'products/bad.ts products-stand-alone',
      'reports/bad.ts reports-read-history-only',
      'steps/support/bad.ts nobody-imports-the-command-line',
      'reports/one.ts no-circular',
      'reports/lost.ts no-unresolved',
    ]);
    for (const { name, comment } of ruleSetUsed.forbidden) expect(comment, name).to.match(/^.{30,}[.)]$/);
  });
});

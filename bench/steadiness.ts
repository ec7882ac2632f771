/**
 * Are the verdicts of several runs the same, scenario by scenario, and the same again from their histories alone?
 * Runs with `--kinds` draw kinds of their own; what was played in one of them only is compared with nothing, and is
 * counted apart. A scenario that was looked at again alone has the verdict of its second play only (cli/again.ts): how
 * many these are is said for each run, as their first verdict may well have been another.
 *
 *   for seed in 1 2 3 4 5 6 7 8 9 10; do npx heiiki run --products reference --parallel 4 --seed $seed --out runs/$seed; done
 *   npx tsx bench/steadiness.ts runs/*
 *
 * Ends with 1 if anything differs.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AGAIN } from '../cli/again.ts';
import { heiiki } from '../cli/command.ts';
import { Results } from '../reports/results.ts';
import { row } from './statistics.ts';

const folders = process.argv.slice(2);
if (folders.length < 2) throw new Error('name the folders of two or more runs');

/** what was judged → verdict → the runs that say so */
const verdicts = new Map<string, Map<string, string[]>>();
const seconds: number[] = [];
let differ = 0;
for (const folder of folders) {
  const { run, cells, findings } = Results.parse(
    JSON.parse(await readFile(join(folder, 'results.json'), 'utf8')),
  );
  seconds.push((Date.parse(run.finished) - Date.parse(run.started)) / 1000);
  for (const { product, requirement, verdict, scenarios } of cells)
    for (const judged of [{ name: '', verdict }, ...scenarios]) {
      const what = `${product} ${requirement} ${judged.name}`.trimEnd();
      const said = verdicts.get(what) ?? new Map<string, string[]>();
      said.set(judged.verdict, [...(said.get(judged.verdict) ?? []), folder]);
      verdicts.set(what, said);
    }
  const alone = findings.filter(({ kind }) => kind === AGAIN).length;
  const again = await heiiki('judge', folder);
  const same = again.status === 0 && again.stdout.includes('every verdict is as recorded');
  if (!same) differ++;
  process.stdout.write(
    `${folder}: seed ${run.seed}, ${alone} looked at again alone, judged again: ${same ? 'the same' : again.stdout}\n`,
  );
}
for (const [what, said] of verdicts) {
  if (said.size === 1) continue;
  differ++;
  for (const [verdict, where] of said) process.stdout.write(`${what}: ${verdict} in ${where.join(' ')}\n`);
}
const counts = Object.entries(Object.groupBy([...verdicts.values()], (said) => [...said.keys()].join('/')));
const compared = [...verdicts.values()].filter((said) => new Set([...said.values()].flat()).size > 1).length;
process.stdout.write(
  `${verdicts.size} requirements and scenarios in ${folders.length} runs (${counts.map(([name, all]) => `${all?.length ?? 0} ${name}`).join(', ')}), ${verdicts.size - compared} of them in one run only, so compared with nothing; ${differ} differ\n`,
);
process.stdout.write(`${row('wall time of a run', seconds, 's')}\n`);
process.exitCode = differ === 0 ? 0 : 1;

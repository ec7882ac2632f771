/**
 * Do runs say of the products in this repository what has to be said of them (cli/expected.yaml)?
 *
 *   npx tsx bench/expected.ts RUN…
 *
 * Ends with 1 if a cell is otherwise.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadExpected, surprises } from '../cli/expected.ts';
import { Results } from '../reports/results.ts';

const expected = await loadExpected();
let otherwise = 0;
for (const folder of process.argv.slice(2)) {
  const { cells } = Results.parse(JSON.parse(await readFile(join(folder, 'results.json'), 'utf8')));
  const lines = surprises(expected, cells);
  otherwise += lines.length;
  process.stdout.write(`${folder}: ${cells.length} cells, ${lines.length} otherwise\n`);
  for (const line of lines) process.stdout.write(`  ${line}\n`);
}
process.exitCode = otherwise === 0 ? 0 : 1;

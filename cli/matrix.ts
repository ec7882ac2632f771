/**
 * The whole matrix of defects × requirements, kept as it grows, so that a run that was stopped goes on where it
 * was. A row counts only for the same harness and the same defect; its dated table goes to docs/.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LoadedProduct } from '../products/load.ts';
import { Cell, type Results } from '../reports/results.ts';
import { harnessIdentity } from './harness.ts';

const Row = z.object({ defect: z.string(), key: z.string(), date: z.string(), cells: z.array(Cell) });
type Row = z.infer<typeof Row>;

const FOLDER = join('.heiiki', 'matrix');
const TABLE = join('docs', 'defects.md');

export class Matrix {
  #rows = new Map<string, Row>();
  #harness: string;
  #seed: number;

  private constructor(harness: string, seed: number) {
    this.#harness = harness;
    this.#seed = seed;
  }

  static async open(seed: number): Promise<Matrix> {
    const { commit } = await harnessIdentity();
    return new Matrix(commit, seed).#read();
  }
  async #read(): Promise<this> {
    await mkdir(FOLDER, { recursive: true });
    const text = await readFile(join(FOLDER, 'rows.json'), 'utf8').catch(() => '[]');
    for (const row of z.array(Row).parse(JSON.parse(text))) this.#rows.set(row.defect, row);
    return this;
  }

  has(defect: LoadedProduct): boolean {
    return this.#rows.get(defect.product.id)?.key === this.#key(defect);
  }
  results(defect: LoadedProduct): { cells: Cell[] } {
    return { cells: this.#rows.get(defect.product.id)?.cells ?? [] };
  }
  async add(defect: LoadedProduct, results: Results): Promise<void> {
    const { id } = defect.product;
    const cells = results.cells.filter((cell) => cell.product === id);
    this.#rows.set(id, {
      defect: id,
      key: this.#key(defect),
      date: results.run.finished.slice(0, 10),
      cells,
    });
    await writeFile(join(FOLDER, 'rows.json'), JSON.stringify([...this.#rows.values()]));
  }

  /** The table for people: a row a defect, a column a requirement. */
  async write(defects: readonly LoadedProduct[]): Promise<void> {
    const rows = defects.flatMap((defect) => this.#rows.get(defect.product.id) ?? []);
    const requirements = [...new Set(rows.flatMap((row) => row.cells.map((cell) => cell.requirement)))];
    const lines = [
      '# Defects × requirements',
      '',
      `Written by \`heiiki selftest --all\` on ${
        rows
          .map((row) => row.date)
          .sort()
          .at(-1) ?? '–'
      }, harness ${this.#harness.slice(0, 12)}, seed ${this.#seed}.`,
      '**F** fails at the root, f fails because of a root, · passes, – unsupported or not observable, ? inconclusive.',
      '',
      `| defect | ${requirements.join(' | ')} |`,
      `|---|${requirements.map(() => '---').join('|')}|`,
      ...rows.map(
        (row) =>
          `| ${row.defect} | ${requirements.map((id) => mark(row.cells.find((c) => c.requirement === id))).join(' | ')} |`,
      ),
      '',
      ...defects.map(
        ({ product, defect }) =>
          `- **${product.id}** (${defect?.of ?? ''}; names ${defect?.fails.join(', ') ?? ''}): ${defect?.description ?? ''}`,
      ),
      '',
    ];
    await writeFile(TABLE, lines.join('\n'));
    process.stdout.write(`Table: ${TABLE}\n`);
  }

  #key(defect: LoadedProduct): string {
    return `${this.#harness}/${defect.digest}`;
  }
}

function mark(cell: Cell | undefined): string {
  switch (cell?.verdict) {
    case undefined:
      return '';
    case 'pass':
      return '·';
    case 'fail':
      return cell.because ? 'f' : '**F**';
    case 'inconclusive':
      return '?';
    case 'unsupported':
    case 'not-observable':
      return '–';
  }
}

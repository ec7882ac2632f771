/**
 * The matrix of defects × requirements, kept in docs/ as it grows: a run that was stopped goes on where it was, and
 * each row says when, and by which harness, it was played. A row of another harness or of a changed defect is
 * played anew.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LoadedProduct } from '../products/load.ts';
import { Shot } from './defect.ts';
import { codeDigest, harnessIdentity } from './harness.ts';
import { WrongUsage } from './options.ts';

const Row = z.strictObject({
  defect: z.string(),
  /** what the row depends on: the harness's code and the defect */
  key: z.string(),
  commit: z.string(),
  date: z.string(),
  seed: z.number(),
  shots: z.array(Shot),
});
export type Row = z.infer<typeof Row>;

interface Harness {
  readonly commit: string;
  readonly code: string | undefined;
}

const ROWS = join('docs', 'defects.json');
export const TABLE = join('docs', 'defects.md');

export class Matrix {
  readonly #rows: Map<string, Row>;
  readonly #harness: Harness;
  readonly #seed: number;

  private constructor(rows: readonly Row[], harness: Harness, seed: number) {
    this.#rows = new Map(rows.map((row) => [row.defect, row]));
    this.#harness = harness;
    this.#seed = seed;
  }

  /** Throws WrongUsage when the kept rows cannot be read. */
  static async open(seed: number): Promise<Matrix> {
    const [rows, { commit }, code] = await Promise.all([readRows(), harnessIdentity(), codeDigest()]);
    return new Matrix(rows, { commit, code }, seed);
  }

  /** Have these requirements been played with this defect, as both are now? */
  has(defect: LoadedProduct, requirements: ReadonlySet<string>): boolean {
    const played = new Set(this.shots(defect).map(({ requirement }) => requirement));
    return this.#isNow(defect) && [...requirements].every((id) => played.has(id));
  }
  shots({ product }: LoadedProduct): readonly Shot[] {
    return this.#rows.get(product.id)?.shots ?? [];
  }

  /** Beside what the row has of the same harness, or in the place of what it has of another. */
  async add(defect: LoadedProduct, shots: readonly Shot[]): Promise<void> {
    const { id } = defect.product;
    const fresh = new Set(shots.map(({ requirement }) => requirement));
    const kept = this.#isNow(defect)
      ? this.shots(defect).filter(({ requirement }) => !fresh.has(requirement))
      : [];
    this.#rows.set(id, {
      defect: id,
      key: this.#key(defect) ?? 'uncommitted changes',
      commit: this.#harness.commit.slice(0, 12),
      date: new Date().toISOString().slice(0, 10),
      seed: this.#seed,
      shots: [...kept, ...shots],
    });
    const rows = [...this.#rows.values()].toSorted((a, b) => (a.defect < b.defect ? -1 : 1));
    // A row a line, so that a change shows what was played anew.
    await writeFile(ROWS, `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
  }

  /**
   * The same, but for a row that says more, though of another harness: that one stays until all of it is played anew, or it lacks
   * a failure that this one has seen.
   */
  async addIfMore(defect: LoadedProduct, shots: readonly Shot[]): Promise<void> {
    if (shots.length === 0) return;
    const played = new Set(this.shots(defect).map(({ requirement }) => requirement));
    const named = shots.some(({ requirement, verdict }) => verdict === 'fail' && !played.has(requirement));
    if (this.#isNow(defect) || named || played.size <= shots.length) await this.add(defect, shots);
  }

  /** The table for people. */
  async write(defects: readonly LoadedProduct[], requirements: readonly string[]): Promise<void> {
    await writeFile(TABLE, tableOf(defects, requirements, this.#rows));
    process.stdout.write(`Table: ${TABLE}\n`);
  }

  #isNow(defect: LoadedProduct): boolean {
    const key = this.#key(defect);
    return key !== undefined && this.#rows.get(defect.product.id)?.key === key;
  }
  /** Undefined where the code is not that of any commit: then nothing can be said to have been played with it. */
  #key(defect: LoadedProduct): string | undefined {
    const { code } = this.#harness;
    return code === undefined ? undefined : `${code}/${defect.digest}`;
  }
}

export async function readRows(): Promise<readonly Row[]> {
  const text = await readFile(ROWS, 'utf8').catch(() => '[]');
  try {
    return z.array(Row).parse(JSON.parse(text));
  } catch (error) {
    throw new WrongUsage(
      `${ROWS} cannot be read: ${String(error)}. Take it from the repository again, or delete it to play every row.`,
    );
  }
}

/** Pure: a row a defect, a column a requirement. */
export function tableOf(
  defects: readonly LoadedProduct[],
  requirements: readonly string[],
  rows: ReadonlyMap<string, Row>,
): string {
  const head = ['defect', 'names', ...requirements, 'played', 'harness'];
  const lines = defects.map(({ product, defect }) => {
    const row = rows.get(product.id);
    const shots = new Map(row?.shots.map((shot) => [shot.requirement, shot]));
    const marks = requirements.map((id) => mark(shots.get(id)));
    return [product.id, defect?.fails.join(' ') ?? '', ...marks, row?.date ?? '', row?.commit ?? ''];
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    '# Defects × requirements',
    '',
    'Each row is a deliberately broken product, played by `heiiki selftest`: it must fail at the root exactly where it says. With `--all` it is played through the whole catalogue, with `--keep` only where it must fail, and some of them in one scenario more. A row tells when it was played last, and by which commit of the harness; an empty cell was not played.',
    '',
    '**F** fails at the root · f fails because of a root · · passes · – unsupported or not observable · ? inconclusive · **!** not as the defect’s manifest says',
    '',
    line(head),
    line(head.map(() => '---')),
    ...lines.map(line),
    '',
    ...defects.map(
      ({ product, defect }) => `- **${product.id}** (${defect?.of ?? ''}): ${defect?.description ?? ''}`,
    ),
    '',
  ].join('\n');
}

function mark(shot: Shot | undefined): string {
  if (shot === undefined) return '';
  const wrong = shot.problems.length > 0 ? ' **!**' : '';
  switch (shot.verdict) {
    case 'pass':
      return `·${wrong}`;
    case 'fail':
      return `${shot.because ? 'f' : '**F**'}${wrong}`;
    case 'inconclusive':
      return `?${wrong}`;
    case 'unsupported':
    case 'not-observable':
      return `–${wrong}`;
  }
}

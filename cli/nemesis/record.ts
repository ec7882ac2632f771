/** `plays.json`: what a run of the nemesis has played and found, so that it can be judged again from its histories. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { readHistory } from '../../history/reader.ts';
import { INVARIANTS } from '../../products/schema.ts';
import { judgeScenario } from '../../steps/checks/judge.ts';
import { WrongUsage } from '../options.ts';
import type { Hunt } from './hunt.ts';
import { outcomeOf, type Outcome } from './outcome.ts';

const Steps = z.array(z.looseObject({ do: z.string(), pause: z.boolean() }));
const Invariant = z.enum(INVARIANTS);
const Played = z.object({
  name: z.string(),
  steps: Steps,
  outcome: z.discriminatedUnion('kind', [
    z.object({ kind: z.enum(['held', 'inconclusive', 'not-played']), reason: z.string() }),
    z.object({
      kind: z.literal('broken'),
      invariant: Invariant,
      reason: z.string(),
      late: z.literal(true).optional(),
    }),
  ]),
  /** folder, from that of the run */
  evidence: z.string(),
});
const Plays = z.object({
  schema: z.literal('heiiki/nemesis/v1'),
  run: z.object({
    id: z.string(),
    started: z.string(),
    finished: z.string(),
    seed: z.number(),
    /** of one sequence at most */
    steps: z.number(),
    lane: z.string(),
    argv: z.array(z.string()),
    harness: z.object({ version: z.string(), commit: z.string(), dirty: z.boolean() }),
  }),
  products: z.array(
    z.object({
      product: z.string(),
      digest: z.string(),
      plays: z.array(Played),
      reproducers: z.array(
        z.object({
          invariant: Invariant,
          steps: Steps,
          path: z.string(),
          reason: z.string(),
          evidence: z.string(),
          replays: z.number(),
          shortest: z.boolean(),
        }),
      ),
    }),
  ),
});
export type Plays = z.infer<typeof Plays>;

const FILE = 'plays.json';

export interface Hunted extends Hunt {
  readonly product: string;
  readonly digest: string;
}

export async function writePlays(out: string, run: Plays['run'], hunted: readonly Hunted[]): Promise<void> {
  const below = <T extends { readonly evidence: string }>(one: T): T => ({
    ...one,
    evidence: relative(out, one.evidence),
  });
  const products = hunted.map(({ product, digest, plays, reproducers }) => ({
    product,
    digest,
    plays: plays.map(below),
    reproducers: reproducers.map(below),
  }));
  const record = { schema: 'heiiki/nemesis/v1', run, products };
  await writeFile(join(out, FILE), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Undefined if the folder is of another kind of run. */
export async function readPlays(folder: string): Promise<Plays | undefined> {
  const file = join(folder, FILE);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return Plays.parse(JSON.parse(text));
  } catch (cause) {
    throw new WrongUsage(
      `${file}: is not what \`heiiki nemesis\` has written (${(cause as Error).message}). Name a folder of reports/out.`,
    );
  }
}

/** 0 if every play is what it was, from its history alone. */
export async function judgePlays(folder: string, { products }: Plays): Promise<number> {
  const played = products.flatMap(({ product, plays }) => plays.map((play) => ({ product, ...play })));
  const changed: string[] = [];
  for (const { product, name, outcome, evidence } of played) {
    const events = await readHistory(join(folder, evidence, 'history.ndjson'));
    const now = outcomeOf(judgeScenario(events));
    if (wordOf(now) !== wordOf(outcome))
      changed.push(`${product} ${name}: was ${wordOf(outcome)}, is ${wordOf(now)} – ${now.reason}`);
  }
  process.stdout.write(
    changed.length === 0
      ? `${played.length} plays judged again: every one is as recorded\n`
      : `${changed.length} of ${played.length} plays differ from the record:\n${changed.map((line) => `  ${line}\n`).join('')}`,
  );
  return changed.length === 0 ? 0 : 1;
}

export const wordOf = (outcome: Outcome): string =>
  outcome.kind === 'broken' ? `broken (${outcome.invariant})` : outcome.kind;

/** Reading options: every mistake is found before anything is started, and says what would be right. */
import { readdir } from 'node:fs/promises';
import { seeded } from '../steps/support/random.ts';
import type { Scenario } from './scenarios.ts';
import { LANES, type Lane } from '../steps/support/timing.ts';

/** Wrong usage or bad input: exit status 3. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
  readonly exitCode = 3;
}

export function positiveInteger(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1)
      throw new WrongUsage(`${option} ${text}: a whole number from 1 on is expected, e.g. ${option} 4`);
    return value;
  };
}

/** As positiveInteger, up to `most`. */
export function integerUpTo(option: string, most: number): (text: string) => number {
  const read = positiveInteger(option);
  return (text) => {
    const value = read(text);
    if (value > most) throw new WrongUsage(`${option} ${text}: ${most} is the most`);
    return value;
  };
}

export interface Shard {
  /** from 1 on */
  readonly part: number;
  readonly of: number;
}

/** `1/3`: the first of three parts. */
export function shard(text: string): Shard {
  const [part, of] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).slice(1).map(Number);
  if (part === undefined || of === undefined || part < 1 || part > of)
    throw new WrongUsage(`--shard ${text}: a part and the number of parts are expected, e.g. --shard 1/3`);
  return { part, of };
}

/** Every so many-th, so that parts differ by one at most; all without a shard. */
export const inShard = <T>(all: readonly T[], wanted: Shard | undefined): readonly T[] =>
  wanted === undefined ? all : all.filter((_, index) => index % wanted.of === wanted.part - 1);

/** Where shrinking has come to, e.g. 3:0:2. */
export function shrinkPath(text: string): string {
  if (!/^\d+(:\d+)*$/.test(text))
    throw new WrongUsage(`--path ${text}: numbers separated by colons are expected, as printed, e.g. 3:0:2`);
  return text;
}

export function seedNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 2 ** 31 - 1)
    throw new WrongUsage(`--seed ${text}: a whole number from 0 to ${2 ** 31 - 1} is expected`);
  return value;
}

export function lane(text: string): Lane {
  const found = LANES.find((name) => name === text);
  if (!found) throw new WrongUsage(`--lane ${text}: there are the lanes ${LANES.join(' and ')}`);
  return found;
}

/** `a,b` → a and b; empty parts are mistakes. */
export function commaList(option: string): (text: string) => readonly string[] {
  return (text) => {
    const parts = text.split(',').map((part) => part.trim());
    if (parts.some((part) => part === ''))
      throw new WrongUsage(`${option} ${text}: names are separated by single commas, e.g. ${option} a,b`);
    return parts;
  };
}

/** Scenarios of the named areas (NET) or requirements (NET-01); all without names. */
export function chosen(
  scenarios: readonly Scenario[],
  names: readonly string[] | undefined,
): readonly Scenario[] {
  if (!names) return scenarios;
  const known = [...new Set(scenarios.map((scenario) => scenario.requirement))].sort();
  const areas = [...new Set(known.map((id) => id.slice(0, 3)))];
  const wanted = names.map((name) => name.toUpperCase());
  const strange = wanted.filter((name) => !known.includes(name) && !areas.includes(name));
  if (strange.length > 0)
    throw new WrongUsage(
      `--requirements: there is no ${strange.join(', no ')}. Areas: ${areas.join(', ')}. Requirements: ${known.join(', ')}.`,
    );
  return scenarios.filter(({ requirement }) =>
    wanted.some((name) => requirement === name || requirement.startsWith(`${name}-`)),
  );
}

/** An output folder is never written over: what lies there may be somebody's only evidence. */
export async function emptyFolder(path: string): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new WrongUsage(`--out ${path}: cannot be used (${(error as Error).message})`);
  }
  if (entries.length > 0)
    throw new WrongUsage(`--out ${path}: is not empty. Name a new folder, or remove this one.`);
}

/** At most so many of the kinds (rows of outlines) of each requirement, drawn by the seed; what has no kinds stays. */
export function fewKinds(
  scenarios: readonly Scenario[],
  most: number | undefined,
  seed: number,
): readonly Scenario[] {
  if (most === undefined) return scenarios;
  const kinds = Object.groupBy(
    scenarios.filter(({ variant }) => variant !== undefined),
    ({ requirement }) => requirement,
  );
  const drawn = new Set(
    Object.entries(kinds).flatMap(([requirement, all = []]) =>
      seeded(seed, `kinds of ${requirement}`).shuffle(all).slice(0, most),
    ),
  );
  return scenarios.filter((scenario) => scenario.variant === undefined || drawn.has(scenario));
}

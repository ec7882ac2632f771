/** The files of an endpoint that have come to it since it was made, as many as they are, and what can be told of them. */
import type { Endpoint } from '../../topologies/lab-types.ts';

type Place = Pick<Endpoint, 'name' | 'exec'>;

const LOOK_MS = 60_000;
const NOT_STORED = /^\/(?:proc|sys|dev|tmp|home|var\/(?:tmp|log))(?:\/|$)|\.log(?:\.\d+)?$/;

export const isOfHarness = (path: string): boolean =>
  /^\/(?:etc\/heiiki|tmp\/heiiki-hook-[^/]*)(?:\/|$)/.test(path);

/** A folder counts as changed when something in it is. */
export function withoutFolders(paths: readonly string[]): string[] {
  const folders = new Set(paths.flatMap(foldersOf));
  return paths.filter((path) => !folders.has(path));
}

function foldersOf(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}

/** Files that have appeared or changed since the endpoint was made, the harness's own excepted. */
export async function filesChanged(endpoint: Pick<Endpoint, 'changes'>): Promise<string[]> {
  return withoutFolders(await endpoint.changes()).filter((path) => !isOfHarness(path));
}

/** Those of them that a product may keep, logs excepted. */
export async function filesOfProduct(endpoint: Pick<Endpoint, 'changes'>): Promise<string[]> {
  return (await filesChanged(endpoint)).filter((path) => !NOT_STORED.test(path));
}

/** By whole path: a product may have put another of that name where a shell looks first. All of Debian has it there. */
const LIST_HOLDING = ['/bin/grep', '-lFsZ', '--devices=skip', '--directories=skip', '-f', '-'];
/** 2: one of the files is gone; whatever else went wrong is told on stderr. */
const LOOKED: readonly (number | null)[] = [0, 1, 2];
/** bytes of names in one command; Linux takes 2 MiB, its environment included */
const NAMES = 128 * 1024;

/**
 * Those that hold one of the words, read by root. An installer may unpack thousands, so that not each can be fetched;
 * and a word may be a secret, so that it is in no argument. With `text`, those only that are no binary.
 */
export async function filesHolding(
  endpoint: Place,
  files: readonly string[],
  words: readonly string[],
  kind: 'text' | 'any',
): Promise<string[]> {
  if (words.length === 0 || words.includes('')) throw new Error('every file holds nothing: there is no word');
  const input = words.map((word) => `${word}\n`).join('');
  const found: string[] = [];
  for (const some of portions(files)) {
    const argv = [...LIST_HOLDING, ...(kind === 'text' ? ['-I'] : []), '--', ...some];
    const { exit, stdout, stderr } = await endpoint.exec(argv, { user: 'root', input, timeoutMs: LOOK_MS });
    if (!LOOKED.includes(exit) || stderr !== '')
      throw new Error(
        `${some.length} files of ${endpoint.name} could not be looked through within ${LOOK_MS} ms (status ${exit ?? 'none'}): ${stderr.trim()}`,
      );
    const known = new Set(some);
    found.push(...stdout.split('\0').filter((path) => known.has(path)));
  }
  return found;
}

function* portions(files: readonly string[]): Generator<string[]> {
  let [some, bytes]: [string[], number] = [[], 0];
  for (const path of files) {
    const length = Buffer.byteLength(path) + 1;
    if (bytes + length > NAMES) {
      yield some;
      [some, bytes] = [[], 0];
    }
    some.push(path);
    bytes += length;
  }
  if (some.length > 0) yield some;
}

/** Print, as whoever runs it, those of the files on stdin that it may read, or change or replace. */
const TESTS = {
  read: '[ -f "$file" ] && [ -r "$file" ]',
  write: '[ -w "$file" ] || [ -w "${file%/*}/" ]',
} as const;

/** Those that the user may read, or change or replace. */
export async function filesOpenTo(
  endpoint: Place,
  files: readonly string[],
  user: string,
  to: keyof typeof TESTS,
): Promise<string[]> {
  const script = `while IFS= read -r file; do if ${TESTS[to]}; then printf '%s\\n' "$file"; fi; done`;
  const input = files.map((path) => `${path}\n`).join('');
  const { exit, stdout } = await endpoint.exec(['sh', '-c', script], { user, input, timeoutMs: LOOK_MS });
  if (exit !== 0)
    throw new Error(
      `which of ${files.length} files ${user} may ${to} was not found out within ${LOOK_MS} ms (status ${exit ?? 'none'})`,
    );
  const known = new Set(files);
  return stdout.split('\n').filter((path) => known.has(path));
}

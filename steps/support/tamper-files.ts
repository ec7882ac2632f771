/** The files that have come to an endpoint with its product, as many as they are, and what can be told of them. */
import type { Endpoint } from '../../topologies/lab-types.ts';
import { isOfHarness } from './secrets.ts';

type Place = Pick<Endpoint, 'name' | 'exec'>;

const LOOK_MS = 60_000;
const NOT_STORED = /^\/(?:proc|sys|dev|tmp|home|var\/(?:tmp|log))(?:\/|$)|\.log(?:\.\d+)?$/;

/** Files that have appeared or changed since the endpoint was made, the harness's own and logs excepted. */
export async function filesOfProduct(endpoint: Pick<Endpoint, 'changes'>): Promise<string[]> {
  const paths = await endpoint.changes();
  const folders = new Set(paths.flatMap(foldersOf));
  return paths.filter((path) => !NOT_STORED.test(path) && !isOfHarness(path) && !folders.has(path));
}

function foldersOf(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}

/** By whole path: a product may have put others of that name where a shell looks first. All of Debian has them there. */
const LIST_HOLDING = [
  ...['/usr/bin/xargs', '-0', '-r'],
  ...['/bin/grep', '-lIFsZ', '--devices=skip', '--directories=skip'],
];
/** 123: some of its calls have found nothing. */
const LOOKED: readonly (number | null)[] = [0, 123];

/** Those that are text and hold one of the words. An installer may unpack thousands, so that not each can be fetched. */
export async function filesHolding(
  endpoint: Place,
  files: readonly string[],
  words: readonly string[],
): Promise<string[]> {
  const argv = [...LIST_HOLDING, ...words.flatMap((word) => ['-e', word]), '--'];
  const input = files.map((path) => `${path}\0`).join('');
  const { exit, stdout, stderr } = await endpoint.exec(argv, { user: 'root', input, timeoutMs: LOOK_MS });
  if (!LOOKED.includes(exit))
    throw new Error(
      `${files.length} files of ${endpoint.name} could not be looked through within ${LOOK_MS} ms (status ${exit ?? 'none'}): ${stderr.trim()}`,
    );
  const known = new Set(files);
  return stdout.split('\0').filter((path) => known.has(path));
}

const WRITABLE =
  'while IFS= read -r file; do if [ -w "$file" ] || [ -w "${file%/*}/" ]; then printf "%s\\n" "$file"; fi; done';

/** Those that the user may change or replace. */
export async function writableFiles(
  endpoint: Place,
  files: readonly string[],
  user: string,
): Promise<string[]> {
  const input = files.map((path) => `${path}\n`).join('');
  const { exit, stdout } = await endpoint.exec(['sh', '-c', WRITABLE], { user, input, timeoutMs: LOOK_MS });
  if (exit === null)
    throw new Error(
      `which of ${files.length} files ${user} may change was not found out within ${LOOK_MS} ms`,
    );
  const known = new Set(files);
  return stdout.split('\n').filter((path) => known.has(path));
}

/** Where a secret of the product may show to others, read from outside; the history holds its mark, never itself. */
import { RELAY_PASSWORD } from '../../history/secrets.ts';
import type { HistoryWriter } from '../../history/writer.ts';
import type { Endpoint } from '../../topologies/lab-types.ts';

/** by whose mark the history tells what was looked for */
export const SOUGHT = RELAY_PASSWORD;

const MOST_FILES = 400;
const LARGEST = 16 * 1024 * 1024;
/** Reads, as whoever runs it, the files that are named on stdin, and prints those that it could read. */
const READABLE =
  'while IFS= read -r file; do [ -f "$file" ] && [ -r "$file" ] && printf "%s\\n" "$file"; done; true';

/** The process list now; hooks that the harness itself runs are over by then. */
export async function readProcesses(endpoint: Endpoint, history: HistoryWriter): Promise<void> {
  const rows = await endpoint.processes();
  history.record('harness', {
    kind: 'endpoint.state',
    endpoint: endpoint.name,
    by: 'top',
    what: 'processes-now',
    value: rows.map((row) => row.command),
  });
}

/** Of the files that changed since the endpoint was made: those that an ordinary user can read, and all logs. */
export async function searchFiles(
  endpoint: Endpoint,
  history: HistoryWriter,
  secrets: readonly string[],
): Promise<void> {
  if (secrets.length === 0) throw new Error('there is no secret to look for: the relay asks for no account');
  const paths = await endpoint.changes();
  const changed = paths.filter(
    (path) => !isOfHarness(path) && !paths.some((other) => other.startsWith(`${path}/`)),
  );
  const input = changed.map((path) => `${path}\n`).join('');
  const listed = await endpoint.exec(['sh', '-c', READABLE], { user: 'staff', input });
  const readable = listed.stdout.split('\n').filter((path) => changed.includes(path));
  for (const [what, by, paths] of [
    ['readable-files', 'exec', readable],
    ['logs', 'archive', changed.filter(isLog)],
  ] as const) {
    const value = await search(endpoint, paths, secrets);
    history.record('harness', { kind: 'endpoint.state', endpoint: endpoint.name, by, what, value });
  }
}

export const isOfHarness = (path: string): boolean =>
  /^\/(?:etc\/heiiki|tmp\/heiiki-hook-[^/]*)(?:\/|$)/.test(path);
const isLog = (path: string): boolean => /^\/var\/log\/|\.log(\.\d+)?$/.test(path);

async function search(
  endpoint: Endpoint,
  paths: readonly string[],
  secrets: readonly string[],
): Promise<{ read: number; showing: string[] }> {
  if (paths.length > MOST_FILES)
    throw new Error(
      `${paths.length} files have changed on ${endpoint.name}; ${MOST_FILES} can be looked through`,
    );
  const showing: string[] = [];
  let read = 0;
  for (const path of paths) {
    const content = await endpoint.get(path);
    if (content === undefined || content.length > LARGEST) continue;
    read++;
    if (secrets.some((secret) => content.includes(secret))) showing.push(path);
  }
  return { read, showing };
}

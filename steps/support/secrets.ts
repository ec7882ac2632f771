/** Where a secret of the product may show to others, read from outside; the history holds its mark, never itself. */
import { RELAY_PASSWORD } from '../../history/secrets.ts';
import type { HistoryWriter } from '../../history/writer.ts';
import type { Endpoint } from '../../topologies/lab-types.ts';
import { filesChanged, filesHolding, filesOpenTo } from './endpoint-files.ts';

/** by whose mark the history tells what was looked for */
export const SOUGHT = RELAY_PASSWORD;

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
  endpoint: Pick<Endpoint, 'name' | 'changes' | 'exec'>,
  history: HistoryWriter,
  secrets: readonly string[],
): Promise<void> {
  const changed = await filesChanged(endpoint);
  for (const [what, files] of [
    ['readable-files', await filesOpenTo(endpoint, changed, 'staff', 'read')],
    ['logs', changed.filter(isLog)],
  ] as const) {
    const showing = await filesHolding(endpoint, files, secrets, 'any');
    const value = { read: files.length, showing };
    history.record('harness', { kind: 'endpoint.state', endpoint: endpoint.name, by: 'exec', what, value });
  }
}

const isLog = (path: string): boolean => /^\/var\/log\/|\.log(\.\d+)?$/.test(path);

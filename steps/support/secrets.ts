/** Where a secret of the product may show to others, read from outside; the history holds its mark, never itself. */
import { RELAY_PASSWORD } from '../../history/secrets.ts';
import type { HistoryWriter } from '../../history/writer.ts';
import type { Endpoint } from '../../topologies/lab-types.ts';
import { until } from './ask.ts';
import { filesChanged, filesHolding, filesOpenTo } from './endpoint-files.ts';

/** by whose mark the history tells what was looked for */
export const SOUGHT = RELAY_PASSWORD;

/**
 * The process list, again and again until then (ms since the epoch), as what shows in it may soon have ended. Of the
 * readings those are kept in which something is new, and the last one. No hook of the harness's own may run meanwhile.
 */
export async function watchProcesses(
  endpoint: Endpoint,
  history: HistoryWriter,
  time: number,
): Promise<void> {
  const known = new Set<string>();
  for (;;) {
    const last = Date.now() >= time;
    const commands = (await endpoint.processes()).map(({ command }) => command);
    if (last || commands.some((command) => !known.has(command)))
      history.record('harness', {
        kind: 'endpoint.state',
        endpoint: endpoint.name,
        by: 'top',
        what: 'processes-now',
        value: commands,
      });
    if (last) return;
    for (const command of commands) known.add(command);
    await until(history, Math.min(time, Date.now() + GLANCE));
  }
}
/** Between two readings, ms. */
const GLANCE = 50;

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

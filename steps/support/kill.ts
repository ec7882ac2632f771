/** The product's processes are killed, from outside of it: what was there before it came is left alone. */
import type { HistoryWriter } from '../../history/writer.ts';
import type { Endpoint } from '../../topologies/lab-types.ts';
import { ofKind, subtract } from '../checks/window.ts';
import { until } from './ask.ts';
import type { Session } from './session.ts';

/** Every process whose command line is one of the arguments. */
const KILL = `for p in /proc/[0-9]*; do
  line=$(tr '\\0' ' ' <"$p/cmdline" 2>/dev/null) || continue
  for one in "$@"; do if [ "\${line% }" = "$one" ]; then kill -9 "\${p#/proc/}"; break; fi; done
done`;

/** A process that was killed is listed until whoever started it, or the endpoint's init, has taken note of it. */
const GONE_MS = 10_000;

/** They are gone when it resolves, by the engine's own list of processes. */
export function killProcesses(session: Session): Promise<void> {
  return session.inEndpoint('killing the product', (endpoint) => kill(endpoint, session.history));
}

/** Command lines that were not there before the product: whoever ends also those ends the endpoint. */
export function ownCommands(
  rows: readonly { readonly command: string }[],
  { events }: Pick<HistoryWriter, 'events'>,
): string[] {
  const before = ofKind(events, 'endpoint.state').find(({ what }) => what === 'processes')?.value;
  if (!Array.isArray(before)) throw new Error('what ran before it came is not known: tag the rule @traces');
  return subtract(
    rows.map(({ command }) => command.trim()),
    before.map((command) => String(command).trim()),
  );
}

async function kill(endpoint: Endpoint, history: HistoryWriter): Promise<void> {
  const rows = await endpoint.processes();
  const own = ownCommands(rows, history);
  if (own.length > 0)
    await endpoint.exec(['sh', '-c', KILL, 'sh', ...new Set(own)], { user: 'root', timeoutMs: 20_000 });
  const old = new Set(rows.filter(({ command }) => own.includes(command.trim())).map(({ pid }) => pid));
  const end = Date.now() + GONE_MS;
  for (;;) {
    const last = Date.now() >= end;
    const left = (await endpoint.processes()).filter(({ pid }) => old.has(pid));
    if (left.length === 0) break;
    if (last) throw new Error(`still there: ${left.map(({ command }) => command).join(', ')}`);
    await until(history, Date.now() + GLANCE_MS);
  }
  history.record('harness', {
    kind: 'endpoint.state',
    endpoint: endpoint.name,
    by: 'top',
    what: 'killed',
    value: own,
  });
}
/** between two looks */
const GLANCE_MS = 50;

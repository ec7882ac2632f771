/** The product's processes are killed, from outside of it: what was there before it came is left alone. */
import { ofKind, subtract } from '../checks/window.ts';
import { LabBroken } from './errors.ts';
import type { Session } from './session.ts';

/** Every process whose command line is one of the arguments. */
const KILL = `for p in /proc/[0-9]*; do
  line=$(tr '\\0' ' ' <"$p/cmdline" 2>/dev/null) || continue
  for one in "$@"; do if [ "\${line% }" = "$one" ]; then kill -9 "\${p#/proc/}"; break; fi; done
done`;

/** They are gone when it resolves, by the engine's own list of processes. */
export async function killProcesses(session: Session): Promise<void> {
  const { endpoint, history } = session;
  const before = ofKind(history.events, 'endpoint.state').find(({ what }) => what === 'processes')?.value;
  if (!Array.isArray(before)) {
    const cause = new Error('what ran before it came is not known: tag the rule @traces');
    throw LabBroken.from('killing the product', cause);
  }
  const rows = await endpoint.processes();
  const own = subtract(
    rows.map(({ command }) => command.trim()),
    before.map((command) => String(command).trim()),
  );
  if (own.length > 0)
    await endpoint.exec(['sh', '-c', KILL, 'sh', ...new Set(own)], { user: 'root', timeoutMs: 20_000 });
  const old = new Set(rows.filter(({ command }) => own.includes(command.trim())).map(({ pid }) => pid));
  const left = (await endpoint.processes()).filter(({ pid }) => old.has(pid));
  if (left.length > 0) {
    const cause = `still there: ${left.map(({ command }) => command).join(', ')}`;
    throw LabBroken.from('killing the product', new Error(cause));
  }
  history.record('harness', {
    kind: 'endpoint.state',
    endpoint: endpoint.name,
    by: 'top',
    what: 'killed',
    value: own,
  });
}

/** Root ends the product on its endpoint, not with its own means: process by process, each for good. */
import type { HistoryEvent } from '../../history/events.ts';
import { ownCommands } from './kill.ts';
import type { Session } from './session.ts';

const CALL_MS = 20_000;
/** Every process with that command line; prints how many there were. */
const KILL = `count=0; for p in /proc/[0-9]*; do
  line=$(tr '\\0' ' ' <"$p/cmdline" 2>/dev/null) || continue
  [ "\${line% }" = "$1" ] && kill -9 "\${p#/proc/}" 2>/dev/null && count=$((count + 1))
done; echo $count`;

/**
 * In no particular order, one call after the other: who is started again meanwhile is not ended twice. The answer is
 * the event that says what was killed.
 */
export async function killEach(session: Session): Promise<HistoryEvent> {
  const { endpoint, history, random } = session;
  const rows = await session.inEndpoint('reading what runs', () => endpoint.processes());
  const own = new Set(ownCommands(rows, history));
  const killed: string[] = [];
  for (const command of random.shuffle([...own])) {
    const argv = ['sh', '-c', KILL, 'sh', command];
    const { stdout } = await session.inEndpoint('killing the product', () =>
      endpoint.exec(argv, { user: 'root', timeoutMs: CALL_MS }),
    );
    if (Number(stdout) > 0) killed.push(command);
  }
  return history.record('harness', {
    kind: 'endpoint.state',
    endpoint: endpoint.name,
    by: 'exec',
    what: 'killed',
    value: killed,
  });
}

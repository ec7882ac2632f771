/**
 * Who starts the agent again when it has ended without having been told to: a small shell of its own, and the agent
 * starts that one again. There is no service manager on the endpoint that would do it for them.
 */
import { chmodSync, readFileSync } from 'node:fs';
import { readIfThere, writeWhole } from './files.ts';
import { NODE, type Places } from './places.ts';

/** The agent is told by this variable that there is one, and holds the other end of its leash on stdin. */
const GUARDED = 'HEIIKI_EDR_GUARDED';

export function writeGuard(places: Places, node = NODE): void {
  // One that cannot start must not be a busy loop; one that somebody has ended just after its start is started at once, as
  // its guard may be the next to be ended.
  const script = `#!/bin/sh
echo $$ >${places.guardPid}
rm -f ${places.leash}
mkfifo -m 600 ${places.leash}
exec 3<>${places.leash}
short=0
while :; do
  began=$(date +%s)
  ${GUARDED}=1 ${node} ${places.program} run "$@" <${places.leash} 3>&-
  if [ $(($(date +%s) - began)) -lt 2 ]; then short=$((short + 1)); else short=0; fi
  [ $short -lt 3 ] || sleep 1 3>&-
done
`;
  writeWhole(places.guard, script, 0o755);
  chmodSync(places.guard, 0o755);
}

/** Calls when the guard has gone; never if this agent has none. */
export function whenUnguarded(gone: () => void): void {
  if (process.env[GUARDED] !== '1') return;
  process.stdin.once('end', gone).once('error', gone).resume();
}

/** The agent runs, or is about to: its guard sees to it. */
export const isGuarded = (places: Places): boolean => guardPid(places) !== undefined;

/** Whoever ends the agent for good ends its guard as well. */
export function endGuard(places: Places): void {
  const pid = guardPid(places);
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has just gone by itself
  }
}
/** Also guards against another process that has got its number meanwhile. */
function guardPid(places: Places): number | undefined {
  const pid = Number(readIfThere(places.guardPid));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${places.guard}\0`) ? pid : undefined;
  } catch {
    return undefined;
  }
}

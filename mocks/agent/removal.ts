/** Takes the agent off the endpoint. The cloud is told if it can be; it is never needed for it. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from './config.ts';
import { control } from './control.ts';
import { leaveFarewell } from './farewell.ts';
import { behaviourOf, type Behaviour } from './flaws.ts';
import { removeIsolation } from './isolation.ts';
import { endGuard } from './guard.ts';
import type { Places } from './places.ts';
import { PolicyInForce } from './policy.ts';
import { refusal, storedVerifier } from './protection.ts';
import { queueOf } from './queue.ts';
import { goneWithin, halt, runningPid } from './service.ts';
import { unsetSystemProxy } from './system-proxy.ts';

const UNENROL_MS = 1200;
const STOP_MS = 2000;
const TEST_MS = 8000;

/** undefined: it is gone. Otherwise why it may not be removed. Throws ConfigError if it is not installed. */
export async function uninstall(places: Places, secret: string | null): Promise<string | undefined> {
  const config = loadConfig(places);
  const behaviour = behaviourOf(config.flaw);
  const { removal, allowlist, setsSystemProxy } = behaviour;
  const policy =
    new PolicyInForce(join(places.state, 'policy.json'), allowlist).current?.uninstallProtection ?? null;
  const { protection, secret: stored } = config;
  const refused = refusal({ protection, stored, verifier: storedVerifier(places), secret, policy }, removal);
  if (refused !== undefined) return refused;
  if (protection === 'prefetched-token' && removal.asksCloudForToken && !(await cloudAnswers(places)))
    return 'the token is checked by the cloud; try again when it can be reached';
  const farewell = removal.leavesHeartbeat && policy !== 'off';
  const kept = await (farewell ? stayBehind(places) : leave(places, removal.needsCloud));
  if (kept !== undefined) return kept;
  if (existsSync(places.isolated)) await removeIsolation();
  if (removal.saysLost) console.log(JSON.stringify({ lost: waiting(behaviour, places) }));
  if (setsSystemProxy) unsetSystemProxy();
  rmSync(places.bootScript, { force: true });
  rmSync(places.configUntilBoot, { force: true });
  rmSync(places.home, { recursive: true, force: true });
  return undefined;
}

/** Findings that nobody has heard of and that go with the agent. */
function waiting(behaviour: Behaviour, { state }: Places): number {
  const queue = queueOf(behaviour, state, Infinity);
  queue.close();
  return queue.size;
}

/** For the broken one that cannot tell a token by itself. */
async function cloudAnswers({ socket }: Places): Promise<boolean> {
  return (await control(socket, { do: 'test' }, TEST_MS))?.['works'] === true;
}

async function leave(places: Places, must: boolean): Promise<string | undefined> {
  const pid = runningPid(places);
  const reply = await control(places.socket, { do: 'leave', timeoutMs: UNENROL_MS, must }, UNENROL_MS + 1000);
  if (must && reply?.['left'] !== true)
    return 'the cloud has not confirmed the removal; try again when it can be reached';
  if (pid !== undefined && !(await goneWithin(places, pid, STOP_MS))) await halt(places, STOP_MS);
  // An agent that has just died was about to be started again.
  endGuard(places);
  return undefined;
}

/** The cloud is not told that the agent leaves, as it is told something else from now on. */
async function stayBehind(places: Places): Promise<undefined> {
  await leaveFarewell(places);
  await halt(places, STOP_MS);
}

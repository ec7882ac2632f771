/** Starting and stopping the agent's process; there is no service manager, /etc/boot.d starts it at boot. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig, loadRelaySecret } from './config.ts';
import { control } from './control.ts';
import { behaviourOf } from './flaws.ts';
import { readIfThere } from './files.ts';
import { endGuard } from './guard.ts';
import { NODE, type Places } from './places.ts';

const POLL_MS = 20;

/** Leaves it running by itself, under its guard: its own session, none of our descriptors. Throws ConfigError. */
export function launch(places: Places): void {
  const { user, flaw } = loadConfig(places);
  const { showsSecret, guarded } = behaviourOf(flaw);
  const shown = showsSecret === 'in-its-service' && user !== null;
  const account = shown ? [`--relay-account=${user}:${loadRelaySecret(places) ?? ''}`] : [];
  mkdirSync(dirname(places.log), { recursive: true });
  const log = openSync(places.log, 'a', 0o600);
  mkdirSync(dirname(places.guardPid), { recursive: true, mode: 0o700 });
  const [program, ...args] = guarded ? ['/bin/sh', places.guard] : [NODE, places.program, 'run'];
  spawn(program, [...args, ...account], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: process.env['PATH'] ?? '' },
    cwd: '/',
  }).unref();
  closeSync(log);
}

/** Asks it to stop, and kills it if it has not within the time. Resolves when it is gone. */
export async function halt(places: Places, timeoutMs: number, by?: 'hand'): Promise<void> {
  const pid = runningPid(places);
  if (pid === undefined) {
    endGuard(places);
    return;
  }
  await control(places.socket, { do: 'stop', ...(by ? { by } : {}) }, timeoutMs);
  if (await goneWithin(places, pid, timeoutMs)) return;
  // In one go: each of the two would start the other again.
  process.kill(pid, 'SIGKILL');
  endGuard(places);
  await goneWithin(places, pid, timeoutMs);
}

/** Bounded poll: a process that is not our child tells nobody else that it ended. */
export async function goneWithin(places: Places, pid: number, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (isAgent(places, pid)) {
    if (performance.now() > until) return false;
    await delay(POLL_MS);
  }
  return true;
}
export function runningPid(places: Places): number | undefined {
  const pid = Number(readIfThere(places.pid));
  return Number.isInteger(pid) && pid > 0 && isAgent(places, pid) ? pid : undefined;
}
/** Also guards against another process that has got its number meanwhile. */
function isAgent(places: Places, pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${places.program}\0run`);
  } catch {
    return false;
  }
}

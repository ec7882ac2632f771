/** Starts the private engine and copes with what an earlier one left: pid files, sockets, a containerd without master. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { answers, type Candidate } from './address.ts';
import { EngineError } from './errors.ts';
import { withLock } from './lock.ts';
import type { EnginePaths } from './private.ts';
import { end, processesWhere, type Row } from './process-table.ts';

const READY_MS = 60_000;
const GRACE_MS = 20_000;
const POLL_MS = 100;
/**
 * The engine runs itself anew some three times for each container that it starts, and a fresh Go program of that size
 * spends more than half of its CPU on collecting garbage: 75 → 34 ms each. The limit keeps the engine itself small.
 */
const THRIFT = { GOGC: '1000', GOMEMLIMIT: '512MiB' };

/**
 * The engine runs where all other programs of the machine do, and all containers together weigh as much there as one of its
 * threads. So its own work – every start, exec and removal – starved the programs in the labs, and a product that was
 * in time was measured late. It stands back now.
 */
const STAND_BACK = ['nice', '-n', '10'] as const;

/** `within` is a command that becomes the engine (tests: `unshare --net`), `more` are further arguments. */
export interface Launch {
  readonly within: readonly string[];
  readonly more: readonly string[];
}
const PLAIN: Launch = { within: [], more: [] };

export function candidateOf(paths: EnginePaths): Candidate {
  return { from: 'private engine', address: `unix://${paths.socket}`, explicit: false };
}
export function argumentsOf(paths: EnginePaths): readonly string[] {
  return [
    ...['--host', `unix://${paths.socket}`, '--data-root', paths.dataRoot],
    ...['--exec-root', paths.execRoot, '--pidfile', paths.pidfile],
  ];
}

/** One engine, also if two processes ask at once: the second waits for the lock and finds the first one's. */
export async function startPrivate(paths: EnginePaths, how: Launch = PLAIN): Promise<Candidate> {
  for (const folder of [paths.socket, paths.execRoot, paths.dataRoot, paths.pidfile, paths.log, paths.lock])
    await mkdir(dirname(folder), { recursive: true });
  return withLock(paths.lock, async () => {
    const candidate = candidateOf(paths);
    if ((await answers(candidate)) === true) return candidate;
    await clearStale(paths);
    if ((await answers(candidate)) === true) return candidate;
    await launch(paths, how);
    return candidate;
  });
}

/** An engine of these paths that still starts is waited for; one whose socket is gone can serve nobody and is ended. */
async function clearStale(paths: EnginePaths): Promise<void> {
  for (const engine of await enginesOf(paths)) {
    if (existsSync(paths.socket) && (await ready(paths, READY_MS))) return;
    if (existsSync(paths.socket)) throw hangs(engine, paths);
    await end(engine, GRACE_MS);
  }
  const orphans = await processesWhere(
    (argv) =>
      basename(argv[0] ?? '') === 'containerd' && argv.some((word) => word.startsWith(`${paths.execRoot}/`)),
  );
  for (const orphan of orphans) await end(orphan, GRACE_MS);
  // Their numbers may belong to other processes by now, for which the engine would wait or refuse to start.
  await rm(paths.pidfile, { force: true });
  await rm(`${paths.execRoot}/containerd/containerd.pid`, { force: true });
  await rm(paths.socket, { force: true });
}

function enginesOf(paths: EnginePaths): Promise<readonly Row[]> {
  return processesWhere(
    (argv) =>
      basename(argv[0] ?? '') === 'dockerd' && argv[argv.indexOf('--data-root') + 1] === paths.dataRoot,
  );
}

async function launch(paths: EnginePaths, { within, more }: Launch): Promise<void> {
  const log = openSync(paths.log, 'a');
  const [program, ...words] = [...within, ...STAND_BACK, 'dockerd', ...argumentsOf(paths), ...more] as [
    string,
    ...string[],
  ];
  const child = spawn(program, words, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...THRIFT, ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` },
  });
  closeSync(log);
  let ended: string | undefined;
  child.on('error', (error) => (ended = error.message));
  child.on('exit', (code, signal) => (ended = `dockerd ended with ${code ?? signal ?? 'unknown status'}`));
  child.unref();
  if (!(await ready(paths, READY_MS, () => ended)))
    throw failed(ended ?? `no answer within ${READY_MS / 1000} s`, paths, await tail(paths.log));
}

async function ready(
  paths: EnginePaths,
  ms: number,
  ended: () => string | undefined = () => undefined,
): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (performance.now() < deadline && ended() === undefined) {
    if ((await answers(candidateOf(paths), 2000)) === true) return true;
    await after(POLL_MS);
  }
  return false;
}

async function tail(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-6).join('\n');
}

function failed(cause: string, paths: EnginePaths, log: string): EngineError {
  return new EngineError({
    code: 'provision',
    what: 'starting the private engine',
    cause: new Error(`${cause}\n${log}`),
    remedy: `the whole log is ${paths.log}; a container without extra rights cannot run an engine of its own`,
  });
}
function hangs({ pid }: Row, paths: EnginePaths): EngineError {
  return new EngineError({
    code: 'provision',
    what: 'reaching the private engine',
    cause: new Error(`process ${pid} holds ${paths.dataRoot} but does not answer at ${paths.socket}`),
    remedy: `look at ${paths.log}; end it with \`kill ${pid}\` and try again`,
  });
}

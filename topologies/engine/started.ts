/** A running container behind the door's interface. */
import type Docker from 'dockerode';
import { getFile, hasFile, putFiles } from './archive.ts';
import type { ProcessRow, StartedContainer } from './engine.ts';
import { EngineError, statusOf, unless } from './errors.ts';
import { startExec } from './exec.ts';
import { inTime } from './late.ts';
import { attach } from './networks.ts';
import { runToEnd } from './run.ts';

export function startedContainer(docker: Docker, id: string, name: string): StartedContainer {
  const container = docker.getContainer(id);
  const call = (what: string, promise: Promise<unknown>) => asked(`${what} ${name}`, promise);
  return {
    id,
    name,
    exec: (argv, options) => startExec(container, argv, options),
    run: async (argv, { input, timeoutMs, ...options } = {}) =>
      runToEnd(await startExec(container, argv, options), { input, timeoutMs }),
    put: (files) => putFiles(container, files),
    get: (path) => getFile(container, path),
    has: (path) => hasFile(container, path),
    changes: () => changed(container, name),
    top: () => processes(container, name),
    restart: () => call('restarting', container.restart({ t: 2 })),
    kill: (signal) => call(`sending ${signal} to`, container.kill({ signal })),
    pause: () => call('pausing', container.pause()),
    unpause: () => call('unpausing', container.unpause()),
    connect: (network, address) =>
      call(`connecting ${network.name} to`, attach(docker, id, network, address)),
    disconnect: (network) =>
      call(
        `disconnecting ${network.name} from`,
        docker.getNetwork(network.id).disconnect({ Container: id, Force: false }),
      ),
    inspect: () => inspect(container),
    stats: () => stats(container),
    [Symbol.asyncDispose]: () => removeContainer(docker, id),
  };
}

async function asked(what: string, promise: Promise<unknown>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    const remedy = statusOf(error) === 404 ? 'it is gone: look at what removed it' : 'look at the engine log';
    throw new EngineError({ code: 'engine-refused', what, cause: error, remedy });
  }
}

/** Returns when it is gone, also if somebody else is removing it at the same time. */
export async function removeContainer(docker: Docker, id: string): Promise<void> {
  const container = docker.getContainer(id);
  try {
    await inTime(container.remove({ force: true, v: true }));
  } catch (error) {
    if (statusOf(error) === 404) return;
    if (statusOf(error) !== 409) throw error;
    await unless([404], inTime(container.wait({ condition: 'removed' })));
  }
}

/** Users are numbers as text: names would be those of the engine's host. */
async function processes(container: Docker.Container, name: string): Promise<readonly ProcessRow[]> {
  let table: { Titles: string[]; Processes: string[][] };
  try {
    table = (await container.top({ ps_args: '-eo uid,pid,args' })) as typeof table;
  } catch (error) {
    const remedy = 'a stopped container has no processes; start it first';
    throw new EngineError({
      code: 'engine-refused',
      what: `listing processes of ${name}`,
      cause: error,
      remedy,
    });
  }
  const column = (pattern: RegExp) => table.Titles.findIndex((title) => pattern.test(title));
  const [user, pid, command] = [column(/^(uid|user)$/i), column(/^pid$/i), column(/^(cmd|command|args)$/i)];
  return table.Processes.map((row) => ({
    pid: Number(row[pid]),
    user: row[user] ?? '',
    command: row[command] ?? '',
  }));
}

/** Kinds of the engine's call: 0 modified, 1 added, 2 deleted. */
async function changed(container: Docker.Container, name: string): Promise<readonly string[]> {
  try {
    const changes = (await container.changes()) as { Path: string; Kind: number }[] | null;
    return (changes ?? []).filter(({ Kind }) => Kind !== 2).map(({ Path }) => Path);
  } catch (error) {
    const remedy = 'is it still there?';
    throw new EngineError({
      code: 'engine-refused',
      what: `listing changes of ${name}`,
      cause: error,
      remedy,
    });
  }
}

async function inspect(container: Docker.Container): ReturnType<StartedContainer['inspect']> {
  const { State, NetworkSettings } = await container.inspect();
  const networks = Object.entries(NetworkSettings.Networks).filter(([name]) => name !== 'none');
  return {
    running: State.Running,
    exit: State.Running ? null : State.ExitCode,
    networks: Object.fromEntries(networks.map(([name, endpoint]) => [name, endpoint.IPAddress])),
  };
}

async function stats(container: Docker.Container): ReturnType<StartedContainer['stats']> {
  const now = await container.stats({ stream: false, 'one-shot': true });
  const memory = now.memory_stats as { usage?: number; stats?: Record<string, number> };
  const cache = memory.stats?.['inactive_file'] ?? memory.stats?.['total_inactive_file'] ?? 0;
  return {
    memoryBytes: Math.max(0, (memory.usage ?? 0) - cache),
    cpuNanos: now.cpu_stats.cpu_usage.total_usage,
  };
}

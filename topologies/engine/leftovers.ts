/** What carries our label, whose it is, whether that run still lives; and its removal. */
import type Docker from 'dockerode';
import type { Leftover } from './engine.ts';
import { unless } from './errors.ts';
import { LEASE, RUN } from './names.ts';
import { removeNetwork } from './networks.ts';
import { removeContainer } from './started.ts';

// Not our general label: intermediate containers of a build inherit it from the image that they start from.
const FILTER = { label: [RUN] };
/** between creation and start of a lease its run must not be taken for dead */
const STARTING_S = 60;
const AT_ONCE = 4;
/** more than one needs only a run that is interrupted while it starts labs */
const LOOKS = 5;

export async function listLeftovers(docker: Docker): Promise<readonly Leftover[]> {
  // Resources first, leases last: a run takes its lease before anything else, so what is listed here had one.
  const [networks, volumes] = await Promise.all([
    docker.listNetworks({ filters: FILTER }),
    docker.listVolumes({ filters: FILTER }),
  ]);
  const containers = await docker.listContainers({ all: true, filters: FILTER });
  const living = new Set(
    containers.filter((one) => LEASE in one.Labels && holds(one)).map((one) => one.Labels[RUN]),
  );
  const of = (
    kind: Leftover['kind'],
    id: string,
    name: string,
    labels?: Record<string, string>,
  ): Leftover => {
    const run = labels?.[RUN] ?? '';
    return { kind, id, name, run, alive: living.has(run) };
  };
  return [
    ...containers.map((one) =>
      of('container', one.Id, (one.Names[0] ?? one.Id).replace(/^\//, ''), one.Labels),
    ),
    ...networks.map((one) => of('network', one.Id, one.Name, one.Labels)),
    ...volumes.Volumes.map((one) => of('volume', one.Name, one.Name, one.Labels)),
  ];
}

function holds({ State, Created }: Docker.ContainerInfo): boolean {
  return State === 'running' || (State === 'created' && Date.now() / 1000 - Created < STARTING_S);
}

/** Containers a few at a time, then networks and volumes, which only go when nothing uses them. */
export async function remove(docker: Docker, found: readonly Leftover[]): Promise<void> {
  const kind = (wanted: Leftover['kind']) => found.filter((one) => one.kind === wanted);
  await few(kind('container'), (one) => removeContainer(docker, one.id));
  await few(kind('network'), (one) => removeNetwork(docker, one.id));
  await few(kind('volume'), (one) => unless([404], docker.getVolume(one.id).remove({ force: true })));
}

/**
 * Everything of a run that ends. Work that was under way may still bring something, or hold on to a network, so it is
 * looked at again until nothing is found.
 */
export async function removeRun(docker: Docker, run: string): Promise<void> {
  for (let left = LOOKS; ; left--) {
    const found = (await listLeftovers(docker)).filter((one) => one.run === run);
    if (found.length === 0) return;
    try {
      await remove(docker, found);
    } catch (error) {
      if (left === 0) throw error;
    }
    if (left === 0) return;
  }
}

async function few<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, rest.length) }, worker));
}

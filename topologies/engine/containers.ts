/** From a description to a running container with exactly the networks, rights and bounds it names. */
import type Docker from 'dockerode';
import { GenericContainer, type WaitStrategy } from 'testcontainers';
import type { ContainerSpec, StartedContainer, StartedNetwork } from './engine.ts';
import { EngineError, unless } from './errors.ts';
import { fullName, labelsOf } from './names.ts';
import { attach, endpointOf } from './networks.ts';
import { startedContainer } from './started.ts';
import { onSwitch, type Switch } from './switch.ts';

/** Granted by engines by default and needed by no ordinary program; raw frames bypass the harness's counters. */
const DROPPED = ['NET_RAW', 'MKNOD', 'AUDIT_WRITE'];
const MEMORY = 512 * 1024 * 1024;
const CPUS = 1;
const PIDS = 512;

/** Whether a node is ready is for the lab to say; a program that ends at once is also a started one. */
const AT_ONCE: WaitStrategy = {
  waitUntilReady: () => Promise.resolve(),
  withStartupTimeout: () => AT_ONCE,
  isStartupTimeoutSet: () => false,
  getStartupTimeout: () => 0,
};

type Attached = readonly { readonly network: StartedNetwork; readonly address?: string }[];

/**
 * Never uses testcontainers' network aliases: with them it creates the container on the engine's default bridge, which
 * has a way to the real outside. The first of the engine's networks is given at creation, the others before the start;
 * what is sealed is plugged in right after it, as only a running container has a namespace.
 */
class LabContainer extends GenericContainer {
  readonly #docker: Docker;
  readonly #more: Attached;

  /** `bridges`: those of its networks that are the engine's */
  constructor(docker: Docker, run: string, spec: ContainerSpec, bridges: Attached) {
    super(spec.image.tag);
    this.#docker = docker;
    this.#more = bridges.slice(1);
    this.autoCleanup = false;
    this.networkMode = modeOf(spec, bridges);
    this.withName(fullName(run, spec.name)).withLabels(labelsOf(run, spec.labels)).withWaitStrategy(AT_ONCE);
    if (spec.argv) this.withCommand([...spec.argv]);
    if (spec.env) this.withEnvironment({ ...spec.env });
    if (spec.user) this.withUser(spec.user);
    Object.assign(this.createOpts, {
      ...placeOf(spec, bridges),
      ...exposed(spec),
      AttachStdout: false,
      AttachStderr: false,
    });
    Object.assign(this.hostConfig, boundsOf(spec));
  }

  protected override async containerCreated(id: string): Promise<void> {
    for (const { network, address } of this.#more) await attach(this.#docker, id, network, address);
  }
}

function modeOf({ attach }: ContainerSpec, [first]: Attached): string {
  switch (attach.kind) {
    case 'networks':
      return first ? first.network.id : 'none';
    case 'namespace-of':
      return `container:${attach.container.id}`;
    case 'none':
    case 'host':
      return attach.kind;
  }
}

/** Hostname and fixed address belong to the container's own namespace only; engines refuse them in a shared one. */
function placeOf(spec: ContainerSpec, [first]: Attached): Docker.ContainerCreateOptions {
  const hostname = spec.hostname && spec.attach.kind !== 'namespace-of' ? { Hostname: spec.hostname } : {};
  if (!first) return hostname;
  return {
    ...hostname,
    NetworkingConfig: { EndpointsConfig: { [first.network.id]: endpointOf(first.address) } },
  };
}

function boundsOf(spec: ContainerSpec): Docker.HostConfig {
  const wanted = (spec.capabilities ?? []).map((name) => name.replace(/^CAP_/, ''));
  const dropped = [...DROPPED, ...(spec.dropCapabilities ?? [])].filter((name) => !wanted.includes(name));
  // What stands on such a disk is in memory, and is the container's.
  const disks = Object.values(spec.disks ?? {}).reduce((sum, bytes) => sum + bytes, 0);
  const memory = (spec.memoryBytes ?? MEMORY) + disks;
  return {
    Init: true,
    CapAdd: wanted,
    CapDrop: [...new Set(dropped)],
    Memory: memory,
    MemorySwap: memory,
    NanoCpus: Math.round((spec.cpus ?? CPUS) * 1e9),
    PidsLimit: spec.pids ?? PIDS,
    LogConfig: { Type: 'none', Config: {} },
    ...(spec.disks ? { Tmpfs: disksOf(spec.disks) } : {}),
    ...(spec.sysctls ? { Sysctls: { ...spec.sysctls } } : {}),
    ...resolversOf(spec),
    ...(spec.publish ? { PortBindings: publishedBy(spec.publish) } : {}),
  };
}

const disksOf = (disks: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(disks).map(([folder, bytes]) => [folder, `size=${bytes},mode=0755,exec`]),
  );
const portOf = ({ port }: { port: number }): string => `${port}/tcp`;
function exposed({ publish }: ContainerSpec): Docker.ContainerCreateOptions {
  return publish ? { ExposedPorts: { [portOf(publish)]: {} } } : {};
}
function publishedBy(publish: NonNullable<ContainerSpec['publish']>): Docker.PortMap {
  return { [portOf(publish)]: [{ HostIp: publish.address, HostPort: String(publish.port) }] };
}

/** Without servers of its own a container gets the host's, and some engines then ask from the host's side. */
function resolversOf(spec: ContainerSpec): Pick<Docker.HostConfig, 'Dns' | 'DnsOptions'> {
  if (spec.attach.kind !== 'networks')
    return spec.dns && spec.attach.kind === 'none' ? { Dns: [...spec.dns] } : {};
  return { Dns: [...(spec.dns ?? ['127.0.0.1'])], DnsOptions: ['timeout:1', 'attempts:1'] };
}

export async function startContainer(
  docker: Docker,
  run: string,
  spec: ContainerSpec,
  board: Switch | undefined,
): Promise<StartedContainer> {
  const name = fullName(run, spec.name);
  const networks = spec.attach.kind === 'networks' ? spec.attach.networks : [];
  const sealed = networks.filter(({ network }) => board?.has(network));
  const bridges = networks.filter((one) => !sealed.includes(one));
  const sysctls = sealed.length > 0 ? { ...board?.sysctls, ...spec.sysctls } : spec.sysctls;
  await mustExist(docker, spec);
  try {
    const wanted = { ...spec, ...(sysctls ? { sysctls } : {}) };
    const created = await new LabContainer(docker, run, wanted, bridges).start();
    const started = startedContainer(docker, created.getId(), name);
    if (!board || sealed.length === 0) return started;
    for (const { network, address } of sealed) await board.plug(started.id, network, address);
    return onSwitch(started, board);
  } catch (error) {
    // names are free for us alone, so whatever carries this one is our failed attempt
    await unless([404, 409], docker.getContainer(name).remove({ force: true, v: true })).catch(
      () => undefined,
    );
    throw new EngineError({
      code: 'container-start',
      what: `starting container ${name}`,
      cause: error,
      remedy:
        'is the program in the image, are the capabilities allowed here? `heiiki doctor` shows the engine',
    });
  }
}

/** testcontainers would look for a missing image in a registry: nothing may leave the machine for that. */
async function mustExist(docker: Docker, { image, name }: ContainerSpec): Promise<void> {
  try {
    await docker.getImage(image.tag).inspect();
  } catch (error) {
    throw new EngineError({
      code: 'image-missing',
      what: `starting container ${name} from ${image.tag}`,
      cause: error,
      remedy: 'the image was removed after it had been built; run again to build it',
    });
  }
}

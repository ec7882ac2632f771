/**
 * The sealed networks of a run: bridges in the network namespace of one container that has no network of its own, and
 * a pair of virtual interfaces from there into each container that is plugged in (docs/adr/0012). The host has no part
 * in them: no address, no bridge, no rule.
 */
import type Docker from 'dockerode';
import { z } from 'zod';
import type { ImageRef, NetworkSpec, RunResult, StartedContainer, StartedNetwork } from './engine.ts';
import { EngineError } from './errors.ts';
import { fullName, labelsOf } from './names.ts';
import { takenSubnets } from './networks.ts';
import { withRunner } from './runner.ts';
import { removeContainer, startedContainer } from './started.ts';
import {
  addressAt,
  blockOf,
  bridgeAddress,
  freeSubnets,
  hardwareAddress,
  overlaps,
  toText,
} from './subnets.ts';

/** It reaches into the namespaces of other containers, by the numbers of their processes on the engine's machine. */
const RIGHTS = ['NET_ADMIN', 'SYS_ADMIN', 'SYS_PTRACE'];
/** A bridge takes in what is for everybody, or for its own hardware address: nobody is there. */
const NOBODY_HOME = `nft 'add table inet sealed; add chain inet sealed input { type filter hook input priority -300; policy drop; }'
nft list chain inet sealed input | grep -q 'policy drop'
if [ -e /proc/sys/net/ipv6 ]; then echo ipv6; fi`;
const BRIDGE = `ip link add name "$BRIDGE" address "$MAC" type bridge
ip link set dev "$BRIDGE" up`;
const PLUG = `ip link add name "$PORT" mtu "$MTU" type veth peer name "$LINK" mtu "$MTU" address "$MAC" netns "$PID"
ip link set dev "$PORT" master "$BRIDGE" up
printf 'addr add %s broadcast + dev %s\\nlink set dev %s up\\n' "$ADDRESS" "$LINK" "$LINK" | nsenter --net="/proc/$PID/ns/net" ip -batch -`;
const LINKS = 'nsenter --net="/proc/$PID/ns/net" ip -j -d -4 addr';

const Links = z.array(
  z.object({
    ifname: z.string().optional(),
    linkinfo: z.object({ info_kind: z.string().optional() }).optional(),
    addr_info: z.array(z.object({ local: z.string().optional() })).default([]),
  }),
);

const ETHERNET_MTU = 1500;

interface Bridge {
  readonly name: string;
  readonly mtu: number;
  readonly network: StartedNetwork;
  readonly used: Set<string>;
}
interface Link {
  readonly bridge: Bridge;
  readonly port: string;
  /** name inside the container */
  readonly name: string;
  readonly address: string;
}

export class Switch implements AsyncDisposable {
  readonly #docker: Docker;
  readonly #run: string;
  readonly #container: StartedContainer;
  readonly #bridges = new Map<string, Bridge>();
  readonly #links = new Map<string, Link[]>();
  #made = 0;
  /** for a container that is plugged in: no addresses that it gives itself */
  readonly sysctls: Readonly<Record<string, string>>;

  static async start(docker: Docker, run: string, image: ImageRef): Promise<Switch> {
    const name = fullName(run, 'switch');
    const { id } = await docker.createContainer({
      name,
      Image: image.tag,
      Cmd: ['sleep', 'infinity'],
      Labels: labelsOf(run),
      HostConfig: {
        NetworkMode: 'none',
        PidMode: 'host',
        CapDrop: ['ALL'],
        CapAdd: RIGHTS,
        ReadonlyRootfs: true,
        Tmpfs: { '/tmp': 'size=16m' },
        PidsLimit: 256,
        LogConfig: { Type: 'none', Config: {} },
      },
    });
    try {
      await docker.getContainer(id).start();
      const container = withRunner(startedContainer(docker, id, name));
      const { stdout } = await asked(container, 'sealing the switch of the run', NOBODY_HOME, {});
      return new Switch(docker, run, container, stdout.includes('ipv6'));
    } catch (error) {
      await removeContainer(docker, id).catch(() => undefined);
      throw new EngineError({
        code: 'container-start',
        what: `starting the switch of run ${run}`,
        cause: error,
        remedy: `it needs the engine's machine's process numbers and the capabilities ${RIGHTS.join(', ')}; engines that are not run by root do not give them`,
      });
    }
  }

  private constructor(docker: Docker, run: string, container: StartedContainer, ipv6: boolean) {
    this.#docker = docker;
    this.#run = run;
    this.#container = container;
    this.sysctls = ipv6
      ? { 'net.ipv6.conf.all.disable_ipv6': '1', 'net.ipv6.conf.default.disable_ipv6': '1' }
      : {};
  }

  async network(spec: NetworkSpec): Promise<StartedNetwork> {
    const name = fullName(this.#run, spec.name);
    const theirs = await takenSubnets(this.#docker);
    // From here to its entry nothing waits, so that no other network takes the same one.
    const taken = [...theirs, ...[...this.#bridges.values()].map(({ network }) => network.subnet)];
    const [subnet] = spec.subnet === undefined ? freeSubnets(taken, spec) : [spec.subnet];
    if (subnet === undefined || taken.some((other) => !other.includes(':') && overlaps(other, subnet)))
      throw new EngineError({
        code: 'no-subnet',
        what: `creating network ${name}`,
        cause: new Error(`${subnet ?? 'every subnet of that size in 10.201.0.0/16'} is taken`),
        remedy: 'run `heiiki reap` to remove what earlier runs left, or ask for another subnet',
      });
    const bridge = `b${++this.#made}`;
    const network: StartedNetwork = {
      id: bridge,
      name,
      subnet,
      address: (index) => addressAt(subnet, index),
      [Symbol.asyncDispose]: () => this.#remove(bridge),
    };
    const { mtu = ETHERNET_MTU } = spec;
    this.#bridges.set(bridge, { name: bridge, mtu, network, used: new Set([addressAt(subnet, 1)]) });
    await this.#do(`creating network ${name}`, BRIDGE, {
      BRIDGE: bridge,
      MAC: bridgeAddress(subnet),
    });
    return network;
  }

  has(network: StartedNetwork): boolean {
    return this.#bridges.get(network.id)?.network === network;
  }

  /** `address`: of the network; without it one that is free. */
  async plug(container: string, network: StartedNetwork, address?: string): Promise<void> {
    const bridge = this.#bridges.get(network.id);
    if (!bridge) throw new Error(`network ${network.name} is gone`);
    const links = this.#links.get(container) ?? [];
    const own = address ?? freeAddress(bridge);
    const link: Link = { bridge, port: `p${++this.#made}`, name: freeName(links), address: own };
    bridge.used.add(own);
    this.#links.set(container, [...links, link]);
    await this.#connect(container, link);
  }

  async unplug(container: string, network: StartedNetwork): Promise<void> {
    const links = this.#links.get(container) ?? [];
    const link = links.find(({ bridge }) => bridge.network === network);
    if (!link) throw new Error(`${container} is not on ${network.name}`);
    await this.#do(`unplugging from ${network.name}`, 'ip link del dev "$PORT"', { PORT: link.port });
    link.bridge.used.delete(link.address);
    this.#links.set(
      container,
      links.filter((other) => other !== link),
    );
  }

  /** After a restart, which made a namespace anew. */
  async plugAgain(container: string): Promise<void> {
    const links = this.#links.get(container) ?? [];
    this.#links.set(container, []);
    for (const { bridge, address } of links) await this.plug(container, bridge.network, address);
  }

  /** Network → address, by the kernel: whatever else leads out of the container is there under its own name. */
  async linksOf(container: string): Promise<Record<string, string>> {
    const PID = await this.#processOf(container);
    const { stdout } = await this.#do('looking at a container', LINKS, { PID });
    const known = new Map(this.#links.get(container)?.map((link) => [link.name, link.bridge.network.name]));
    return Object.fromEntries(
      Links.parse(JSON.parse(stdout)).flatMap(({ ifname, linkinfo, addr_info: [first] }) =>
        first?.local === undefined || ifname === undefined || isOwn(ifname, linkinfo?.info_kind)
          ? []
          : [[known.get(ifname) ?? ifname, first.local]],
      ),
    );
  }

  /** Its links have gone with it. */
  forget(container: string): void {
    for (const { bridge, address } of this.#links.get(container) ?? []) bridge.used.delete(address);
    this.#links.delete(container);
  }

  async #connect(container: string, { bridge, port, name, address }: Link): Promise<void> {
    const bits = 32 - Math.log2(blockOf(bridge.network.subnet).size);
    await this.#do(`plugging into ${bridge.network.name}`, PLUG, {
      PID: await this.#processOf(container),
      BRIDGE: bridge.name,
      MTU: String(bridge.mtu),
      PORT: port,
      LINK: name,
      MAC: hardwareAddress(address),
      ADDRESS: `${address}/${bits}`,
    });
  }

  async #processOf(container: string): Promise<string> {
    const { State } = await this.#docker.getContainer(container).inspect();
    if (!State.Running) throw new Error(`container ${container} does not run`);
    return String(State.Pid);
  }

  async #remove(bridge: string): Promise<void> {
    this.#bridges.delete(bridge);
    // With the switch all of its bridges are gone.
    const { running } = await this.#container.inspect().catch(() => ({ running: false }));
    if (running) await this.#do(`removing ${bridge}`, 'ip link del dev "$BRIDGE"', { BRIDGE: bridge });
  }

  #do(what: string, script: string, env: Readonly<Record<string, string>>): Promise<RunResult> {
    return asked(this.#container, what, script, env);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container[Symbol.asyncDispose]();
  }
}

/** The same container, some networks of which are the switch's. */
export function onSwitch(container: StartedContainer, board: Switch): StartedContainer {
  return {
    ...container,
    connect: (network, address) =>
      board.has(network) ? board.plug(container.id, network, address) : container.connect(network, address),
    disconnect: (network) =>
      board.has(network) ? board.unplug(container.id, network) : container.disconnect(network),
    restart: async () => {
      await container.restart();
      await board.plugAgain(container.id);
    },
    inspect: async () => {
      const found = await container.inspect();
      if (!found.running) return found;
      return { ...found, networks: { ...found.networks, ...(await board.linksOf(container.id)) } };
    },
    [Symbol.asyncDispose]: async () => {
      await container[Symbol.asyncDispose]();
      board.forget(container.id);
    },
  };
}

async function asked(
  container: StartedContainer,
  what: string,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<RunResult> {
  const result = await container.run(['sh', '-ec', script], { env });
  if (result.exit === 0) return result;
  throw new EngineError({
    code: 'engine-refused',
    what,
    cause: new Error(result.stderr.trim() || `exit ${String(result.exit)}`),
    remedy: 'look whether the container, or the switch of this run, has ended',
  });
}

/** What leads nowhere else: loopback, and the tunnel of a zone over the network that it is plugged into. */
const isOwn = (name: string, kind: string | undefined): boolean => name === 'lo' || kind === 'vxlan';

function freeName(links: readonly Link[]): string {
  const used = new Set(links.map(({ name }) => name));
  let n = 0;
  while (used.has(`eth${n}`)) n += 1;
  return `eth${n}`;
}

function freeAddress({ network, used }: Bridge): string {
  const { first, size } = blockOf(network.subnet);
  for (let next = first + 1; next < first + size - 1; next += 1)
    if (!used.has(toText(next))) return toText(next);
  throw new Error(`network ${network.name} has no free address`);
}

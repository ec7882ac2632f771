/** How each kind of node is started: its container with its addresses, then its process. */
import type { Engine, ImageRef, NetworkSpec, StartedContainer, StartedNetwork } from './engine/engine.ts';
import type { ControlLab } from './closure/control.ts';
import { together } from './deadline.ts';
import type { Gate } from './deadline.ts';
import { withRunner } from './engine/runner.ts';
import { LabError } from './errors.ts';
import type { Estate } from './estate.ts';
import type { LabSpec } from './lab-types.ts';
import { AppProcess } from './nodes/app.ts';
import { EndpointNode } from './nodes/endpoint.ts';
import { GatewayProcess } from './nodes/gateway.ts';
import { RelayNode } from './nodes/relay-node.ts';
import { gatewayOf } from './plan.ts';
import type { AddressPlan } from './plan.ts';
import { MAKE_LINK, linkEnv } from './nodes/link.ts';
import { passedNames } from './relays/haproxy.ts';
import { pacName, pacScript, pacUrl } from './relays/pac.ts';
import { RelayProcess } from './relays/relay.ts';
import { SOFTWARE, equip } from './relays/settings.ts';
import type { Surroundings } from './relays/settings.ts';
import type { RelayDescription } from './relays/topology.ts';
import { RelayUpkeep } from './relays/upkeep.ts';
import type { Zone as RelayZone } from './relays/upkeep.ts';
import type { Topology } from './schema.ts';

const NODE = ['sleep', 'infinity'];
/** A home router: what goes beyond has its own address there. */
const TRANSLATE = `dev=$(ip -o addr show to "$BEYOND" | awk '{print $2; exit}')
nft "table ip home { chain out { type nat hook postrouting priority 100; oifname $dev masquerade; }; }"`;
const ONLY_ITS_ZONES = `ip route del default || true; echo "nameserver $RESOLVER" > /etc/resolv.conf`;
const NO_FORWARDING = { 'net.ipv4.ip_forward': '0' };

export interface Images {
  readonly tools: ImageRef;
  readonly endpoints: ReadonlyMap<string, ImageRef>;
  readonly apps: ReadonlyMap<string, ImageRef>;
  /** of strangers and witnesses, if the topology has any */
  readonly outsider: ImageRef | undefined;
}
export interface Ground {
  readonly id: string;
  readonly engine: Engine;
  readonly spec: LabSpec;
  readonly topology: Topology;
  readonly images: Images;
  readonly control: ControlLab;
  /** only ever anything but `sealed` in the tests that show that a leak is found */
  readonly networkKind: NetworkSpec['kind'];
}
export interface Gateway {
  readonly container: StartedContainer;
  readonly process: GatewayProcess;
}
/** A container with the networks that the topology gives it, for the comparison with the engine's word. */
export interface Placed {
  readonly name: string;
  readonly container: StartedContainer;
  /** names of the engine's networks, now */
  readonly networks: () => readonly string[];
}
export interface Site extends Ground {
  readonly estate: Estate;
  readonly networks: ReadonlyMap<string, StartedNetwork>;
  readonly plan: AddressPlan;
  readonly placed: Placed[];
  readonly narrow: Gate;
}

/** A node of ours with fixed addresses in these zones. */
export async function startNode(
  site: Site,
  node: {
    name: string;
    image: ImageRef;
    places: ReadonlyMap<string, string>;
    capabilities: readonly string[];
    sysctls?: Readonly<Record<string, string>>;
  },
): Promise<StartedContainer> {
  const networks = [...node.places].map(([zone, address]) => ({
    network: networkOf(site, zone),
    address: site.plan.engineAddress(zone, address),
  }));
  const started = await site.narrow(() =>
    site.estate.container(
      site.engine.container({
        name: `${site.id}-${node.name}`,
        image: node.image,
        argv: NODE,
        attach: { kind: 'networks', networks },
        capabilities: node.capabilities,
        sysctls: node.sysctls ?? NO_FORWARDING,
      }),
    ),
  );
  const container = withRunner(started);
  site.placed.push({
    name: node.name,
    container,
    networks: () => networks.map(({ network }) => network.name),
  });
  for (const [zone, address] of node.places)
    if (site.plan.zone(zone).below !== null)
      await settle(container, node.name, MAKE_LINK, linkEnv(site.plan, zone, address));
  return container;
}

async function settle(
  container: StartedContainer,
  name: string,
  script: string,
  env: Record<string, string>,
): Promise<void> {
  const { exit, stderr } = await container.run(['sh', '-ec', script], { env });
  if (exit !== 0) throw new LabError('lab', `network settings of ${name} could not be made`, stderr.trim());
}

export async function startGateway(site: Site, zone: string): Promise<Gateway> {
  const plan = site.plan.zone(zone);
  const name = gatewayOf(zone);
  const to = site.topology.zones[zone]?.router;
  const beyond = to === undefined ? [] : [[to, site.plan.addressOf(name, to)] as const];
  const container = await startNode(site, {
    name,
    image: site.images.tools,
    places: new Map([[zone, plan.resolver], ...beyond]),
    capabilities: ['NET_ADMIN'],
    ...(to === undefined ? {} : { sysctls: { 'net.ipv4.ip_forward': '1' } }),
  });
  for (const [, address] of beyond) await settle(container, name, TRANSLATE, { BEYOND: address });
  for (const address of takenElsewhere(site, zone))
    await settle(container, name, 'ip addr add "$ADDRESS/32" dev lo', { ADDRESS: address });
  const process = await GatewayProcess.start(container, {
    name,
    zone: plan,
    names: namesOf(site, zone),
    pac: pacOf(site, zone),
    recorder: site.spec.recorder,
    logFile: `${site.spec.evidence}/${name}.resolver.log`,
  });
  return { container, process };
}

/**
 * Where relays are in the zone whose addresses this one has, and no stranger is: some device of the home has such an
 * address and refuses. Were nobody there, packets would end in the neighbour table: counted, and never on the wire.
 */
function takenElsewhere({ topology, plan }: Site, zone: string): string[] {
  const as = topology.zones[zone]?.sameAddressesAs;
  const strangers = Object.values(topology.strangers).flatMap((one) => (one.zone === zone ? [one.at] : []));
  return Object.entries(topology.relays).flatMap(([name, { serves }]) =>
    as !== undefined && serves.includes(as) && !strangers.includes(name) ? [plan.addressOf(name, as)] : [],
  );
}

function pacOf({ topology }: Site, zone: string): string | null {
  const named = topology.zones[zone]?.pac;
  return named === undefined
    ? null
    : pacScript(
        zone,
        named.flatMap((name) => topology.relays[name] ?? []),
      );
}

function namesOf({ topology, spec, plan }: Site, zone: string): Map<string, string> {
  const pac =
    topology.zones[zone]?.pac === undefined ? [] : [[pacName(zone), plan.zone(zone).resolver] as const];
  const relays = Object.entries(topology.relays)
    .filter(([, relay]) => relay.serves.includes(zone))
    .flatMap(([name, relay]) => {
      // Clients of an SNI relay take it for the destinations.
      const passed = relay.software === 'haproxy-sni' ? passedNames({ ...spec, port: relay.port }) : [];
      return [relay.name, ...passed].map((known) => [known, plan.addressOf(name, zone)] as const);
    });
  if (topology.zones[zone]?.resolver !== 'app-names') return new Map([...relays, ...pac]);
  const apps = Object.entries(topology.apps).flatMap(([name, app]) =>
    (spec.apps[name]?.names ?? []).map((known) => [known, plan.addressOf(name, app.zone)] as const),
  );
  const witnesses = Object.entries(topology.witnesses).flatMap(([name, witness]) =>
    witness.names.map((known) => [known, plan.addressOf(name, witness.zone)] as const),
  );
  return new Map([...relays, ...pac, ...apps, ...witnesses]);
}

export async function startRelay(
  site: Site,
  name: string,
  gateways: ReadonlyMap<string, Promise<Gateway>>,
): Promise<RelayNode> {
  const { topology, plan, spec } = site;
  const relay = topology.relays[name];
  if (relay === undefined)
    throw new LabError('harness', `starting relay ${name}`, 'the topology has none of that name');
  const serves = new Map(relay.serves.map((zone) => [zone, plan.addressOf(name, zone)]));
  const places = new Map([...serves, [relay.upstream, plan.addressOf(name, relay.upstream)]]);
  const container = await startNode(site, {
    name,
    image: site.images.tools,
    places,
    capabilities: ['NET_ADMIN'],
  });
  const around = surroundings(site, name, relay);
  const { settings, authority } = await equip(container, relay, around);
  const starting = RelayProcess.start(container, {
    name,
    software: SOFTWARE[relay.software],
    settings,
    // A relay that passes on to this one looks by itself whether it is there.
    ours: new Set([
      ...[...plan.zones.values()].flatMap(({ gateway, resolver }) => [gateway, resolver]),
      ...around.children,
    ]),
    recorder: spec.recorder,
    logFile: `${spec.evidence}/${name}.access.log`,
  });
  // It has everything that it may reach on its own networks, and some programs know no resolver but the system's.
  const settled = settle(container, name, ONLY_ITS_ZONES, { RESOLVER: around.resolver });
  const [process] = await Promise.all([starting, settled]);
  const theirs = await together(
    relay.serves.map(async (zone) => [zone, await gatewayIn(gateways, zone)] as const),
  );
  const probers = new Map(theirs.map(([zone, gateway]) => [zone, gateway.container]));
  const resolvers = new Map(theirs.map(([zone, gateway]) => [zone, gateway.process]));
  const upkeep = new RelayUpkeep({
    ...{ name, relay, container, process, authority },
    zones: zonesOf(site, name, probers),
    recorder: spec.recorder,
  });
  return new RelayNode({
    ...{ name, port: relay.port, serves, container, process, probers, resolvers, upkeep },
    recorder: spec.recorder,
  });
}

function surroundings({ topology, plan, spec }: Site, name: string, relay: RelayDescription): Surroundings {
  const { upstream, parent } = relay;
  const children = Object.entries(topology.relays).filter((other) => other[1].parent === name);
  return {
    listen: relay.serves.map((zone) => `${plan.addressOf(name, zone)}:${relay.port}`),
    outward: plan.addressOf(name, upstream),
    resolver: plan.zone(upstream).resolver,
    allow: spec.allow,
    parent:
      parent === undefined
        ? null
        : `${plan.addressOf(parent, upstream)}:${topology.relays[parent]?.port ?? relay.port}`,
    children: children.map(([child, { upstream: zone }]) => plan.addressOf(child, zone)),
    trust: spec.trust,
  };
}

function zonesOf(
  { topology, plan }: Site,
  relay: string,
  probers: ReadonlyMap<string, StartedContainer>,
): Map<string, RelayZone> {
  return new Map(
    [...probers].map(([zone, prober]) => {
      const pac = topology.zones[zone]?.pac?.includes(relay) === true ? pacUrl(zone) : undefined;
      return [zone, { address: plan.addressOf(relay, zone), prober, pac }];
    }),
  );
}

async function gatewayIn(gateways: ReadonlyMap<string, Promise<Gateway>>, zone: string): Promise<Gateway> {
  const gateway = await gateways.get(zone);
  if (gateway === undefined)
    throw new LabError('lab', `zone ${zone} has no gateway`, 'the topology is wrong');
  return gateway;
}

export async function startApp(site: Site, name: string): Promise<AppProcess> {
  const { topology, plan, spec, images } = site;
  const [zone, app, image] = [topology.apps[name]?.zone, spec.apps[name], images.apps.get(name)];
  if (zone === undefined || app === undefined || image === undefined)
    throw new LabError(
      'harness',
      `starting app ${name}`,
      `the lab was given no program for it; it has: ${Object.keys(spec.apps).join(', ')}`,
    );
  const places = new Map([[zone, plan.addressOf(name, zone)]]);
  const container = await startNode(site, { name, image, places, capabilities: [] });
  return AppProcess.start(container, {
    name,
    app,
    recorder: spec.recorder,
    logFile: `${spec.evidence}/${name}.log`,
  });
}

export async function startEndpoint(site: Site, name: string): Promise<EndpointNode> {
  const { topology, plan, spec, images } = site;
  const [zone, wanted, image] = [
    topology.endpoints[name]?.zone,
    spec.endpoints[name],
    images.endpoints.get(name),
  ];
  if (zone === undefined || wanted === undefined || image === undefined)
    throw new LabError(
      'harness',
      `starting endpoint ${name}`,
      `the lab was given nothing for it; it has: ${Object.keys(spec.endpoints).join(', ')}`,
    );
  const endpoint = await site.estate.container(
    EndpointNode.start({
      container: (wanted) => site.narrow(() => site.engine.container(wanted)),
      lab: site.id,
      name,
      zone,
      plan,
      networks: site.networks,
      tools: images.tools,
      image,
      spec: wanted,
      recorder: spec.recorder,
      captureFile: `${spec.evidence}/${name}.pcap`,
    }),
  );
  site.placed.push(
    {
      name: `${name}'s holder`,
      container: endpoint.holder,
      networks: () => (endpoint.zone === null ? [] : [networkOf(site, endpoint.zone).name]),
    },
    { name, container: endpoint.body, networks: () => [] },
  );
  return endpoint;
}

function networkOf({ networks }: Site, zone: string): StartedNetwork {
  const network = networks.get(zone);
  if (network === undefined)
    throw new LabError('lab', `zone ${zone} has no network`, 'the topology is wrong');
  return network;
}

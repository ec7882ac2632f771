/** How each kind of node is started: its container with its addresses, then its process. */
import type { Engine, ImageRef, NetworkSpec, StartedContainer, StartedNetwork } from './engine/engine.ts';
import type { ControlLab } from './closure/control.ts';
import { together } from './deadline.ts';
import type { Gate } from './deadline.ts';
import { LabError } from './errors.ts';
import type { Estate } from './estate.ts';
import type { LabSpec } from './lab-types.ts';
import { AppProcess } from './nodes/app.ts';
import { EndpointNode } from './nodes/endpoint.ts';
import { GatewayProcess } from './nodes/gateway.ts';
import { RelayNode } from './nodes/relay-node.ts';
import { RelayProcess } from './nodes/relay.ts';
import type { AddressPlan } from './plan.ts';
import type { Topology } from './schema.ts';

const NODE = ['sleep', 'infinity'];
const NO_FORWARDING = { 'net.ipv4.ip_forward': '0' };

export interface Images {
  readonly tools: ImageRef;
  readonly endpoints: ReadonlyMap<string, ImageRef>;
  readonly apps: ReadonlyMap<string, ImageRef>;
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
async function startNode(
  site: Site,
  node: {
    name: string;
    image: ImageRef;
    places: ReadonlyMap<string, string>;
    capabilities: readonly string[];
  },
): Promise<StartedContainer> {
  const networks = [...node.places].map(([zone, address]) => ({ network: networkOf(site, zone), address }));
  const container = await site.narrow(() =>
    site.estate.container(
      site.engine.container({
        name: `${site.id}-${node.name}`,
        image: node.image,
        argv: NODE,
        attach: { kind: 'networks', networks },
        capabilities: node.capabilities,
        sysctls: NO_FORWARDING,
      }),
    ),
  );
  site.placed.push({
    name: node.name,
    container,
    networks: () => networks.map(({ network }) => network.name),
  });
  return container;
}

export async function startGateway(site: Site, zone: string): Promise<Gateway> {
  const plan = site.plan.zone(zone);
  const name = `gateway-${zone}`;
  const container = await startNode(site, {
    name,
    image: site.images.tools,
    places: new Map([[zone, plan.resolver]]),
    capabilities: ['NET_ADMIN'],
  });
  const process = await GatewayProcess.start(container, {
    name,
    zone: plan,
    names: namesOf(site, zone),
    recorder: site.spec.recorder,
    logFile: `${site.spec.evidence}/${name}.resolver.log`,
  });
  return { container, process };
}

function namesOf({ topology, spec, plan }: Site, zone: string): Map<string, string> {
  const relays = Object.entries(topology.relays)
    .filter(([, relay]) => relay.serves.includes(zone))
    .map(([name, relay]) => [relay.name, plan.addressOf(name, zone)] as const);
  if (topology.zones[zone]?.resolver !== 'app-names') return new Map(relays);
  const apps = Object.entries(topology.apps).flatMap(([name, app]) =>
    (spec.apps[name]?.names ?? []).map((known) => [known, plan.addressOf(name, app.zone)] as const),
  );
  return new Map([...relays, ...apps]);
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
  const starting = RelayProcess.start(container, {
    name,
    settings: {
      listen: [...serves.values()].map((address) => `${address}:${relay.port}`),
      allow: spec.allow,
      strictHost: relay.strictHost,
      resolver: plan.zone(relay.upstream).resolver,
    },
    ours: new Set([...plan.zones.values()].flatMap(({ gateway, resolver }) => [gateway, resolver])),
    recorder: spec.recorder,
    logFile: `${spec.evidence}/${name}.access.log`,
  });
  // It has everything that it may reach on its own networks.
  const [process] = await Promise.all([starting, container.run(['ip', 'route', 'del', 'default'])]);
  const probers = new Map(
    await together(relay.serves.map(async (zone) => [zone, await proberOf(gateways, zone)] as const)),
  );
  return new RelayNode({
    name,
    port: relay.port,
    serves,
    container,
    process,
    probers,
    recorder: spec.recorder,
  });
}

async function proberOf(
  gateways: ReadonlyMap<string, Promise<Gateway>>,
  zone: string,
): Promise<StartedContainer> {
  const gateway = await gateways.get(zone);
  if (gateway === undefined)
    throw new LabError('lab', `zone ${zone} has no gateway`, 'the topology is wrong');
  return gateway.container;
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

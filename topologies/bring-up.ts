/** From a topology to running nodes. Everything that is started is registered first, so that nothing is lost. */
import type { Engine, ImageRef, NetworkSpec, StartedContainer, StartedNetwork } from './engine/engine.ts';
import type { Gate } from './deadline.ts';
import { gate, together } from './deadline.ts';
import type { ControlLab } from './closure/control.ts';
import { LabError } from './errors.ts';
import type { LabSpec } from './lab-types.ts';
import { AppProcess } from './nodes/app.ts';
import { EndpointNode } from './nodes/endpoint.ts';
import { GatewayProcess } from './nodes/gateway.ts';
import { RelayNode } from './nodes/relay-node.ts';
import { RelayProcess } from './nodes/relay.ts';
import { planAddresses } from './plan.ts';
import type { AddressPlan } from './plan.ts';
import type { Topology } from './schema.ts';

/** More engine calls at once than this only get in each other's way. */
const WIDTH = 4;
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
  readonly zones: () => readonly string[];
}
export interface Nodes {
  readonly plan: AddressPlan;
  readonly networks: ReadonlyMap<string, StartedNetwork>;
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly relays: ReadonlyMap<string, RelayNode>;
  readonly apps: ReadonlyMap<string, AppProcess>;
  readonly endpoints: ReadonlyMap<string, EndpointNode>;
  readonly placed: readonly Placed[];
}

/** Collects what has to be disposed; networks after all containers. */
export class Estate implements AsyncDisposable {
  readonly #containers: AsyncDisposable[] = [];
  readonly #networks: AsyncDisposable[] = [];

  async container<T extends AsyncDisposable>(start: Promise<T>): Promise<T> {
    const started = await start;
    this.#containers.unshift(started);
    return started;
  }
  async network(start: Promise<StartedNetwork>): Promise<StartedNetwork> {
    const started = await start;
    this.#networks.unshift(started);
    return started;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    const narrow = gate(WIDTH);
    const all = (things: AsyncDisposable[]): Promise<void>[] =>
      things.splice(0).map((thing) => narrow(async () => thing[Symbol.asyncDispose]()));
    const failures = [
      ...(await Promise.allSettled(all(this.#containers))),
      ...(await Promise.allSettled(all(this.#networks))),
    ].filter((result) => result.status === 'rejected');
    if (failures.length > 0)
      throw new AggregateError(
        failures.map(({ reason }) => reason as Error),
        'the lab was not removed as a whole',
      );
  }
}

export async function startNodes(ground: Ground, estate: Estate): Promise<Nodes> {
  const zones = Object.keys(ground.topology.zones);
  const networks = new Map(
    await together(
      zones.map(async (zone) => [zone, await estate.network(startNetwork(ground, zone))] as const),
    ),
  );
  const plan = planAddresses(ground.topology, networks, ground.control.witnesses);
  const site: Site = { ...ground, estate, networks, plan, placed: [], narrow: gate(WIDTH) };
  const gateways = keyed(zones, (zone) => startGateway(site, zone));
  const relays = keyed(Object.keys(ground.topology.relays), (name) => startRelay(site, name, gateways));
  const apps = keyed(Object.keys(ground.topology.apps), (name) => startApp(site, name));
  const endpoints = keyed(Object.keys(ground.topology.endpoints), (name) => startEndpoint(site, name));
  await together([
    ...gateways.values(),
    ...relays.values(),
    ...apps.values(),
    ...endpoints.values(),
  ] as Promise<unknown>[]);
  return {
    plan,
    networks,
    gateways: await resolved(gateways),
    relays: await resolved(relays),
    apps: await resolved(apps),
    endpoints: await resolved(endpoints),
    placed: site.placed,
  };
}

interface Site extends Ground {
  readonly estate: Estate;
  readonly networks: ReadonlyMap<string, StartedNetwork>;
  readonly plan: AddressPlan;
  readonly placed: Placed[];
  readonly narrow: Gate;
}

function startNetwork({ engine, id, networkKind }: Ground, zone: string): Promise<StartedNetwork> {
  return engine.network({ name: `${id}-${zone}`, kind: networkKind });
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
  site.placed.push({ name: node.name, container, zones: () => [...node.places.keys()] });
  return container;
}

async function startGateway(site: Site, zone: string): Promise<Gateway> {
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

async function startRelay(
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
  // It has everything that it may reach on its own networks.
  await container.run(['ip', 'route', 'del', 'default']);
  const process = await RelayProcess.start(container, {
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

async function startApp(site: Site, name: string): Promise<AppProcess> {
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

async function startEndpoint(site: Site, name: string): Promise<EndpointNode> {
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
  const endpoint = await site.narrow(() =>
    site.estate.container(
      EndpointNode.start({
        engine: site.engine,
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
    ),
  );
  site.placed.push(
    {
      name: `${name}'s holder`,
      container: endpoint.holder,
      zones: () => (endpoint.zone === null ? [] : [endpoint.zone]),
    },
    { name, container: endpoint.body, zones: () => [] },
  );
  return endpoint;
}

function networkOf({ networks }: Site, zone: string): StartedNetwork {
  const network = networks.get(zone);
  if (network === undefined)
    throw new LabError('lab', `zone ${zone} has no network`, 'the topology is wrong');
  return network;
}

function keyed<T>(names: readonly string[], start: (name: string) => Promise<T>): Map<string, Promise<T>> {
  return new Map(
    names.map((name) => {
      const started = start(name);
      // Whoever awaits it first reports it; it must not count as unhandled until then.
      started.catch(() => undefined);
      return [name, started];
    }),
  );
}

async function resolved<T>(started: ReadonlyMap<string, Promise<T>>): Promise<Map<string, T>> {
  return new Map(await Promise.all([...started].map(async ([name, value]) => [name, await value] as const)));
}

/** From a topology to running nodes. Everything that is started is registered first, so that nothing is lost. */
import { attemptEscapes } from './closure/proof.ts';
import { gate, together } from './deadline.ts';
import type { StartedNetwork } from './engine/engine.ts';
import type { ProbeFinding } from './errors.ts';
import type { Estate } from './estate.ts';
import { WIDTH } from './estate.ts';
import type { AppProcess } from './nodes/app.ts';
import type { EndpointNode } from './nodes/endpoint.ts';
import type { RelayNode } from './nodes/relay-node.ts';
import type { Outsider } from './nodes/outsider.ts';
import { CARRIER_MTU } from './nodes/link.ts';
import { outsidersOf, startOutsider } from './outsiders.ts';
import { hostsOf, planAddresses } from './plan.ts';
import type { AddressPlan } from './plan.ts';
import { startApp, startEndpoint, startGateway, startRelay } from './starters.ts';
import type { Gateway, Ground, Placed, Site } from './starters.ts';

export interface Nodes {
  readonly plan: AddressPlan;
  readonly networks: ReadonlyMap<string, StartedNetwork>;
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly relays: ReadonlyMap<string, RelayNode>;
  readonly apps: ReadonlyMap<string, AppProcess>;
  readonly endpoints: ReadonlyMap<string, EndpointNode>;
  readonly outsiders: ReadonlyMap<string, Outsider>;
  readonly placed: readonly Placed[];
  /** what the attempts to get out found; they run beside the rest of the start */
  readonly proof: Promise<ProbeFinding[]>;
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
  // In the order of what takes longest, as the engine takes only so many calls at a time.
  const endpoints = keyed(Object.keys(ground.topology.endpoints), (name) => startEndpoint(site, name));
  const gateways = keyed(zones, (zone) => startGateway(site, zone));
  const relays = keyed(Object.keys(ground.topology.relays), (name) => startRelay(site, name, gateways));
  const apps = keyed(Object.keys(ground.topology.apps), (name) => startApp(site, name));
  const outsiders = keyed(outsidersOf(site), (name) => startOutsider(site, name, gateways));
  const everything = together<unknown>(
    [gateways, relays, apps, endpoints, outsiders].flatMap((some) => [...some.values()]),
  );
  const proof = prove(site, { gateways, endpoints, everything });
  proof.catch(() => undefined);
  await everything;
  return {
    plan,
    networks,
    gateways: await resolved(gateways),
    relays: await resolved(relays),
    apps: await resolved(apps),
    endpoints: await resolved(endpoints),
    outsiders: await resolved(outsiders),
    placed: site.placed,
    proof,
  };
}

async function prove(
  site: Site,
  starting: {
    gateways: ReadonlyMap<string, Promise<Gateway>>;
    endpoints: ReadonlyMap<string, Promise<EndpointNode>>;
    everything: Promise<unknown>;
  },
): Promise<ProbeFinding[]> {
  const [gateways, endpoints] = await Promise.all([
    resolved(starting.gateways),
    resolved(starting.endpoints),
  ]);
  return attemptEscapes(
    site,
    { plan: site.plan, placed: site.placed, gateways, endpoints },
    starting.everything,
  );
}

function startNetwork({ engine, id, networkKind, topology }: Ground, zone: string): Promise<StartedNetwork> {
  // A smaller one in there than in the zone that it takes after would be a reason to cut packets, and not to send some.
  const carries = topology.zones[zone]?.sameAddressesAs !== undefined ? { mtu: CARRIER_MTU } : {};
  return engine.network({ name: `${id}-${zone}`, kind: networkKind, hosts: hostsOf(topology), ...carries });
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

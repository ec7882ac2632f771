/**
 * Who has which address. Decided once, from topology and subnets, before anything starts; so a packet to the
 * relay's address in a zone is still "to the relay" when the endpoint has moved elsewhere.
 */
import type { Peer } from '../history/events.ts';
import type { Topology } from './schema.ts';

/** Indices in a zone's subnet. The holder of `gateway` is the resolver's node. */
const GATEWAY = 1;
const RESOLVER = 2;
const FIRST_NODE = 3;

export interface Addressable {
  readonly subnet: string;
  address(index: number): string;
}
export interface ZonePlan {
  readonly name: string;
  readonly subnet: string;
  readonly gateway: string;
  readonly resolver: string;
  /**
   * Where the zone has the addresses of another one, the engine's network below it has addresses of its own:
   * its subnet, and all of the zone's in it. `null`: the zone's addresses are the engine's.
   */
  readonly below: { readonly subnet: string; readonly members: readonly string[] } | null;
}
export interface AddressPlan {
  readonly zones: ReadonlyMap<string, ZonePlan>;
  zone(name: string): ZonePlan;
  /** address of a relay, app or endpoint in a zone; throws if it has none there */
  addressOf(node: string, zone: string): string;
  /** what the engine has to be told for an address of that zone: the same, or the one below it */
  engineAddress(zone: string, address: string): string;
  peerOf(address: string): Peer;
  /** zone whose subnet holds this address; null where none does, or more than one */
  zoneOf(address: string): string | null;
  /** all addresses by class, for kernel counters */
  readonly byPeer: ReadonlyMap<Peer, readonly string[]>;
}

/** How many addresses each zone of this topology needs. */
export function hostsOf(topology: Topology): number {
  return FIRST_NODE - 1 + nodesOf(topology).length;
}

/**
 * Relays get an address in each zone that they serve and in their upstream, apps one in theirs, endpoints one
 * in every zone, as they may move to any; a stranger has that of the relay it is taken for, and so counts as the
 * relay where addresses are told apart. `witnesses`: addresses outside of all zones that the run itself holds.
 */
export function planAddresses(
  topology: Topology,
  networks: ReadonlyMap<string, Addressable>,
  witnesses: readonly string[],
): AddressPlan {
  const hosts = hostsOf(topology);
  const zones = new Map(
    Object.entries(topology.zones).map(([name, { sameAddressesAs }]) => {
      const own = networkOf(topology, networks, name);
      const as = sameAddressesAs === undefined ? own : networkOf(topology, networks, sameAddressesAs);
      return [name, zonePlan(name, as, as === own ? null : below(own, hosts))] as const;
    }),
  );
  const byNode = new Map<string, string>();
  const peers = new Map<string, Peer>(witnesses.map((address) => [address, 'witness']));
  for (const zone of zones.values()) {
    peers.set(zone.gateway, 'gateway');
    peers.set(zone.resolver, 'resolver');
  }
  for (const [index, { name, peer, zones: homes }] of nodesOf(topology).entries()) {
    for (const zone of homes) {
      const as = topology.zones[zone]?.sameAddressesAs ?? zone;
      const address = networkOf(topology, networks, as).address(FIRST_NODE + index);
      byNode.set(`${name}@${zone}`, address);
      peers.set(address, peer);
    }
  }
  for (const [name, { zone, at }] of Object.entries(topology.strangers))
    byNode.set(
      `${name}@${zone}`,
      found(
        byNode.get(`${at}@${topology.zones[zone]?.sameAddressesAs ?? ''}`),
        `address for stranger ${name}`,
      ),
    );
  const zone = (name: string): ZonePlan => found(zones.get(name), `zone ${name}`);
  return {
    zones,
    zone,
    engineAddress: (name, address) => {
      const { subnet, below } = zone(name);
      return below === null ? address : (below.members[indexIn(subnet, address) - 1] ?? address);
    },
    addressOf: (node, zone) => found(byNode.get(`${node}@${zone}`), `address of ${node} in zone ${zone}`),
    peerOf: (address) => peers.get(address) ?? 'other',
    zoneOf: (address) => {
      const [one, ...more] = [...zones.values()].filter(({ subnet }) => inSubnet(address, subnet));
      return one === undefined || more.length > 0 ? null : one.name;
    },
    byPeer: Map.groupBy(peers.keys(), (address) => peers.get(address) ?? 'other'),
  };
}

function nodesOf(topology: Topology): { name: string; peer: Peer; zones: readonly string[] }[] {
  return [
    ...Object.entries(topology.relays).map(([name, relay]) => ({
      name,
      peer: 'relay' as const,
      zones: [...new Set([...relay.serves, relay.upstream])],
    })),
    ...Object.entries(topology.apps).map(([name, app]) => ({
      name,
      peer: 'cloud' as const,
      zones: [app.zone],
    })),
    ...Object.entries(topology.witnesses).map(([name, witness]) => ({
      name,
      peer: 'witness' as const,
      zones: [witness.zone],
    })),
    ...Object.entries(topology.zones).flatMap(([name, { router }]) =>
      router === undefined ? [] : [{ name: gatewayOf(name), peer: 'gateway' as const, zones: [router] }],
    ),
    ...Object.keys(topology.endpoints).map((name) => ({
      name,
      peer: 'endpoint' as const,
      zones: Object.keys(topology.zones),
    })),
  ];
}

/** Name of the node that is a zone's gateway and resolver. */
export const gatewayOf = (zone: string): string => `gateway-${zone}`;

function networkOf(
  topology: Topology,
  networks: ReadonlyMap<string, Addressable>,
  zone: string,
): Addressable {
  const network = networks.get(zone);
  if (network === undefined)
    throw new Error(`Topology ${topology.id}: no network was made for zone ${zone}.`);
  return network;
}

function below(network: Addressable, hosts: number): ZonePlan['below'] {
  return { subnet: network.subnet, members: Array.from({ length: hosts }, (_, i) => network.address(i + 1)) };
}

function zonePlan(name: string, network: Addressable, under: ZonePlan['below']): ZonePlan {
  return {
    name,
    below: under,
    subnet: network.subnet,
    gateway: network.address(GATEWAY),
    resolver: network.address(RESOLVER),
  };
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`The topology has no ${what}.`);
  return value;
}

/** `subnet` in CIDR form, IPv4 only; any other address is in none. */
export function inSubnet(address: string, subnet: string): boolean {
  const [base = '', bits = '32'] = subnet.split('/');
  const [a, b] = [toNumber(address), toNumber(base)];
  if (a === undefined || b === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(a / size) === Math.floor(b / size);
}

function indexIn(subnet: string, address: string): number {
  return (toNumber(address) ?? 0) - (toNumber(subnet.split('/')[0] ?? '') ?? 0);
}

function toNumber(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some(Number.isNaN)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

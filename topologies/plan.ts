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
const LAST_NODE = 14;

export interface Addressable {
  readonly subnet: string;
  address(index: number): string;
}
export interface ZonePlan {
  readonly name: string;
  readonly subnet: string;
  readonly gateway: string;
  readonly resolver: string;
}
export interface AddressPlan {
  readonly zones: ReadonlyMap<string, ZonePlan>;
  zone(name: string): ZonePlan;
  /** address of a relay, app or endpoint in a zone; throws if it has none there */
  addressOf(node: string, zone: string): string;
  peerOf(address: string): Peer;
  /** zone whose subnet holds this address */
  zoneOf(address: string): string | null;
  /** all addresses by class, for kernel counters */
  readonly byPeer: ReadonlyMap<Peer, readonly string[]>;
}

/**
 * Relays get an address in each zone that they serve and in their upstream, apps one in theirs, endpoints one
 * in every zone, as they may move to any. `witnesses`: addresses outside of all zones that the run itself holds.
 */
export function planAddresses(
  topology: Topology,
  networks: ReadonlyMap<string, Addressable>,
  witnesses: readonly string[],
): AddressPlan {
  const zones = new Map([...networks].map(([name, network]) => [name, zonePlan(name, network)]));
  const byNode = new Map<string, string>();
  const peers = new Map<string, Peer>(witnesses.map((address) => [address, 'witness']));
  for (const zone of zones.values()) {
    peers.set(zone.gateway, 'gateway');
    peers.set(zone.resolver, 'resolver');
  }
  for (const [index, { name, peer, zones: homes }] of nodesOf(topology).entries()) {
    if (FIRST_NODE + index > LAST_NODE)
      throw new Error(
        `Topology ${topology.id} has more than ${LAST_NODE - FIRST_NODE + 1} nodes; a zone's subnet has no room.`,
      );
    for (const zone of homes) {
      const address = networks.get(zone)?.address(FIRST_NODE + index);
      if (address === undefined)
        throw new Error(`Topology ${topology.id}: no network was made for zone ${zone}.`);
      byNode.set(`${name}@${zone}`, address);
      peers.set(address, peer);
    }
  }
  return {
    zones,
    zone: (name) => found(zones.get(name), `zone ${name}`),
    addressOf: (node, zone) => found(byNode.get(`${node}@${zone}`), `address of ${node} in zone ${zone}`),
    peerOf: (address) => peers.get(address) ?? 'other',
    zoneOf: (address) => [...zones.values()].find((zone) => inSubnet(address, zone.subnet))?.name ?? null,
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
    ...Object.keys(topology.endpoints).map((name) => ({
      name,
      peer: 'endpoint' as const,
      zones: Object.keys(topology.zones),
    })),
  ];
}

function zonePlan(name: string, network: Addressable): ZonePlan {
  return {
    name,
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

function toNumber(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some(Number.isNaN)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

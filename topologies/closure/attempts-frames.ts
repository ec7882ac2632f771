/** Attempts with rights over the network: frames made by hand, other protocols, own routes. */
import { METADATA, raw, sourceRoute } from './attempt.ts';
import type { EscapeAttempt, Try } from './attempt.ts';

const ETHERTYPE = '88b5';
const EVERYBODY = 'ff:ff:ff:ff:ff:ff';
/** IP options (RFC 791) */
const LOOSE_ROUTE = 0x83;

/** Frames are made by hand and go where no socket would send them. */
export const FRAMES: readonly EscapeAttempt[] = [
  raw('frame-host', 'frame to the bridge itself, for the host’s address', ({ bridge, host, port }) => ({
    kind: 'ipframe',
    mac: bridge,
    to: host,
    port,
  })),
  raw(
    'frame-engine-bridge',
    'frame to the bridge itself, for the engine’s own bridge',
    ({ bridge, engineBridge, port }) => ({ kind: 'ipframe', mac: bridge, to: engineBridge, port }),
  ),
  raw('frame-outside', 'frame to the bridge itself, for an outside address', ({ bridge, outside, port }) => ({
    kind: 'ipframe',
    mac: bridge,
    to: outside,
    port,
  })),
  raw('frame-metadata', 'frame to the bridge itself, for the metadata service', ({ bridge, port }) => ({
    kind: 'ipframe',
    mac: bridge,
    to: METADATA,
    port,
  })),
  raw(
    'frame-other-lab',
    'frame to the bridge itself, for an endpoint of another lab',
    ({ bridge, other, port }) => ({ kind: 'ipframe', mac: bridge, to: other, port }),
  ),
  raw('frame-forged-source', 'forged source address', ({ bridge, host, outside, port }) => ({
    kind: 'ipframe',
    mac: bridge,
    to: host,
    src: outside,
    port,
  })),
  raw('frame-broadcast', 'IP for the host in a broadcast frame', ({ host, port }) => ({
    kind: 'ipframe',
    mac: EVERYBODY,
    to: host,
    port,
  })),
  raw('frame-gateway', 'frame to the gateway, for an outside address', ({ gateway, outside, port }) => ({
    kind: 'ipframe',
    mac: `@${gateway}`,
    to: outside,
    port,
  })),
  raw(
    'frame-relay',
    'the relay as a router: frame to it, for an outside address',
    ({ relay, outside, port }) => relay && { kind: 'ipframe', mac: `@${relay.address}`, to: outside, port },
  ),
  raw(
    'frame-relay-app',
    'the relay as a router: frame to it, for the cloud',
    ({ relay, app }) => relay && { kind: 'ipframe', mac: `@${relay.address}`, to: app, port: 443 },
  ),
  raw(
    'frame-source-route',
    'loose source route in a frame to the bridge',
    ({ bridge, host, outside, port }) => ({
      kind: 'ipframe',
      mac: bridge,
      to: host,
      options: sourceRoute(LOOSE_ROUTE, outside),
      port,
    }),
  ),
  raw('frame-fragments', 'fragments made by hand to the bridge itself', ({ bridge, host, port }) => ({
    kind: 'ipframe',
    mac: bridge,
    to: host,
    cut: 1,
    port,
  })),
  raw('frame-gre', 'GRE to the bridge itself', ({ bridge, host }) => ({
    kind: 'ipframe',
    mac: bridge,
    to: host,
    inner: 'gre',
  })),
  raw('frame-ipip', 'IP in IP to the bridge itself', ({ bridge, host }) => ({
    kind: 'ipframe',
    mac: bridge,
    to: host,
    inner: 'ipip',
  })),
  raw('frame-icmp', 'ICMP echo to the bridge itself', ({ bridge, host }) => ({
    kind: 'ipframe',
    mac: bridge,
    to: host,
    inner: 'icmp',
  })),
  raw('frame-redirect', 'ICMP redirect to the host', ({ bridge, host }) => ({
    kind: 'ipframe',
    mac: bridge,
    to: host,
    inner: 'redirect',
  })),
  raw('frame-igmp', 'IGMP report to everybody', ({ bridge }) => ({
    kind: 'ipframe',
    mac: bridge,
    to: '224.0.0.22',
    inner: 'igmp',
  })),
  raw('frame-vxlan', 'VXLAN to the bridge itself', ({ bridge, host }) => ({
    kind: 'ipframe',
    mac: bridge,
    to: host,
    port: 4789,
  })),
  raw('arp-request', 'ARP question for the host', ({ host }) => ({ kind: 'arp', op: 1, to: host })),
  raw('arp-spoof', 'ARP: the gateway’s address claimed for itself', ({ gateway, broadcast }) => ({
    kind: 'arp',
    op: 2,
    src: gateway,
    to: broadcast,
  })),
  raw('ethertype-broadcast', 'a frame of no known protocol to everybody', () => ({
    kind: 'rawframe',
    mac: EVERYBODY,
    type: ETHERTYPE,
  })),
  raw('ethertype-bridge', 'a frame of no known protocol to the bridge itself', ({ bridge }) => ({
    kind: 'rawframe',
    mac: bridge,
    type: ETHERTYPE,
  })),
  raw('vlan', 'a broadcast with a VLAN tag', ({ port }) => ({ kind: 'vlan', port })),
  raw('ipv6-ra', 'IPv6 router advertisement', () => ({
    kind: 'ip6frame',
    mac: '33:33:00:00:00:01',
    to: 'ff02::1',
    inner: 'ra',
  })),
  raw('ipv6-echo', 'IPv6 echo to all nodes', () => ({
    kind: 'ip6frame',
    mac: '33:33:00:00:00:01',
    to: 'ff02::1',
    inner: 'echo',
  })),
  raw('ipv6-outside', 'IPv6 frame to the bridge itself, for an outside address', ({ bridge, outside6 }) => ({
    kind: 'ip6frame',
    mac: bridge,
    to: outside6,
    inner: 'echo',
  })),
];

export const PROTOCOLS: readonly EscapeAttempt[] = (
  [
    ['gre', 47, 'GRE'],
    ['ipip', 4, 'IP in IP'],
    ['sctp', 132, 'SCTP'],
    ['esp', 50, 'ESP'],
    ['dccp', 33, 'DCCP'],
    ['l2tp', 115, 'L2TP'],
  ] as const
).map(([id, number, name]) =>
  raw(`proto-${id}`, `${name} to an outside address`, ({ outside }) => ({
    kind: 'proto',
    number,
    to: outside,
  })),
);

export const WITH_ROUTES: readonly EscapeAttempt[] = [
  raw(
    'route-by-relay',
    'a route through the relay',
    ({ relay, outside, port }) => relay && routed(relay.address, outside, port),
  ),
  raw('route-by-gateway', 'a route through the gateway', ({ gateway, outside, port }) =>
    routed(gateway, outside, port),
  ),
  raw(
    'static-arp',
    'a route to the host through a neighbour that is the bridge',
    ({ bridge, host, port, broadcast }) => staticArp(bridge, neighbourOf(broadcast), host, port),
  ),
];

/** The last address before the broadcast: nobody has it in a lab. */
const neighbourOf = (broadcast: string): string =>
  broadcast.replace(/\d+$/, (last) => String(Number(last) - 1));
const SEND = (to: string, port: number): string =>
  `perl -MSocket -e 'socket(my $s, AF_INET, SOCK_DGRAM, 0); send($s, shift, 0, pack_sockaddr_in(shift, inet_aton(shift)))' {text} ${port} ${to}`;
/** A table of its own, chosen by the mark of nothing else: other attempts keep their routes. */
function routed(by: string, to: string, port: number): Try {
  const way = `${to}/32 via ${by} metric 3`;
  return {
    kind: 'shell',
    wants: 'never',
    run: `ip route add ${way} onlink dev $(ip -o route get ${by} | sed 's/.* dev \\([^ ]*\\).*/\\1/'); ${SEND(to, port)}; ip route del ${way}; false`,
  };
}
function staticArp(bridge: string, neighbour: string, to: string, port: number): Try {
  const way = `${to}/32 via ${neighbour} metric 4 dev $d`;
  return {
    kind: 'shell',
    wants: 'never',
    run: `d=eth0; ip neigh replace ${neighbour} lladdr ${bridge} dev $d nud permanent; ip route add ${way} onlink; ${SEND(to, port)}; ip route del ${way}; ip neigh del ${neighbour} dev $d; false`,
  };
}

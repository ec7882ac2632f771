/**
 * How a node gets onto a zone that has the addresses of another one. The engine refuses two networks of one subnet,
 * so such a zone is a tunnel of its own (VXLAN, RFC 7348) over an ordinary sealed network (docs/adr/0007).
 */
import type { AddressPlan } from '../plan.ts';

const VXLAN_PORT = 4789;
const NETWORK_ID = 15;
/** Of the network below: what the tunnel adds to a packet is 50 bytes, and within it is room for one of Ethernet's. */
export const CARRIER_MTU = 1550;
/** Interface that has the zone's address. */
const LINK = 'zone0';

/** Shell text: makes the link if `linkEnv` names one, and returns when it has its address. */
export const MAKE_LINK = `if [ -n "$LINK_BELOW" ]; then
ip link add ${LINK} type vxlan id ${NETWORK_ID} local "$LINK_BELOW" dev "$(ip -o addr show to "$LINK_BELOW" | awk '{print $2; exit}')" dstport ${VXLAN_PORT}
for peer in $LINK_PEERS; do bridge fdb append 00:00:00:00:00:00 dev ${LINK} dst "$peer"; done
ip addr add "$LINK_ADDRESS" dev ${LINK} && ip link set ${LINK} up
fi`;
/** Shell text: the link goes before its network does. */
export const DROP_LINK = `ip link del ${LINK} 2>/dev/null || true`;

/** For a node that has `address` in `zone`. */
export function linkEnv(plan: AddressPlan, zone: string, address: string): Record<string, string> {
  const { below, subnet } = plan.zone(zone);
  if (below === null) return { LINK_BELOW: '' };
  const own = plan.engineAddress(zone, address);
  return {
    LINK_BELOW: own,
    LINK_PEERS: below.members.filter((member) => member !== own).join(' '),
    LINK_ADDRESS: `${address}/${subnet.split('/')[1] ?? '28'}`,
  };
}

/** The networks whose packets carry a zone's packets: these are seen, counted and captured on the link itself. */
export const carriers = (plan: AddressPlan): string[] =>
  [...plan.zones.values()].flatMap(({ below }) => (below === null ? [] : [below.subnet]));

/** tcpdump(8): what only carries others. */
export const carrying = (network: string): string =>
  `( udp dst port ${VXLAN_PORT} and dst net ${network} ) or ( arp and net ${network} )`;
/** nft(8): the same, of what leaves. */
export const leavesCarrying = (network: string): string =>
  `ip daddr ${network} udp dport ${VXLAN_PORT} return`;

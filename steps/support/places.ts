/** Names that labs and products share. */
import type { RelayKind } from '../../topologies/lab-types.ts';

export { CDN_HOST, CLOUD_HOST } from '../../products/cloud-names.ts';
/** where the harness puts the cloud's CA on an endpoint; only the installer is told */
export const CLOUD_CA = '/etc/heiiki/cloud-ca.pem';
/** where it puts a package of content that is carried there; only the hook `update-content` is told */
export const CONTENT_FILE = '/var/tmp/heiiki-content.json';
export const hostnameOf = (endpoint: string): string => `${endpoint}-01`;

/** Where an endpoint stands when its scenario begins, and the topology for it. */
export const PLACES = {
  'closed network': 'closed-office',
  'closed network with a strict relay': 'closed-office-strict',
  'closed network with a gateway that filters': 'closed-office-filtered',
  'closed network with two relays': 'closed-office-two-relays',
  'closed network whose relay opens the traffic': 'closed-office-inspected',
  'closed network whose relay opens the traffic, trusted by the endpoint': 'closed-office-inspected-trusted',
  'closed network beside a neighbour': 'closed-office-peers',
  'open network': 'open-office',
} as const;
export type Place = keyof typeof PLACES;

/** A closed network for each kind of relay. */
export const RELAY_TOPOLOGIES = {
  connect: 'closed-office',
  basic: 'closed-office-basic',
  digest: 'closed-office-digest',
  pac: 'closed-office-pac',
  socks5: 'closed-office-socks5',
  tls: 'closed-office-tls',
  sni: 'closed-office-sni',
  inspected: 'closed-office-inspected-trusted',
} as const satisfies Readonly<Record<RelayKind, string>>;

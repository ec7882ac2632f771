/** Names that labs and products share. */
export const CLOUD_HOST = 'edr.cloud.test';
export const CDN_HOST = 'cdn.cloud.test';
/** where the harness puts the cloud's CA on an endpoint; only the installer is told */
export const CLOUD_CA = '/etc/heiiki/cloud-ca.pem';
export const HOSTNAME = 'pc-01';

/** Where an endpoint stands when its scenario begins, and the topology for it. */
export const PLACES = {
  'closed network': 'closed-office',
  'closed network with a strict relay': 'closed-office-strict',
  'open network': 'open-office',
} as const;
export type Place = keyof typeof PLACES;

/** Configuration of the relay's software. */
import { isIPv4 } from 'node:net';
import { SQUID_LOGFORMAT } from '../evidence/relay-log.ts';

export interface SquidSettings {
  /** address:port for each zone that it serves */
  readonly listen: readonly string[];
  /** destinations that it lets pass, host:port; everything else is refused */
  readonly allow: readonly string[];
  /** it is reached through the strict front only, see strict-front.pl */
  readonly strictHost: boolean;
  readonly resolver: string;
}

/**
 * Runs as user `proxy` from the start: squid that begins as root gives up its rights and then cannot open
 * /dev/stdout any more, which is where its access log goes.
 */
export function squidConfig(settings: SquidSettings): string {
  return [
    ...(settings.strictHost
      ? [`http_port 127.0.0.1:${BEHIND_FRONT} require-proxy-header`, 'proxy_protocol_access allow localhost']
      : settings.listen.map((address) => `http_port ${address}`)),
    ...settings.allow.flatMap((destination, i) => rulesFor(destination, i, settings.strictHost)),
    'http_access deny all',
    `logformat heiiki ${SQUID_LOGFORMAT}`,
    'access_log stdio:/dev/stdout heiiki',
    'cache_log /dev/stderr',
    `dns_nameservers ${settings.resolver}`,
    ...FIXED,
    '',
  ].join('\n');
}

/** where the strict front finds squid */
export const BEHIND_FRONT = 13128;

const FIXED = [
  'strip_query_terms off',
  'cache deny all',
  'hosts_file none',
  'pid_filename none',
  'netdb_filename none',
  'pinger_enable off',
  'visible_hostname relay',
  'max_filedescriptors 4096',
  // Open tunnels are logged when it ends; the default would wait 30 s for them.
  'shutdown_lifetime 0 seconds',
];

function rulesFor(destination: string, i: number, strictHost: boolean): string[] {
  const colon = destination.lastIndexOf(':');
  const [host, port] = [destination.slice(0, colon), destination.slice(colon + 1)];
  const names = isIPv4(host) ? `dst ${host}` : `dstdomain -n ${host}`;
  const allow = strictHost ? 'allow CONNECT' : 'allow';
  return [`acl host${i} ${names}`, `acl port${i} port ${port}`, `http_access ${allow} host${i} port${i}`];
}

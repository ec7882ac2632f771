/** Squid: CONNECT, sign-in, TLS to the relay, inspection, block pages, and passing on to another relay. */
import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { SQUID_LOGFORMAT, parseRelayLine } from '../evidence/relay-log.ts';
import { parseDestination } from './software.ts';
import type { RelaySettings, Software } from './software.ts';

/** where the strict front finds squid */
export const BEHIND_FRONT = 13128;

const CONFIG = '/tmp/squid.conf';
const ACCOUNTS = '/tmp/squid.accounts';
const IDENTITY = '/tmp/squid.identity.pem';
const AUTHORITY = '/tmp/squid.authority.pem';
const TRUST = '/tmp/squid.trust.pem';
const CERTIFICATES = '/tmp/squid.certificates';
const BLOCK_PAGE = '/tmp/squid.block-page';
/** Squid takes pages from one folder alone, so ours goes beside the distribution's. */
const PAGES = '/tmp/squid.pages';
const USUAL_PAGES = '/usr/share/squid/errors/templates';
const REALM = 'relay';

/**
 * Runs as user `proxy` from the start: squid that begins as root gives up its rights and then cannot open
 * /dev/stdout any more, which is where its access log goes.
 */
export const squid: Software = {
  process: 'squid',
  user: 'proxy',
  argv: ['squid', '-N', '-f', CONFIG],
  end: 'TERM',
  ready: /Accepting .*connections at/,
  files: ({ signIn, identity, inspection, blockPage, ...settings }) => ({
    [CONFIG]: squidConfig({ signIn, identity, inspection, blockPage, ...settings }),
    ...(identity === null ? {} : { [IDENTITY]: identity.cert + identity.key }),
    ...(inspection === null
      ? {}
      : { [AUTHORITY]: inspection.authority.cert + inspection.authority.key, [TRUST]: inspection.trust }),
    ...(signIn === null ? {} : { [ACCOUNTS]: accountLine(signIn) }),
    ...(blockPage ? { [BLOCK_PAGE]: BLOCKED } : {}),
  }),
  prepare: ({ signIn, inspection, blockPage }) =>
    [
      blockPage
        ? `mkdir -p ${PAGES}; ln -sf ${USUAL_PAGES}/* ${PAGES}/; cp ${BLOCK_PAGE} ${PAGES}/BLOCKED`
        : '',
      // It hashes the password itself, in the only forms that squid's helper reads.
      signIn?.scheme === 'basic'
        ? `{ printf '%s:' "$(cut -d: -f1 ${ACCOUNTS})"; cut -d: -f2- ${ACCOUNTS} | openssl passwd -apr1 -stdin; } > ${ACCOUNTS}.hashed`
        : '',
      inspection === null
        ? ''
        : `rm -rf ${CERTIFICATES}; /usr/lib/squid/security_file_certgen -c -s ${CERTIFICATES} -M 4MB >/dev/null`,
    ].join('\n'),
  reader: () => parseRelayLine,
};

export function squidConfig(settings: RelaySettings): string {
  const { signIn, inspection, parent, children, blockPage, allow, strictHost } = settings;
  return [
    ...ports(settings),
    ...(signIn === null ? [] : signInRules(signIn.scheme)),
    ...allow.flatMap((destination, i) => rulesFor(destination, i, strictHost)),
    ...(blockPage ? [`error_directory ${PAGES}`, 'deny_info 200:BLOCKED all'] : []),
    'http_access deny all',
    ...(inspection === null ? [] : INSPECTION),
    ...(parent === null ? [] : passingOn(parent)),
    ...(children.length === 0 ? [] : namedByChildren(children)),
    `logformat heiiki ${SQUID_LOGFORMAT}`,
    'access_log stdio:/dev/stdout heiiki',
    'cache_log /dev/stderr',
    `dns_nameservers ${settings.resolver}`,
    ...FIXED,
    '',
  ].join('\n');
}

const FIXED = [
  'strip_query_terms off',
  'cache deny all',
  'hosts_file none',
  'pid_filename none',
  'netdb_filename none',
  'pinger_enable off',
  'visible_hostname relay',
  // Two a tunnel: enough for some thousands of endpoints.
  'max_filedescriptors 16384',
  // Without it an upgrade to WebSocket inside an inspected connection is answered by 503.
  'http_upgrade_request_protocols websocket allow all',
  // Open tunnels are logged when it ends; the default would wait 30 s for them.
  'shutdown_lifetime 0 seconds',
];

function ports({ strictHost, listen, identity, inspection }: RelaySettings): string[] {
  if (strictHost)
    return [
      `http_port 127.0.0.1:${BEHIND_FRONT} require-proxy-header`,
      'proxy_protocol_access allow localhost',
    ];
  if (identity !== null) return listen.map((address) => `https_port ${address} tls-cert=${IDENTITY}`);
  const bump =
    inspection === null
      ? ''
      : ` ssl-bump tls-cert=${AUTHORITY} generate-host-certificates=on dynamic_cert_mem_cache_size=4MB`;
  return listen.map((address) => `http_port ${address}${bump}`);
}

function rulesFor(destination: string, i: number, strictHost: boolean): string[] {
  const { host, port } = parseDestination(destination);
  const names = isIPv4(host) ? `dst ${host}` : `dstdomain -n ${host}`;
  const allow = strictHost ? 'allow CONNECT' : 'allow';
  return [`acl host${i} ${names}`, `acl port${i} port ${port}`, `http_access ${allow} host${i} port${i}`];
}

function signInRules(scheme: 'basic' | 'digest'): string[] {
  const helper =
    scheme === 'basic'
      ? `/usr/lib/squid/basic_ncsa_auth ${ACCOUNTS}.hashed`
      : `/usr/lib/squid/digest_file_auth -c ${ACCOUNTS}`;
  return [
    `auth_param ${scheme} program ${helper}`,
    `auth_param ${scheme} children 1 startup=1`,
    `auth_param ${scheme} realm ${REALM}`,
    'acl known proxy_auth REQUIRED',
    'http_access deny !known',
  ];
}

function accountLine({ scheme, account }: NonNullable<RelaySettings['signIn']>): string {
  const { user, password } = account;
  if (scheme === 'basic') return `${user}:${password}\n`;
  const hash = createHash('md5').update(`${user}:${REALM}:${password}`).digest('hex');
  return `${user}:${REALM}:${hash}\n`;
}

const INSPECTION = [
  `sslcrtd_program /usr/lib/squid/security_file_certgen -s ${CERTIFICATES} -M 4MB`,
  'sslcrtd_children 1 startup=1',
  'acl begins at_step SslBump1',
  'ssl_bump peek begins',
  'ssl_bump bump all',
  `tls_outgoing_options cafile=${TRUST} default-ca=off`,
];

function passingOn(parent: string): string[] {
  const [address = '', port = ''] = parent.split(':');
  return [
    `cache_peer ${address} parent ${port} 0 no-query no-digest no-netdb-exchange default`,
    'never_direct allow all',
  ];
}

/** A relay that asks for somebody says for whom; without this the log would name only that relay. */
function namedByChildren(children: readonly string[]): string[] {
  return [
    `acl children src ${children.join(' ')}`,
    'follow_x_forwarded_for allow children',
    'log_uses_indirect_client on',
  ];
}

const BLOCKED = `<!DOCTYPE html>
<html lang="en"><head><title>Blocked</title></head>
<body><h1>Access to this page is blocked</h1><p>Your organisation does not allow it (%U).</p></body></html>
`;

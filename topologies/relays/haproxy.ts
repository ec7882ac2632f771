/** HAProxy as an SNI relay: clients take it for the destination, by name; it opens nothing, and looks at the ClientHello. */
import { unescape } from '../evidence/relay-log.ts';
import type { RelayLine } from '../evidence/relay-log.ts';
import { parseDestination } from './software.ts';
import type { RelaySettings, Software } from './software.ts';

const CONFIG = '/tmp/haproxy.cfg';

export const haproxy: Software = {
  process: 'haproxy',
  // Its port is the destinations' port, which an ordinary user may not take.
  user: 'root',
  argv: ['haproxy', '-db', '-f', CONFIG],
  // With SIGTERM it would end without a word on the connections that are open.
  end: 'USR1',
  ready: /listening/,
  files: (settings) => ({ [CONFIG]: haproxyConfig(settings) }),
  prepare: ({ listen }) => sayWhenListening(listen[0] ?? ''),
  reader: () => parseHaproxyLine,
};

/** HAProxy says nothing when it listens, so somebody who is told by the kernel says it. */
const sayWhenListening = (address: string): string =>
  `( for try in $(seq 500); do if ss -Hltn | grep -qF "${address} "; then echo listening >&2; exit; fi; sleep 0.02; done ) &`;

/** Names that it passes on: those of the allowlist at the port that it has itself. */
export function passedNames({ allow, port }: { allow: readonly string[]; port: number }): string[] {
  return allow
    .map(parseDestination)
    .filter((destination) => Number(destination.port) === port)
    .map(({ host }) => host);
}

export function haproxyConfig({ listen, resolver, allow }: RelaySettings): string {
  const port = Number(listen[0]?.split(':')[1]);
  const names = passedNames({ allow, port });
  const known = names.length === 0 ? '{ always_false }' : `{ var(txn.sni) -m str ${names.join(' ')} }`;
  return [
    'global',
    '  log stderr format raw local0 info',
    '  hard-stop-after 200ms',
    '  user proxy',
    '  group proxy',
    'defaults',
    '  mode tcp',
    '  timeout connect 3s',
    '  timeout client 1h',
    '  timeout server 1h',
    'resolvers zone',
    `  nameserver zone ${resolver}:53`,
    'frontend sni',
    ...listen.map((address) => `  bind ${address}`),
    '  log global',
    `  log-format "${LOG_FORMAT} ${port}"`,
    '  tcp-request inspect-delay 5s',
    '  acl hello req.ssl_hello_type 1',
    '  tcp-request content set-var(txn.sni) req.ssl_sni,lower if hello',
    `  tcp-request content reject if hello !${known}`,
    '  tcp-request content do-resolve(txn.address,zone,ipv4) var(txn.sni) if hello',
    '  tcp-request content reject if hello !{ var(txn.address) -m found }',
    '  tcp-request content set-dst var(txn.address) if hello',
    '  tcp-request content accept if hello',
    '  tcp-request content reject',
    '  default_backend destinations',
    'backend destinations',
    '  server destination 0.0.0.0:0',
    '',
  ].join('\n');
}

/** begin, ms, client, how it ended, bytes up, bytes down, name (escaped, so that it cannot forge a field), port */
const LOG_FORMAT = 'heiiki %Ts%ms %Tt %ci %ts %U %B %[var(txn.sni),url_enc]';
const LINE = /^heiiki (\d+) (\d+) (\S+) (\S\S) (\d+) (\d+) (\S+) (\d+)$/;

export function parseHaproxyLine(line: string): RelayLine | undefined {
  const [, begun, ms, client = '', ended = '', up, down, escaped = '-', port = ''] = LINE.exec(line) ?? [];
  if (begun === undefined) return undefined;
  const sni = escaped === '-' ? undefined : unescape(escaped);
  return {
    at: Number(begun) + Number(ms),
    client,
    method: 'SNI',
    target: sni === undefined ? 'error:no-server-name' : `${sni}:${port}`,
    ...(sni === undefined ? {} : { sni }),
    status: statusOf(ended),
    decision: ended,
    hostHeader: null,
    bytesUp: Number(up),
    bytesDown: Number(down),
    ms: Number(ms),
  };
}

/** Its two letters: who ended it, and in which phase. P.: the proxy itself. .C: while it was connecting. */
function statusOf(ended: string): number {
  if (ended.startsWith('P')) return 403;
  return ended[1] === 'C' || ended[1] === 'R' ? 502 : 200;
}

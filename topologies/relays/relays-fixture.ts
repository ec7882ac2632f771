/** For the tests of relays: a cloud that speaks TLS, and what a client of each kind of relay tells curl. */
import { randomBytes } from 'node:crypto';
import type { Engine } from '../engine/engine.ts';
import { toolsImage, toolsNodeImage } from '../engine/images/index.ts';
import { labSpec } from '../lab-fixture.ts';
import type { MemoryHistory } from '../lab-fixture.ts';
import type { LabSpec, RelayAccess, RunResult, StartedLab } from '../lab-types.ts';
import { makeAuthority, makeCertificate } from './certificates.ts';

export const CLOUD = 'edr.cloud.test';
/** How long the long poll of the cloud takes. */
export const POLL_MS = 2500;

/** `/` at once, `/poll` later, and WebSocket, of which only the opening and one text frame are told. */
const PROGRAM = `
import { createServer } from 'node:https'; import { createHash } from 'node:crypto'; import { readFileSync } from 'node:fs';
const pem = readFileSync('/tmp/cloud.pem');
const server = createServer({ key: pem, cert: pem }, (request, response) => {
  if (request.url === '/poll') setTimeout(() => response.end('late'), ${POLL_MS}); else response.end('cloud');
});
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  socket.end(Buffer.concat([Buffer.from([0x81, 5]), Buffer.from('frame')]));
});
server.listen(443, () => console.log('{"n":1,"kind":"ready"}'));
process.stdin.on('end', () => process.exit(0)).resume();
`;

export interface TlsCloud {
  readonly app: LabSpec['apps'][string];
  readonly authority: string;
}

/** A cloud with a certificate of a new authority. */
export async function tlsCloud(engine: Engine): Promise<TlsCloud> {
  const container = await engine.container({
    name: `maker-${randomBytes(3).toString('hex')}`,
    image: await engine.image(toolsImage),
    argv: ['sleep', 'infinity'],
    attach: { kind: 'none' },
  });
  try {
    const authority = await makeAuthority(container, 'Authority of the cloud');
    const { cert, key } = await makeCertificate(container, CLOUD, authority);
    const app = {
      image: toolsNodeImage(),
      argv: ['node', '--input-type=module', '-e', PROGRAM],
      files: { '/tmp/cloud.pem': key + cert },
      names: [CLOUD],
    };
    return { app, authority: authority.cert };
  } finally {
    await container[Symbol.asyncDispose]();
  }
}

export function relayLab(topology: string, history: MemoryHistory, cloud: TlsCloud): LabSpec {
  return { ...labSpec(topology, history), apps: { cloud: cloud.app }, trust: cloud.authority };
}

/** What the product would do, with what it was told of the relay, as an ordinary user of the endpoint. */
export async function fetchThrough(
  lab: StartedLab,
  access: RelayAccess,
  trust: string,
  { url = `https://${CLOUD}/`, more = [] }: { url?: string; more?: readonly string[] } = {},
): Promise<RunResult> {
  const endpoint = lab.endpoint();
  await endpoint.put([
    { path: '/tmp/trust.pem', content: trust },
    { path: '/tmp/relay.pem', content: access.ca ?? '' },
  ]);
  const argv = [
    'curl',
    '-sS',
    '--http1.1',
    '-m',
    '20',
    '--cacert',
    '/tmp/trust.pem',
    ...proxyOf(access),
    ...more,
    url,
  ];
  return endpoint.exec(argv, { user: 'nobody', timeoutMs: 40_000 });
}

function proxyOf({ kind, url, user, password }: RelayAccess): string[] {
  if (kind === 'sni') return [];
  return [
    '-p',
    '-x',
    url.replace(/^socks5:/, 'socks5h:'),
    ...(kind === 'tls' ? ['--proxy-cacert', '/tmp/relay.pem'] : []),
    ...(kind === 'digest' ? ['--proxy-digest'] : []),
    ...(user === undefined ? [] : ['-U', `${user}:${password ?? ''}`]),
  ];
}

export const WEBSOCKET = [
  ...['-H', 'Connection: Upgrade', '-H', 'Upgrade: websocket', '-H', 'Sec-WebSocket-Version: 13'],
  ...['-H', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '-i', '-N'],
];

/** mockttp as HTTPS front: certificates by name from the run's authority, exchanges to the cloud. */
import { once } from 'node:events';
import { connect } from 'node:tls';
import { getLocal, type CompletedRequest, type Mockttp } from 'mockttp';
import { onTheWire, type Answered, type CloudRequest } from './exchange.ts';
import { mostOf, type Front, type FrontOptions } from './front.ts';

/** As startFront does. */
export async function startMockttpFront(options: FrontOptions): Promise<Front> {
  const server = getLocal({
    https: {
      cert: options.authority.certPem,
      key: options.authority.keyPem,
      defaultDomain: options.defaultDomain,
    },
    http2: 'fallback',
    recordTraffic: false,
    suggestChanges: false,
    maxBodySize: mostOf(options),
  });
  await server.start(options.port === 0 ? undefined : options.port);
  const open = new Map<string, AbortController>();
  await server.on('abort', (request) => open.get(request.id)?.abort());
  const said = new Set<string>();
  const own: { port?: number | undefined } = {};
  await server.on('tls-client-error', (e) => {
    if (e.remotePort === own.port) return;
    const text = `TLS handshake of ${e.remoteIpAddress ?? 'unknown'} failed: ${e.failureCause}`;
    // An agent that cannot agree with the cloud tries for ever; once is enough.
    if (!said.has(text)) options.onOddity(text);
    said.add(text);
  });
  await server.on('client-error', (e) => {
    // mockttp's word for a connection that the cloud was asked to cut
    if (e.errorCode !== 'E_RULE_CB_CLOSE') options.onOddity(`not HTTP: ${e.errorCode ?? 'unreadable'}`);
  });
  await server.forAnyRequest().thenCallback((request) => serve(open, request, options.handle));
  own.port = await warmUp(server.port, options.defaultDomain);
  return { port: server.port, close: () => close(server, open) };
}

/**
 * Issues the certificate of the usual name, so that the first agent does not wait for it. Returns the port that it
 * came from: mockttp takes a client that asks nothing for one that failed.
 */
async function warmUp(port: number, servername: string): Promise<number | undefined> {
  const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false });
  await once(socket, 'secureConnect', { signal: AbortSignal.timeout(10_000) });
  const from = socket.localPort;
  socket.destroy();
  return from;
}

async function close(server: Mockttp, open: Map<string, AbortController>): Promise<void> {
  for (const exchange of open.values()) exchange.abort();
  await server.stop();
}

async function serve(
  open: Map<string, AbortController>,
  request: CompletedRequest,
  handle: (request: CloudRequest) => Promise<Answered>,
): Promise<'close' | { statusCode: number; headers: Record<string, string>; body: string }> {
  const gone = new AbortController();
  open.set(request.id, gone);
  try {
    const answer = await handle(await translate(request, gone.signal));
    if (answer === 'cut') return 'close';
    const { status, headers, body } = onTheWire(answer);
    return { statusCode: status, headers: { ...headers }, body };
  } finally {
    open.delete(request.id);
  }
}

async function translate(request: CompletedRequest, signal: AbortSignal): Promise<CloudRequest> {
  const url = new URL(request.url);
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), [value].flat().join(', ')]),
    ),
    body: (await request.body.getDecodedBuffer()) ?? Buffer.alloc(0),
    bytesUp: request.body.buffer.length,
    peer: (request.remoteIpAddress ?? 'unknown').replace(/^::ffff:/, ''),
    host: request.headers.host ?? url.host,
    secure: url.protocol === 'https:',
    signal,
  };
}

/**
 * Node's own server as HTTPS front: it speaks HTTP/1.1, and HTTP/2 with whoever speaks nothing else, as mockttp does. It
 * serves the same cloud whatever certificate it shows, so whoever accepts a wrong one is served, and is seen to have been.
 */
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { certificateFor, type CertificateKind } from './certificate.ts';
import { decoded } from './encodings.ts';
import { onTheWire, type CloudRequest } from './exchange.ts';
import { mostOf, type Front, type FrontOptions } from './front.ts';

/** Throws if the port is taken. */
export async function startNodeFront(
  options: FrontOptions,
  kind: CertificateKind | null,
  now = Date.now(),
): Promise<Front> {
  const contexts = new Map<string, SecureContext>();
  const contextFor = (name: string): SecureContext | undefined => {
    // The usual name has the server's own context, so that its sessions can be taken up again.
    if (name === options.defaultDomain) return undefined;
    const known =
      contexts.get(name) ?? createSecureContext(certificateFor(kind, name, options.authority, now));
    contexts.set(name, known);
    return known;
  };
  const server = createSecureServer(
    {
      ...certificateFor(kind, options.defaultDomain, options.authority, now),
      allowHTTP1: true,
      ALPNCallback: ({ protocols }) => ['http/1.1', 'h2'].find((ours) => protocols.includes(ours)),
      SNICallback: (name, done) => done(null, contextFor(name)),
    },
    (request, response) => void serve(options, request, response),
  );
  // Node's own 5 s would make every heartbeat of a calm fleet a connection of its own.
  Object.assign(server, { keepAliveTimeout: KEEP_ALIVE_MS });
  const said = new Set<string>();
  // Who cannot agree with the cloud tries for ever; once is enough.
  const odd = (text: string): void => {
    if (!said.has(text)) options.onOddity(text);
    said.add(text);
  };
  server.on('tlsClientError', (error: Error) => odd(`TLS handshake failed: ${error.message}`));
  server.on('clientError', (error: Error, socket: Socket) => {
    odd(`not HTTP: ${error.message}`);
    socket.destroy();
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listening(server, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const KEEP_ALIVE_MS = 75_000;
/** A herd that comes back at once must find room: the kernel's own limit is what counts. */
const BACKLOG = 4096;

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, backlog: BACKLOG }, resolve);
  });
}

async function serve(
  options: FrontOptions,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): Promise<void> {
  const { handle, onOddity } = options;
  const gone = new AbortController();
  response.once('close', () => !response.writableEnded && gone.abort());
  try {
    const answer = await handle(await translate(request, mostOf(options), gone.signal));
    if (answer === 'cut') {
      request.socket.destroy();
      return;
    }
    const { status, headers, body } = onTheWire(answer);
    response.writeHead(status, headers).end(body);
  } catch (error) {
    // A client that left in the middle of its request has asked for nothing.
    if (!gone.signal.aborted) onOddity(`an exchange was not finished: ${(error as Error).message}`);
    request.socket.destroy();
  }
}

async function translate(
  request: Http2ServerRequest,
  limit: number,
  signal: AbortSignal,
): Promise<CloudRequest> {
  const headers = Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name]) => !name.startsWith(':'))
      .map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  );
  const host = headers.host ?? request.authority;
  const url = new URL(request.url, `https://${host || 'unknown'}`);
  const { raw, bytes } = await bodyOf(request, limit);
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: decoded(raw, headers['content-encoding'], limit) ?? Buffer.alloc(0),
    bytesUp: bytes,
    peer: (request.socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, ''),
    host,
    secure: true,
    signal,
  };
}

async function bodyOf(
  request: AsyncIterable<unknown>,
  limit: number,
): Promise<{ raw: Buffer; bytes: number }> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > limit) parts.length = 0;
    else parts.push(part as Buffer);
  }
  return { raw: Buffer.concat(parts), bytes };
}

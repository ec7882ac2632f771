/**
 * HTTPS with a certificate of our choice, in mockttp's place: it serves the same cloud, so whoever accepts the
 * certificate is served, and is seen to have been.
 */
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { certificateFor, type CertificateKind } from './certificate.ts';
import { onTheWire, type CloudRequest } from './exchange.ts';
import type { Front, FrontOptions } from './front.ts';

/** Throws if the port is taken. */
export async function startStandIn(
  options: FrontOptions,
  kind: CertificateKind,
  now = Date.now(),
): Promise<Front> {
  const contexts = new Map<string, SecureContext>();
  const contextFor = (name: string): SecureContext => {
    const known =
      contexts.get(name) ?? createSecureContext(certificateFor(kind, name, options.authority, now));
    contexts.set(name, known);
    return known;
  };
  const server = createServer(
    {
      ...certificateFor(kind, options.defaultDomain, options.authority, now),
      SNICallback: (name, done) => done(null, contextFor(name)),
    },
    (request, response) => void serve(options, request, response),
  );
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', (error) => options.onOddity(`TLS handshake failed: ${error.message}`));
  server.on('clientError', (error, socket) => {
    options.onOddity(`not HTTP: ${error.message}`);
    socket.destroy();
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

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
}

async function serve({ handle, onOddity }: FrontOptions, request: IncomingMessage, response: ServerResponse) {
  const gone = new AbortController();
  response.once('close', () => !response.writableFinished && gone.abort());
  try {
    const answer = await handle(translate(request, await bodyOf(request), gone.signal));
    if (answer === 'cut') {
      response.destroy();
      return;
    }
    const { status, headers, body } = onTheWire(answer);
    response.writeHead(status, headers).end(body);
  } catch (error) {
    onOddity(`an exchange was not finished: ${(error as Error).message}`);
    response.destroy();
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function translate(request: IncomingMessage, body: Buffer, signal: AbortSignal): CloudRequest {
  const host = request.headers.host ?? '';
  const url = new URL(request.url ?? '/', `https://${host || 'unknown'}`);
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
    ),
    body,
    bytesUp: body.length,
    peer: (request.socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, ''),
    host,
    secure: true,
    signal,
  };
}

/** One TLS connection to the cloud, straight or through a relay by CONNECT; always with a deadline. */
import { lookup } from 'node:dns';
import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { asRouteError, RouteError } from './failure.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}
/** `relay: null` is the direct way. */
export interface Route {
  readonly relay: HostPort | null;
  /** local address to leave from */
  readonly from?: string;
}
export interface TunnelOptions {
  readonly target: HostPort;
  /** the only authority that is trusted, PEM */
  readonly ca: string;
  readonly timeoutMs: number;
  readonly namesHost: boolean;
}

const MAX_ANSWER = 16_384;

/**
 * Resolves with a connection whose certificate belongs to the target under the given authority.
 * Throws RouteError. Nothing but CONNECT and the TLS handshake has been sent by then.
 */
export async function openTunnel(route: Route, options: TunnelOptions): Promise<TLSSocket> {
  const first = route.relay ?? options.target;
  const doing = `connecting to ${options.target.host}:${options.target.port} ${route.relay ? `through ${first.host}:${first.port}` : 'directly'}`;
  const deadline = AbortSignal.timeout(options.timeoutMs);
  let socket: Socket | undefined;
  const expire = () =>
    socket?.destroy(new RouteError('silent', `${doing}: no answer within ${options.timeoutMs} ms`));
  deadline.addEventListener('abort', expire);
  try {
    socket = await connected(first, route.from, (opened) => (socket = opened));
    if (route.relay) await askRelay(socket, options);
    const secure = await secured(socket, options, (opened) => (socket = opened));
    return secure;
  } catch (cause) {
    socket?.destroy();
    throw asRouteError(doing, cause);
  } finally {
    deadline.removeEventListener('abort', expire);
  }
}

function connected(
  to: HostPort,
  from: string | undefined,
  opened: (socket: Socket) => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({
      ...to,
      lookup: sharedLookup,
      ...(from === undefined ? {} : { localAddress: from }),
    });
    opened(socket);
    socket.setNoDelay(true);
    socket.once('error', reject);
    socket.once('close', () => reject(new RouteError('closed', 'closed while connecting')));
    socket.once('connect', () => resolve(socket));
  });
}

/** CONNECT (RFC 9110 §9.3.6): the Host header names the target with its port, as strict relays want it. */
export function connectRequest(target: HostPort, namesHost: boolean): string {
  const authority = `${target.host}:${target.port}`;
  return `CONNECT ${authority} HTTP/1.1\r\n${namesHost ? `Host: ${authority}\r\n` : ''}\r\n`;
}

async function askRelay(socket: Socket, { target, namesHost }: TunnelOptions): Promise<void> {
  socket.write(connectRequest(target, namesHost));
  const answer = await head(socket);
  const status = /^HTTP\/1\.\d (\d{3})/.exec(answer)?.[1];
  if (status === undefined) throw new RouteError('untrusted', 'what answers at the relay is no HTTP proxy');
  if (!status.startsWith('2')) throw new RouteError('denied', `the relay refused with status ${status}`);
}

/** The answer's head; what came after it stays in the socket. */
function head(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0);
    const finish = (act: () => void) => {
      socket.off('data', onData).off('error', onEnd).off('close', onEnd);
      socket.pause();
      act();
    };
    const onEnd = (cause?: unknown) =>
      finish(() =>
        reject(
          cause instanceof Error ? cause : new RouteError('closed', 'the relay hung up instead of an answer'),
        ),
      );
    const onData = (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
      const end = got.indexOf('\r\n\r\n');
      if (end < 0 && got.length <= MAX_ANSWER) return;
      if (end < 0) {
        finish(() => reject(new RouteError('untrusted', 'the relay answers without end')));
        return;
      }
      finish(() => {
        if (got.length > end + 4) socket.unshift(got.subarray(end + 4));
        resolve(got.subarray(0, end).toString('latin1'));
      });
    };
    socket.on('data', onData).once('error', onEnd).once('close', onEnd);
  });
}

function secured(
  socket: Socket,
  options: TunnelOptions,
  opened: (socket: TLSSocket) => void,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { target, ca } = options;
    const secure = connectTls({
      socket,
      servername: target.host,
      ca,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
    });
    opened(secure);
    secure.once('error', reject);
    const cut = () => reject(new RouteError('closed', 'cut during the TLS handshake'));
    secure.once('close', cut);
    secure.once('secureConnect', () => {
      secure.off('close', cut).off('error', reject);
      resolve(secure);
    });
  });
}

/** A look-up cannot be cancelled and holds a thread: a second one for the same name waits for the first. */
const asked = new Map<string, Promise<{ address: string; family: number }[]>>();
const sharedLookup: LookupFunction = (name, options, done) => {
  const running =
    asked.get(name) ??
    new Promise<{ address: string; family: number }[]>((resolve, reject) => {
      lookup(name, { all: true }, (error, found) => (error ? reject(error) : resolve(found)));
    }).finally(() => asked.delete(name));
  asked.set(name, running);
  running.then(
    (found) => (options.all ? done(null, found) : done(null, found[0]?.address ?? '', found[0]?.family)),
    (error: unknown) => done(error as NodeJS.ErrnoException, []),
  );
};

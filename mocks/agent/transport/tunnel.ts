/** One TLS connection to the cloud, straight or through a relay of any kind; always with a deadline. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { SocksClient } from 'socks';
import { askRelay } from './connect.ts';
import { dial, type HostPort } from './dial.ts';
import { asRouteError, RouteError } from './failure.ts';
import type { Names } from '../names.ts';
import { writeRelay, type Relay } from './relay.ts';
import { secured, type TrustStyle } from './trust.ts';

export type { HostPort } from './dial.ts';

/** `relay: null` is the direct way. */
export interface Route {
  readonly relay: Relay | null;
  /** local address to leave from */
  readonly from?: string;
}
export interface TunnelOptions {
  readonly target: HostPort;
  /** the authority of the cloud, PEM */
  readonly ca: string;
  readonly timeoutMs: number;
  readonly namesHost: boolean;
  readonly trust: TrustStyle;
  /** how relay and target are looked up, where it is not left to the system */
  readonly names?: Names;
  /** somebody waits for the answer: a resting account is shown sooner */
  readonly byHand?: boolean;
}

/**
 * Resolves with a connection whose certificate belongs to the target under the given authority, or under the
 * relay's inspection CA. Throws RouteError. Nothing but what the relay asks and the TLS handshake was sent by then.
 */
export async function openTunnel(route: Route, options: TunnelOptions): Promise<TLSSocket> {
  const { target, timeoutMs } = options;
  const { relay } = route;
  const doing = `connecting to ${target.host}:${target.port} ${relay ? `through ${writeRelay(relay)}` : 'directly'}`;
  const deadline = AbortSignal.timeout(timeoutMs);
  let current: Duplex | undefined;
  const late = () => new RouteError('silent', `${doing}: no answer within ${timeoutMs} ms`);
  const opened = (socket: Duplex) => {
    current = socket;
    if (deadline.aborted) socket.destroy(late());
  };
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const expire = () => {
    current?.destroy(late());
    reject(late());
  };
  deadline.addEventListener('abort', expire);
  try {
    return await Promise.race([through(route, options, opened), expired]);
  } catch (cause) {
    current?.destroy();
    throw asRouteError(doing, cause);
  } finally {
    // It was for opening; what is open stays open.
    deadline.removeEventListener('abort', expire);
  }
}

async function through(
  { relay, from }: Route,
  options: TunnelOptions,
  opened: (socket: Duplex) => void,
): Promise<TLSSocket> {
  const { target, ca, trust, names } = options;
  const inspection = relay?.scheme === 'http' && relay.ca !== null ? [relay.ca] : [];
  const socket = relay
    ? await toTarget(relay, from, options, opened)
    : await dial(target, from, opened, names?.ofCloud);
  return secured(socket, {
    host: target.host,
    ca: [ca, ...inspection],
    throughRelay: relay !== null,
    style: trust,
    opened,
  });
}

function toTarget(
  relay: Relay,
  from: string | undefined,
  options: TunnelOptions,
  opened: (socket: Duplex) => void,
): Promise<Duplex> {
  if (relay.scheme === 'socks5') return bySocks(relay, from, options, opened);
  return askRelay(() => reach(relay, from, options, opened), relay.signIn, options);
}

/** To the relay itself; with TLS if it is spoken to by TLS. */
async function reach(
  relay: Relay,
  from: string | undefined,
  { trust, names }: TunnelOptions,
  opened: (socket: Duplex) => void,
): Promise<Duplex> {
  const socket = await dial(relay, from, opened, names?.ofRelay);
  if (relay.scheme !== 'https') return socket;
  // The relay is no cloud: what a broken agent forgives there is not forgiven here.
  const style: TrustStyle = { accepts: 'nothing-wrong', askRevocation: trust.askRevocation };
  const ca = relay.ca === null ? [] : [relay.ca];
  const secure = await secured(socket, { host: relay.host, ca, throughRelay: false, style, opened });
  if (relay.recognises?.(secure.getPeerCertificate().fingerprint256) === false)
    throw new RouteError('untrusted', "the relay's certificate is another one than before");
  return secure;
}

/** RFC 1928, with names resolved by the relay; sign-in by RFC 1929. */
async function bySocks(
  relay: Relay,
  from: string | undefined,
  { target, timeoutMs, byHand = false }: TunnelOptions,
  opened: (socket: Socket) => void,
): Promise<Duplex> {
  const { signIn } = relay;
  return signIn.inTurn(async () => {
    signIn.mayTry(performance.now(), byHand);
    const { account } = signIn;
    const socket = await dial(relay, from, opened);
    try {
      await SocksClient.createConnection({
        proxy: {
          host: relay.host,
          port: relay.port,
          type: 5,
          ...(account ? { userId: account.user, password: account.password } : {}),
        },
        command: 'connect',
        destination: target,
        existing_socket: socket,
        timeout: timeoutMs,
      });
    } catch (cause) {
      throw socksProblem(cause, relay);
    }
    signIn.accepted();
    return socket;
  });
}

function socksProblem(cause: unknown, { signIn }: Relay): unknown {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/authentication failed/i.test(text)) return signIn.refused(performance.now());
  if (/no accepted authentication/i.test(text))
    return new RouteError(
      'credentials',
      'the relay wants a sign-in and no account is set, or not of that kind',
      {
        cause,
      },
    );
  if (/proxy rejected connection/i.test(text))
    return new RouteError('denied', `the relay refused: ${text}`, { cause });
  if (/invalid|socks version/i.test(text))
    return new RouteError('untrusted', `what answers at the relay is no SOCKS5 server: ${text}`, { cause });
  return cause;
}

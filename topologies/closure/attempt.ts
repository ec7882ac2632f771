/** What an attempt to get out of a closed zone is, and where it may go. */

/** `nobody`, `root`: in the endpoint itself, with the rights that it has. `raw`: root with NET_ADMIN and NET_RAW. */
export type As = 'nobody' | 'root' | 'raw';

/** Where an attempt may go. In the control these are the open counterparts. */
export interface Targets {
  /** a witness outside of every lab */
  readonly outside: string;
  readonly outside6: string;
  readonly port: number;
  /** the host on the open bridge, and on the engine's own */
  readonly host: string;
  readonly host6: string;
  readonly engineBridge: string;
  /** hardware address of the bridge that the endpoint is on, as the host knows it */
  readonly bridge: string;
  readonly broadcast: string;
  /** the endpoint's own gateway */
  readonly gateway: string;
  /** an endpoint of another lab */
  readonly other: string;
  /** an app and a resolver in the zone beyond the relay */
  readonly app: string;
  readonly resolver: string;
  readonly relay: RelayTarget | undefined;
  /** an abstract unix socket in the host's network namespace */
  readonly socket: string;
  /** host:port that the relay lets through; in the control, too */
  readonly allowed: string;
}
export interface RelayTarget {
  readonly address: string;
  readonly port: number;
  /** where SOCKS and names in TLS are tried: the same port, but not in the control */
  readonly socksPort: number;
  readonly sniPort: number;
  /** clients speak TLS to it */
  readonly tls: boolean;
  /** it reads TLS, so that is what it is sent in a tunnel */
  readonly opensTls: boolean;
  /** it says 200 also where it does not let through: then only ears tell */
  readonly saysYes: boolean;
  /** `user:password`, where it wants that in the manner of Basic */
  readonly account?: string;
}
/** One process of attempt.pl; `{text}` in a value becomes what a witness listens for. */
export interface Try {
  readonly kind: string;
  readonly [key: string]: string | number;
}
export interface EscapeAttempt {
  readonly id: string;
  readonly title: string;
  readonly as: As;
  /** why it cannot be seen arriving on this engine; then it is tried all the same, and does not count */
  readonly notShown?: string;
  /** undefined: there is nothing in this zone that it could be tried at */
  readonly to: (targets: Targets) => Try | undefined;
}

/** A cloud's metadata service is asked here (RFC 3927: link-local); in the control a witness has it. */
export const METADATA = '169.254.169.254';
export const PUBLISHED_PORT = 25_375;

const attempt =
  (as: As) =>
  (id: string, title: string, to: EscapeAttempt['to'], notShown?: string): EscapeAttempt =>
    notShown === undefined ? { id, title, as, to } : { id, title, as, to, notShown };
export const nobody = attempt('nobody');
export const root = attempt('root');
export const raw = attempt('raw');

/** IP option with a route of one hop (RFC 791), padded to four bytes. */
export const sourceRoute = (type: number, hop: string): string =>
  `${[type, 7, 4, ...hop.split('.').map(Number)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}00`;

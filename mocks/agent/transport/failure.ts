/** Why a way to the cloud did not work, in the few kinds that a decision can rest on. */
export type RouteFailure =
  /** the other end said no to the connection */
  | 'refused'
  /** nothing was answered in time */
  | 'silent'
  /** the relay answered, and did not let us through; or a page stands where the cloud's answer should be */
  | 'denied'
  /** the relay does not take the account, or wants one */
  | 'credentials'
  /** the name cannot be resolved */
  | 'name'
  /** an open connection was cut */
  | 'closed'
  /** whoever answered is not the cloud, or not the relay */
  | 'untrusted'
  /** no route, or the local address is not there */
  | 'unreachable';

export class RouteError extends Error {
  readonly failure: RouteFailure;
  constructor(failure: RouteFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RouteError';
    this.failure = failure;
  }
}

/** A page for people stands where a tunnel or the cloud's answer should be. */
export class PageError extends RouteError {
  constructor(where: string) {
    super('denied', `${where}: a page instead of an answer`);
    this.name = 'PageError';
  }
}

/** A portal sends elsewhere whoever asks it for a tunnel. */
export class SentElsewhere extends RouteError {
  constructor(status: number) {
    super('denied', `the relay refused with status ${status}`);
    this.name = 'SentElsewhere';
  }
}

const BY_CODE: Readonly<Record<string, RouteFailure>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'silent',
  ABORT_ERR: 'silent',
  ENOTFOUND: 'name',
  EAI_AGAIN: 'name',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  // What answers the handshake is no TLS: a page, mostly.
  ERR_SSL_WRONG_VERSION_NUMBER: 'denied',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'denied',
};

/** Codes of OpenSSL's verification and of TLS alerts. */
const OF_TRUST = /CERT|SSL|TLS|SELF_SIGNED|ISSUER|ALTNAME|VERIFY|SIGNATURE|EPROTO/;

/** Any error of a connection as a RouteError; `doing` says what was tried. */
export function asRouteError(doing: string, cause: unknown): RouteError {
  if (cause instanceof RouteError) return cause;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const failure = BY_CODE[code] ?? (OF_TRUST.test(code) ? 'untrusted' : 'closed');
  return new RouteError(failure, `${doing}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}

/** What `status` calls it, for whoever stands at the endpoint. */
export function wordFor(failure: RouteFailure, throughRelay: boolean): string {
  switch (failure) {
    case 'credentials':
      return 'credentials refused';
    case 'untrusted':
      return 'certificate refused';
    case 'denied':
      return throughRelay ? 'relay refuses' : 'page instead of the cloud';
    case 'refused':
    case 'silent':
    case 'name':
    case 'closed':
    case 'unreachable':
      return throughRelay ? 'relay unreachable' : 'cloud unreachable';
    default:
      return failure satisfies never;
  }
}

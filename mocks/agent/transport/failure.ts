/** Why a way to the cloud did not work, in the few kinds that a decision can rest on. */
export type RouteFailure =
  /** the other end said no to the connection */
  | 'refused'
  /** nothing was answered in time */
  | 'silent'
  /** the relay answered CONNECT, and not with 2xx */
  | 'denied'
  /** the name cannot be resolved */
  | 'name'
  /** an open connection was cut */
  | 'closed'
  /** whoever answered is not the cloud */
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
};

/** Any error of a connection as a RouteError; `doing` says what was tried. */
export function asRouteError(doing: string, cause: unknown): RouteError {
  if (cause instanceof RouteError) return cause;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const failure =
    BY_CODE[code] ?? (/CERT|SSL|TLS|SELF_SIGNED|ISSUER|ALTNAME/.test(code) ? 'untrusted' : 'closed');
  return new RouteError(failure, `${doing}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}

/** The relay's own log: our format for squid's access log, and its reader. */
import type { EventOf } from '../../history/events.ts';

export type RelayLine = Omit<EventOf<'relay.request'>, 'kind' | 'relay' | 'ours'> & {
  /** when the request or tunnel ended, on the relay's clock, ms */
  readonly at: number;
};

/**
 * Separated by spaces. What the client wrote is last and percent-escaped (`#`), so that it cannot forge a
 * field: end, client, status, decision, bytes from client, bytes to client, ms, method, target, Host header, user.
 */
export const SQUID_LOGFORMAT = [
  '%ts%03tu',
  '%>a',
  '%>Hs',
  '%Ss',
  '%>st',
  '%<st',
  '%tr',
  '%#rm',
  '%#ru',
  '%#{Host}>h',
  '%#un',
].join(' ');
const FIELDS = 11;

/** `undefined` if the line is none of the access log. */
export function parseRelayLine(line: string): RelayLine | undefined {
  const fields = line.split(' ');
  const [at, client, status, decision, up, down, ms, method, target, host, user] = fields;
  if (fields.length !== FIELDS || !/^\d{10,}$/.test(at ?? '')) return undefined;
  return {
    at: Number(at),
    client: client ?? '',
    method: unescape(method ?? ''),
    target: unescape(target ?? ''),
    status: Number(status),
    decision: decision ?? '',
    hostHeader: host === '-' || host === undefined ? null : unescape(host),
    bytesUp: Number(up),
    bytesDown: Number(down),
    ms: Number(ms),
    ...(user === '-' || user === undefined ? {} : { user: unescape(user) }),
  };
}

/** Percent-escapes taken back; text that is none of ours stays as it is. */
export function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

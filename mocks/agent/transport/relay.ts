/** A relay as it is written and as it is spoken to. */
import type { HostPort } from './dial.ts';
import type { SignIn } from './sign-in.ts';

export type RelayScheme = 'http' | 'https' | 'socks5';
export interface RelayAddress extends HostPort {
  readonly scheme: RelayScheme;
}
/** What a connection through it needs. */
export interface Relay extends RelayAddress {
  readonly signIn: SignIn;
  /** https: PEM that its own certificate leads to. http: PEM of an inspection CA, trusted for the cloud, too. */
  readonly ca: string | null;
  /** https: is this certificate (SHA-256 fingerprint) still the relay's? Asked after it was found good. */
  readonly recognises?: (fingerprint: string) => boolean;
}

const WRITTEN = /^(?:(http|https|socks5):\/\/)?([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):(\d{1,5})\/?$/;

/** `host:port`, or a URL with http, https or socks5; undefined for anything else. */
export function readRelay(text: string): RelayAddress | undefined {
  const [, scheme = 'http', host = '', digits = ''] = WRITTEN.exec(text) ?? [];
  const port = Number(digits);
  if (host === '' || port < 1 || port > 65_535) return undefined;
  return { scheme: scheme as RelayScheme, host: host.toLowerCase(), port };
}

/** Plain `host:port` for the plain kind. */
export function writeRelay({ scheme, host, port }: RelayAddress): string {
  return scheme === 'http' ? `${host}:${port}` : `${scheme}://${host}:${port}`;
}

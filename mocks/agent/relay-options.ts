/** What installer and `set-relay` are told of the relays, as options. */
import { readFileSync } from 'node:fs';
import { ConfigError, parsePac, parseRelay, type RelaySettings } from './config.ts';
import { messageOf } from './files.ts';

/** Nothing and `none` both mean that there is none. A secret is never an argument: process lists show those. */
export const RELAY_OPTIONS = {
  /** the address as a URL; it counts where it says more than host:port can: https, socks5 */
  'relay-url': { type: 'string', default: '' },
  'relay-user': { type: 'string', default: '' },
  'relay-password-file': { type: 'string', default: '' },
  'relay-ca': { type: 'string', default: '' },
  'relay-pac': { type: 'string', default: '' },
  'relay-second': { type: 'string', default: '' },
} as const;
export type RelayOptions = Readonly<Record<keyof typeof RELAY_OPTIONS, string>>;

export interface GivenRelay {
  readonly settings: RelaySettings;
  /** of the account; null if there is none */
  readonly secret: string | null;
}

/** Throws ConfigError. */
export function readRelayOptions(relay: string, given: RelayOptions): GivenRelay {
  const user = present(given['relay-user']);
  const file = present(given['relay-password-file']);
  const ca = present(given['relay-ca']);
  if (user !== null && file === null)
    throw new ConfigError('--relay-user has no secret', 'add --relay-password-file with the path of a file');
  return {
    settings: {
      relay: /^(https|socks5):/.test(given['relay-url']) ? parseRelay(given['relay-url']) : parseRelay(relay),
      second: parseRelay(given['relay-second']),
      pac: parsePac(given['relay-pac']),
      user,
      ca: ca === null ? null : { path: ca, pem: authority('relay-ca', ca) },
    },
    secret: user === null || file === null ? null : secretIn(file),
  };
}

const present = (text: string): string | null => (text === '' || text === 'none' ? null : text);

function secretIn(file: string): string {
  const secret = read('relay-password-file', file).replace(/\r?\n$/, '');
  if (secret === '')
    throw new ConfigError(`--relay-password-file ${file} is empty`, 'write the secret into it');
  return secret;
}

/** PEM text of a certificate. Throws ConfigError. */
export function authority(option: string, file: string): string {
  const pem = read(option, file);
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new ConfigError(`--${option} ${file} holds no certificate`, 'give the path of a PEM file');
  return pem;
}

function read(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(
      `--${option} ${file} cannot be read: ${messageOf(cause)}`,
      'give the path of a file on this endpoint',
    );
  }
}

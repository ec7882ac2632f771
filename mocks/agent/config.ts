/**
 * What the installer was told. It is in one file of root's, and nothing else on the endpoint knows the relay.
 *
 * A product that is bound to its installer seals it: the readable file is then a copy for people, an edit of it
 * has no effect, and an edit of the sealed one stops the agent.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isRecord, readIfThere, writeWhole } from './files.ts';
import { isFlaw, type Flaw } from './flaws.ts';
import type { Connectivity } from './path.ts';
import type { Places } from './places.ts';
import type { HostPort } from './transport/tunnel.ts';

export type Protection = 'local-secret' | 'cloud-policy' | 'none';
export interface Config {
  readonly cloud: HostPort;
  /** PEM of the only authority that is trusted */
  readonly ca: string;
  readonly token: string;
  readonly connectivity: Connectivity;
  /** host:port */
  readonly relay: string | null;
  readonly protection: Protection;
  /** scrypt, see protection.ts */
  readonly secret: { readonly salt: string; readonly hash: string } | null;
  /** findings that are kept while they cannot be sent */
  readonly queue: number;
  readonly sealed: boolean;
  /** IPv4 address of the endpoint at install */
  readonly firstAddress: string | null;
  readonly flaw: Flaw | null;
}

/** Wrong usage or bad configuration: says what is wrong and what to do. */
export class ConfigError extends Error {
  constructor(what: string, remedy: string) {
    super(`${what}; ${remedy}`);
    this.name = 'ConfigError';
  }
}

const CONNECTIVITY: readonly string[] = [
  'relay-preferred',
  'relay-only',
  'direct-only',
] satisfies Connectivity[];
const PROTECTION: readonly string[] = ['local-secret', 'cloud-policy', 'none'] satisfies Protection[];
export const isConnectivity = (word: unknown): word is Connectivity =>
  typeof word === 'string' && CONNECTIVITY.includes(word);
export const isProtection = (word: unknown): word is Protection =>
  typeof word === 'string' && PROTECTION.includes(word);

/** `host:port` or `http://host:port`, `none` → null. Throws ConfigError for anything else. */
export function parseRelay(text: string): string | null {
  if (text === 'none' || text === '') return null;
  const match = /^(?:http:\/\/)?([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:(\d{1,5}))\/?$/.exec(text);
  const port = Number(match?.[3]);
  if (match?.[1] === undefined || port < 1 || port > 65_535)
    throw new ConfigError(`"${text}" is no address of a relay`, 'write host:port, http://host:port, or none');
  return match[1].toLowerCase();
}
export function hostPort(address: string): HostPort {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
export function parseCloud(text: string): HostPort {
  if (!URL.canParse(text) || new URL(text).protocol !== 'https:')
    throw new ConfigError(`"${text}" is no address of a cloud`, 'write https://host or https://host:port');
  const url = new URL(text);
  return { host: url.hostname, port: url.port === '' ? 443 : Number(url.port) };
}

/** Not a secret: it keeps honest hands off, and root can change the program as well. */
const SEAL = 'heiiki-edr/config/1';
const sealOf = (text: string): Buffer => createHmac('sha256', SEAL).update(text).digest();

export function saveConfig(places: Places, config: Config): void {
  const text = `${JSON.stringify(config, null, 2)}\n`;
  if (config.sealed)
    writeWhole(
      places.sealedConfig,
      `${sealOf(text).toString('hex')}\n${Buffer.from(text).toString('base64')}\n`,
    );
  writeWhole(places.config, text);
}

export function loadConfig(places: Places): Config {
  const sealed = readIfThere(places.sealedConfig);
  const text = sealed === undefined ? readIfThere(places.config) : unseal(sealed);
  if (text === undefined) throw new ConfigError(`there is no ${places.config}`, 'install the agent first');
  return checked(text);
}

function unseal(text: string): string {
  const [seal = '', body = ''] = text.split('\n');
  const plain = Buffer.from(body, 'base64').toString('utf8');
  const given = Buffer.from(seal, 'hex');
  const right = sealOf(plain);
  if (given.length !== right.length || !timingSafeEqual(given, right))
    throw new ConfigError('the sealed configuration has been changed', 'install the agent again');
  return plain;
}

function checked(text: string): Config {
  const bad = (key: string) =>
    new ConfigError(`the configuration's \`${key}\` is missing or wrong`, 'install the agent again');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigError('the configuration is no JSON', 'correct it or install the agent again');
  }
  if (!isRecord(value)) throw bad('{…}');
  const { cloud, ca, token, connectivity, relay, protection, secret, queue, sealed, firstAddress, flaw } =
    value;
  if (!isRecord(cloud) || typeof cloud['host'] !== 'string' || typeof cloud['port'] !== 'number')
    throw bad('cloud');
  if (typeof ca !== 'string') throw bad('ca');
  if (typeof token !== 'string') throw bad('token');
  if (!isConnectivity(connectivity)) throw bad('connectivity');
  if (relay !== null && typeof relay !== 'string') throw bad('relay');
  if (!isProtection(protection)) throw bad('protection');
  if (typeof queue !== 'number' || queue < 1) throw bad('queue');
  return {
    cloud: { host: cloud['host'], port: cloud['port'] },
    ca,
    token,
    connectivity,
    relay: relay === null ? null : parseRelay(relay),
    protection,
    secret: secretOf(secret),
    queue,
    sealed: sealed === true,
    firstAddress: typeof firstAddress === 'string' ? firstAddress : null,
    flaw: typeof flaw === 'string' && isFlaw(flaw) ? flaw : null,
  };
}

function secretOf(value: unknown): Config['secret'] {
  if (!isRecord(value)) return null;
  const { salt, hash } = value;
  return typeof salt === 'string' && typeof hash === 'string' ? { salt, hash } : null;
}

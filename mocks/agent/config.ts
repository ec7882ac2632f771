/**
 * What the installer was told. It is in one file of root's, and nothing else on the endpoint knows the relay.
 *
 * A product that is bound to its installer seals it: the readable file is then a copy for people, an edit of it
 * has no effect, and an edit of the sealed one stops the agent.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { isRecord, readIfThere, writeWhole } from './files.ts';
import { behaviourOf, isFlaw, type Flaw } from './flaws.ts';
import type { Connectivity } from './path.ts';
import type { Places } from './places.ts';
import type { HostPort } from './transport/dial.ts';
import { readRelay, writeRelay } from './transport/relay.ts';

export type Protection = 'local-secret' | 'prefetched-token' | 'cloud-policy' | 'none';
/** What the endpoint was told of its relays. The account's secret is in a file of its own. */
export interface RelaySettings {
  /** host:port, or a URL with https or socks5 */
  readonly relay: string | null;
  /** used while the first one does not work */
  readonly second: string | null;
  /** URL of a proxy.pac, which then says what the relays are */
  readonly pac: string | null;
  readonly user: string | null;
  /** as it was, and where it is looked for again */
  readonly ca: { readonly path: string; readonly pem: string } | null;
}
export interface Config extends RelaySettings {
  readonly cloud: HostPort;
  readonly update: HostPort | null;
  /** PEM of the cloud's authority */
  readonly cloudCa: string;
  readonly token: string;
  readonly connectivity: Connectivity;
  readonly protection: Protection;
  /** scrypt, see protection.ts */
  readonly secret: { readonly salt: string; readonly hash: string } | null;
  /** findings that are kept while they cannot be sent */
  readonly queue: number;
  /** events of the detailed log that are kept while they cannot be sent */
  readonly events: number;
  readonly sealed: boolean;
  /** what is sent is packed */
  readonly packed: boolean;
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
const PROTECTION: readonly string[] = [
  'local-secret',
  'prefetched-token',
  'cloud-policy',
  'none',
] satisfies Protection[];
export const isConnectivity = (word: unknown): word is Connectivity =>
  typeof word === 'string' && CONNECTIVITY.includes(word);
export const isProtection = (word: unknown): word is Protection =>
  typeof word === 'string' && PROTECTION.includes(word);

/** `host:port` or a URL, `none` or nothing → null. Throws ConfigError for anything else. */
export function parseRelay(text: string): string | null {
  if (text === 'none' || text === '') return null;
  const relay = readRelay(text);
  if (!relay)
    throw new ConfigError(
      `"${text}" is no address of a relay`,
      'write host:port, http://host:port, https://host:port, socks5://host:port, or none',
    );
  return writeRelay(relay);
}
/** URL of a proxy.pac, `none` or nothing → null. Throws ConfigError for anything else. */
export function parsePac(text: string): string | null {
  if (text === 'none' || text === '') return null;
  if (!URL.canParse(text) || new URL(text).protocol !== 'http:')
    throw new ConfigError(`"${text}" is no address of a proxy.pac`, 'write http://host/path, or none');
  return text;
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
  const { keepsCopy, keptUntilBoot, openToUsers } = behaviourOf(config.flaw).stored;
  if (config.sealed || keepsCopy)
    writeWhole(
      places.sealedConfig,
      `${sealOf(text).toString('hex')}\n${Buffer.from(text).toString('base64')}\n`,
    );
  if (keptUntilBoot) writeWhole(places.configUntilBoot, text);
  writeWhole(places.config, text);
  if (openToUsers) chmodSync(places.config, 0o666);
}

/** null: no secret. */
export function saveRelaySecret(places: Places, secret: string | null): void {
  if (secret === null) rmSync(places.relaySecret, { force: true });
  else writeWhole(places.relaySecret, secret);
}
export const loadRelaySecret = (places: Places): string | undefined => readIfThere(places.relaySecret);

export function loadConfig(places: Places): Config {
  const sealed = readIfThere(places.sealedConfig);
  const open = readIfThere(places.configUntilBoot) ?? readIfThere(places.config);
  const text = sealed === undefined ? open : unseal(sealed);
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
  const { connectivity, protection, queue, events, sealed, packed, firstAddress, flaw } = value;
  const settings = value;
  const needed = (key: string): string => {
    const given = settings[key];
    if (typeof given !== 'string') throw bad(key);
    return given;
  };
  const cloud = place(value['cloud']);
  if (!cloud) throw bad('cloud');
  if (!isConnectivity(connectivity)) throw bad('connectivity');
  if (!isProtection(protection)) throw bad('protection');
  if (typeof queue !== 'number' || queue < 1) throw bad('queue');
  if (typeof events !== 'number' || events < 1) throw bad('events');
  return {
    cloud,
    update: place(value['update']) ?? null,
    cloudCa: needed('cloudCa'),
    token: needed('token'),
    connectivity,
    ...relaySettings(value, bad),
    protection,
    secret: secretOf(value['secret']),
    queue,
    events,
    sealed: sealed === true,
    packed: packed === true,
    firstAddress: typeof firstAddress === 'string' ? firstAddress : null,
    flaw: typeof flaw === 'string' && isFlaw(flaw) ? flaw : null,
  };
}

function relaySettings(value: Record<string, unknown>, bad: (key: string) => ConfigError): RelaySettings {
  const textOrNone = (key: 'relay' | 'second' | 'pac' | 'user'): string => {
    const given = value[key] ?? '';
    if (typeof given !== 'string') throw bad(key);
    return given;
  };
  const user = textOrNone('user');
  const { ca } = value;
  return {
    relay: parseRelay(textOrNone('relay')),
    second: parseRelay(textOrNone('second')),
    pac: parsePac(textOrNone('pac')),
    user: user === '' ? null : user,
    ca:
      isRecord(ca) && typeof ca['path'] === 'string' && typeof ca['pem'] === 'string'
        ? { path: ca['path'], pem: ca['pem'] }
        : null,
  };
}
function place(value: unknown): HostPort | undefined {
  if (!isRecord(value)) return undefined;
  const { host, port } = value;
  return typeof host === 'string' && typeof port === 'number' ? { host, port } : undefined;
}

function secretOf(value: unknown): Config['secret'] {
  if (!isRecord(value)) return null;
  const { salt, hash } = value;
  return typeof salt === 'string' && typeof hash === 'string' ? { salt, hash } : null;
}

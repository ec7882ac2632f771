/** A zone's proxy.pac: which relays, in which order, by name; and the program that serves it. */
import { readFileSync } from 'node:fs';
import type { RelayDescription } from './topology.ts';

export const PAC_PORT = 80;
export const pacName = (zone: string): string => `wpad.${zone}.test`;
const PATH = '/proxy.pac';
export const pacUrl = (zone: string): string => `http://${pacName(zone)}${PATH}`;

const PROGRAM = readFileSync(new URL('./pac-server.pl', import.meta.url), 'utf8');
/** It reads the file from $PAC and says `listening` on stderr when it does. */
export const pacArgv = (address: string): string[] => [
  'perl',
  '-e',
  PROGRAM,
  address,
  String(PAC_PORT),
  PATH,
];

/** http, https (TLS to the relay) or socks5, by name */
export function urlOf({ software, tls, name, port }: RelayDescription): string {
  const scheme = software === 'dante' ? 'socks5' : tls ? 'https' : 'http';
  return `${scheme}://${name}:${port}`;
}

/** The zone's own names are reached directly, everything else through the first relay that is there. */
export function pacScript(zone: string, relays: readonly RelayDescription[]): string {
  const ways = relays.map(({ software, tls, name, port }) => {
    const word = software === 'dante' ? 'SOCKS5' : tls ? 'HTTPS' : 'PROXY';
    return `${word} ${name}:${port}`;
  });
  return [
    'function FindProxyForURL(url, host) {',
    `  if (isPlainHostName(host) || dnsDomainIs(host, ".${zone}.test")) return "DIRECT";`,
    `  return ${JSON.stringify(ways.join('; '))};`,
    '}',
    '',
  ].join('\n');
}

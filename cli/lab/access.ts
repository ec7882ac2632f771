/** A relay for a person: how it is reached, and what to give curl on an endpoint to go through it. */
import type { RelayAccess } from '../../topologies/lab-types.ts';

export function accessText({ kind, url, address, user, password, pac }: RelayAccess): string {
  const account = user === undefined ? '' : `, sign in as ${user} with ${password ?? 'no password'}`;
  return `${kind} ${url} (${address})${account}${pac === undefined ? '' : `, named by ${pac}`}`;
}

/**
 * A certificate that leads to an authority of the relay's own is not looked at: whether a product looks is its own
 * matter, and the authority is in `heiiki lab ls --json`. By address, so that it works where the name is not known.
 */
export function curlOptions(access: RelayAccess, destination: string): readonly string[] {
  const { kind, url, address, user, password } = access;
  if (kind === 'sni') return ['--connect-to', `${destination}:443:${address}`];
  const scheme = (URL.parse(url)?.protocol ?? 'http:').replace('socks5:', 'socks5h:');
  return [
    ...['--proxy', `${scheme}//${address}`],
    ...(user === undefined ? [] : ['--proxy-user', `${user}:${password ?? ''}`]),
    ...(kind === 'digest' ? ['--proxy-digest'] : []),
    ...(kind === 'tls' ? ['--proxy-insecure'] : []),
    ...(kind === 'inspected' ? ['--insecure'] : []),
  ];
}

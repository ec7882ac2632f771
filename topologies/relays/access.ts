/** How a client in a zone is configured for a relay. */
import type { RelayAccess, RelayKind } from '../lab-types.ts';
import { urlOf } from './pac.ts';
import type { RelaySettings } from './software.ts';
import type { RelayDescription } from './topology.ts';

export interface Place {
  /** of the relay in the zone */
  readonly address: string;
  /** URL of the zone's proxy.pac, if it has one that names the relay */
  readonly pac: string | undefined;
}

export function accessOf(
  relay: RelayDescription,
  { address, pac }: Place,
  { signIn, identity, inspection }: Pick<RelaySettings, 'signIn' | 'identity' | 'inspection'>,
  authority: string | undefined,
): RelayAccess {
  // An authority that clients are not given is one that they cannot trust.
  const ca =
    identity !== null ? authority : relay.inspects === 'trusted-ca' ? inspection?.authority.cert : undefined;
  return {
    kind: kindOf(relay, pac),
    name: relay.name,
    address: `${address}:${relay.port}`,
    port: relay.port,
    url: urlOf(relay),
    ...(signIn === null ? {} : signIn.account),
    ...(ca === undefined ? {} : { ca }),
    ...(pac === undefined ? {} : { pac }),
  };
}

function kindOf({ software, signIn, inspects, tls }: RelayDescription, pac: string | undefined): RelayKind {
  if (software === 'haproxy-sni') return 'sni';
  if (software === 'dante') return 'socks5';
  if (inspects !== undefined) return 'inspected';
  if (tls) return 'tls';
  return signIn ?? (pac === undefined ? 'connect' : 'pac');
}

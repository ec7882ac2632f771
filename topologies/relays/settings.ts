/** From a topology's words on a relay to what its program is asked to do. */
import { randomBytes } from 'node:crypto';
import type { StartedContainer } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import { makeAuthority, makeCertificate } from './certificates.ts';
import { dante } from './dante.ts';
import { haproxy } from './haproxy.ts';
import type { Certificate, RelaySettings, Software } from './software.ts';
import { squid } from './squid.ts';
import { tinyproxy } from './tinyproxy.ts';
import type { RelayDescription } from './topology.ts';

export const SOFTWARE = {
  squid,
  tinyproxy,
  dante,
  'haproxy-sni': haproxy,
} as const satisfies Record<RelayDescription['software'], Software>;

const USER = 'agent';

/** The relay's surroundings, from topology and address plan. */
export type Surroundings = Pick<
  RelaySettings,
  'listen' | 'outward' | 'resolver' | 'allow' | 'parent' | 'children'
> & {
  /** PEM that destinations' certificates lead to */
  readonly trust: string | undefined;
};

export interface Equipped {
  readonly settings: RelaySettings;
  /** of the relay's own certificate, where clients speak TLS to it */
  readonly authority: Certificate | undefined;
}

/** Secrets and certificates are new for every lab. */
export async function equip(
  container: StartedContainer,
  relay: RelayDescription,
  { trust, ...around }: Surroundings,
): Promise<Equipped> {
  if (relay.inspects !== undefined && trust === undefined)
    throw new LabError(
      'harness',
      `relay ${relay.name} opens TLS and must know whom to trust`,
      'the lab was given no "trust"; give it the authority of the cloud’s certificate',
    );
  const authority = relay.tls ? await makeAuthority(container, authorityName(relay)) : undefined;
  const settings: RelaySettings = {
    ...around,
    name: relay.name,
    strictHost: relay.strictHost,
    blockPage: relay.blockPage,
    signIn:
      relay.signIn === undefined
        ? null
        : { scheme: relay.signIn, account: { user: USER, password: newPassword() } },
    identity: authority === undefined ? null : await makeCertificate(container, relay.name, authority),
    inspection:
      relay.inspects === undefined || trust === undefined
        ? null
        : { authority: await makeAuthority(container, authorityName(relay)), trust },
  };
  return { settings, authority };
}

export const authorityName = ({ name }: RelayDescription): string => `Authority of ${name}`;
export const newPassword = (): string => randomBytes(9).toString('hex');

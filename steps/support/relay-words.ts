/** What the hooks of a product are told of a relay: the words in braces, and the files that belong to them. */
import { formsOf } from '../../history/secrets.ts';
import type { FileToPut, RelayAccess } from '../../topologies/lab-types.ts';

/** `host:port`, a URL, or `none`; or all that a client of the relay is told. */
export type RelayTold = string | RelayAccess;

const NONE = 'none';
/** there while a hook runs, for root only */
export const RELAY_PASSWORD_FILE = '/etc/heiiki/relay-password';
/** stays: a product may read it again when the authority is renewed */
export const RELAY_CA = '/etc/heiiki/relay-ca.pem';

/** `second`: host:port of the relay to use when the first is lost, or `none`. */
export function relayWords(relay: RelayTold, second: string): Readonly<Record<string, string>> {
  const told = typeof relay === 'string' ? plainly(relay) : fully(relay);
  return Object.fromEntries(
    Object.entries({ ...told, second }).map(([name, value]) => [`relay.${name}`, value]),
  );
}

/** What the words name and the endpoint has not yet. */
export function relayFiles(relay: RelayTold): FileToPut[] {
  if (typeof relay === 'string') return [];
  const { ca, password } = relay;
  return [
    ...(ca === undefined ? [] : [{ path: RELAY_CA, content: ca, mode: 0o644 }]),
    ...(password === undefined ? [] : [{ path: RELAY_PASSWORD_FILE, content: `${password}\n`, mode: 0o600 }]),
  ];
}

/** The secret as it may show somewhere; nothing where there is none. */
export function relaySecrets(relay: RelayTold): string[] {
  if (typeof relay === 'string' || relay.password === undefined) return [];
  return formsOf({ user: relay.user ?? '', password: relay.password });
}

type Words = Record<
  'address' | 'url' | 'name' | 'port' | 'kind' | 'user' | 'password' | 'password-file' | 'ca' | 'pac',
  string
>;
const NOTHING = { user: NONE, password: NONE, 'password-file': NONE, ca: NONE, pac: NONE } as const;

/** A form that is no address at all is for the installer to refuse, and so it is handed on as it is. */
function plainly(relay: string): Words {
  const url = relay === NONE || relay.includes('://') ? relay : `http://${relay}`;
  const { hostname = '', port = '' } = URL.parse(url) ?? {};
  return {
    ...NOTHING,
    address: relay,
    url,
    name: hostname || NONE,
    port: port || NONE,
    kind: relay === NONE ? NONE : 'connect',
  };
}

function fully(relay: RelayAccess): Words {
  // Found by the proxy.pac or by the cloud's name: who is told the address as well has not needed either.
  const hidden = relay.kind === 'pac' || relay.kind === 'sni';
  return {
    address: hidden ? NONE : relay.address,
    url: hidden ? NONE : relay.url,
    name: hidden ? NONE : relay.name,
    port: hidden ? NONE : String(relay.port),
    kind: relay.kind,
    user: relay.user ?? NONE,
    password: relay.password ?? NONE,
    'password-file': relay.password === undefined ? NONE : RELAY_PASSWORD_FILE,
    ca: relay.ca === undefined ? NONE : RELAY_CA,
    pac: relay.kind === 'pac' ? (relay.pac ?? NONE) : NONE,
  };
}

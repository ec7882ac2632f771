/** Asks a relay of any kind for a destination, by curl, from one of the lab's own nodes: bounded, and seen from outside. */
import type { StartedContainer } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import type { RelayAccess } from '../lab-types.ts';

export interface Question {
  readonly relay: RelayAccess;
  /** host:port */
  readonly to: string;
  /** bound of the whole exchange */
  readonly seconds: number;
  /**
   * tunnel: only opens the way, so that the destination gets no request. http: it speaks HTTP without TLS.
   * Default: https.
   */
  readonly as?: 'tunnel' | 'http' | 'https';
  readonly path?: string;
  /** PEM that the destination's certificate has to lead to; without it any will do */
  readonly trust?: string;
  /** another account than the relay's own; null: none */
  readonly account?: { readonly user: string; readonly password: string } | null;
}

/**
 * answered: the relay said something, be it no. refused: nobody listens. silent: nothing within the time.
 * unreachable: the own kernel or a router knows no way.
 */
export interface Answer {
  readonly outcome: 'answered' | 'refused' | 'silent' | 'unreachable';
  /** TCP to the relay was open */
  readonly connected: boolean;
  /** the relay let us through to the destination */
  readonly through: boolean;
  /**
   * The relay's own status: of CONNECT, or of the page that an inspecting relay puts in the destination's
   * place. 0 if it gave none (SOCKS5 and SNI relays know no status).
   */
  readonly status: number;
  /** the destination's HTTP status, 0 if none */
  readonly code: number;
  /** what the destination, or the relay in its place, said */
  readonly body: string;
  /** in words, for people */
  readonly detail: string;
  /** curl's exit status, e.g. 60: a certificate does not lead to what is trusted */
  readonly exit: number;
}

/** beyond the question's own bound: time to start on a busy machine */
const SPARE_MS = 20_000;
/** Certificates come by the environment, so no file is left behind; what is secret is in no argument. */
const SCRIPT = `exec 3<&0; exec curl -q --config /dev/fd/3 \
\${PROXY_CA:+--proxy-cacert <(printf %s "$PROXY_CA")} \${TRUST:+--cacert <(printf %s "$TRUST")}`;

/** before what curl says at its end */
const MARK = 'heiiki-answer:';
const EXIT = { connectFailed: 7, timeout: 28, certificate: 60 } as const;
/** curl says so when a SOCKS5 relay has opened the way */
const GRANTED = /^\* SOCKS5 request granted/m;
/** and so when CONNECT was answered well */
const OPENED = '* CONNECT tunnel established';

/** Throws LabError only if the question could not be asked. */
export async function ask(from: StartedContainer, question: Question): Promise<Answer> {
  const { seconds, trust, relay } = question;
  const { stdout, stderr } = await from.run(['bash', '-c', SCRIPT], {
    input: configOf(question),
    env: {
      ...(relay.kind === 'tls' && relay.ca !== undefined ? { PROXY_CA: relay.ca } : {}),
      ...(trust === undefined ? {} : { TRUST: trust }),
    },
    timeoutMs: seconds * 1000 + SPARE_MS,
  });
  return readAnswer(relay, stdout, stderr);
}

/** With no cipher to offer curl gives up as soon as the tunnel is open. */
const TUNNEL = { ciphers: 'none' };
/** How curl opens the way, and asks the destination for nothing. */
const OPENING: Readonly<Record<RelayAccess['kind'], Readonly<Record<string, string>>>> = {
  connect: TUNNEL,
  basic: TUNNEL,
  digest: TUNNEL,
  pac: TUNNEL,
  socks5: TUNNEL,
  tls: TUNNEL,
  // It trusts nobody of the lab, so it ends as soon as the destination has shown its certificate.
  sni: {},
  // The relay itself answers this, once it has opened the way to the destination (RFC 9110, 9.3.8).
  inspected: { request: 'TRACE', header: 'Max-Forwards: 0' },
};

/** Configuration for curl. The relay's name is mapped to its address, as nodes of the lab do not resolve names. */
export function configOf({ relay, to, seconds, as, path, trust, account }: Question): string {
  const sni = relay.kind === 'sni';
  const opening = as === 'tunnel' ? OPENING[relay.kind] : {};
  const options = {
    url: `${as === 'http' ? 'http' : 'https'}://${to}${path ?? '/'}`,
    'max-time': seconds,
    noproxy: '',
    'write-out': `%{stderr}\\n${MARK} %{json} %header{x-squid-error}`,
    ...opening,
    'connect-to': sni ? `::${relay.address}` : undefined,
    ...(sni ? {} : proxyOptions(relay, account)),
  };
  const flags = [
    'silent',
    'verbose',
    ...(sni || relay.kind === 'socks5' ? [] : ['proxytunnel']),
    ...(relay.kind === 'digest' ? ['proxy-digest'] : []),
    ...(relay.kind === 'tls' && relay.ca === undefined ? ['proxy-insecure'] : []),
    ...(trust === undefined && !(sni && as === 'tunnel') ? ['insecure'] : []),
  ];
  const lines = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} = ${JSON.stringify(String(value))}`],
  );
  return [...lines, ...flags, ''].join('\n');
}

function proxyOptions(relay: RelayAccess, account: Question['account']): Record<string, string | undefined> {
  const [address = ''] = relay.address.split(':');
  const { user, password = '' } = account === undefined ? relay : (account ?? { user: undefined });
  return {
    // With socks5h the relay resolves the destination's name, as with CONNECT.
    proxy: relay.url.replace(/^socks5:/, 'socks5h:'),
    resolve: `${relay.name}:${relay.port}:${address}`,
    'proxy-user': user === undefined ? undefined : `${user}:${password}`,
  };
}

/** What curl says of an exchange with `--write-out %{json}`; only what is read here. */
interface Facts {
  readonly exitcode: number;
  readonly errormsg: string | null;
  readonly http_connect: number;
  readonly http_code: number;
  readonly remote_ip: string;
  readonly time_appconnect: number;
}

export function readAnswer(relay: RelayAccess, stdout: string, stderr: string): Answer {
  const said = stderr.slice(stderr.lastIndexOf(MARK) + MARK.length);
  const [, json, errorPage = ''] = /^ (\{.*\}) ?(\S*)/.exec(said) ?? [];
  if (json === undefined || !stderr.includes(MARK))
    throw new LabError('lab', `relay ${relay.name} could not be asked`, stderr.trim() || 'curl said nothing');
  const facts = JSON.parse(json) as Facts;
  const status = facts.http_connect > 0 && errorPage !== '' ? facts.http_code : facts.http_connect;
  return {
    outcome: outcomeOf(facts, stderr),
    connected: facts.remote_ip !== '',
    through: isThrough(relay, facts, {
      page: errorPage !== '' || isPage(stderr),
      granted: GRANTED.test(stderr),
    }),
    status,
    code: errorPage === '' ? facts.http_code : 0,
    body: stdout,
    detail: detailOf(facts, status, stderr),
    exit: facts.exitcode,
  };
}

function outcomeOf(facts: Facts, stderr: string): Answer['outcome'] {
  const said = facts.http_connect > 0 || facts.time_appconnect > 0 || GRANTED.test(stderr);
  if (facts.exitcode === EXIT.timeout && !said) return 'silent';
  if (facts.exitcode !== EXIT.connectFailed || facts.remote_ip !== '') return 'answered';
  return /failed: Connection refused/.test(stderr) ? 'refused' : 'unreachable';
}

/** A relay that has not refused has not let through yet: each kind has its own sign that the destination is there. */
function isThrough(
  { kind }: RelayAccess,
  facts: Facts,
  { page, granted }: { page: boolean; granted: boolean },
): boolean {
  switch (kind) {
    case 'sni':
      return facts.time_appconnect > 0 || facts.exitcode === EXIT.certificate;
    case 'inspected':
      return facts.http_connect === 200 && facts.http_code > 0 && !page;
    case 'socks5':
      return granted;
    case 'connect':
    case 'basic':
    case 'digest':
    case 'pac':
    case 'tls':
      return facts.http_connect === 200 && !page;
  }
}

/** A gateway may show its page with the status of success in the place of a tunnel, which has no content. */
function isPage(stderr: string): boolean {
  const opened = stderr.lastIndexOf(OPENED);
  const head = stderr.slice(stderr.lastIndexOf('< HTTP/', opened), opened);
  return opened >= 0 && /^< content-type: *text\/html/im.test(head);
}

function detailOf(facts: Facts, status: number, stderr: string): string {
  const refusal = /^\* (?:connect to .* failed: .*|Immediate connect fail .*)$/m.exec(stderr)?.[0].slice(2);
  return [status > 0 ? `HTTP ${status}` : '', refusal ?? facts.errormsg ?? '']
    .filter((t) => t !== '')
    .join(', ');
}

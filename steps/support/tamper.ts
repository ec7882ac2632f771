/** What somebody on the endpoint tries in order to lead the product to another relay: a user, or root. */
import { both } from '../../history/both.ts';
import type { HistoryEvent } from '../../history/events.ts';
import type { Endpoint, RelayAccess } from '../../topologies/lab-types.ts';
import type { Applicability } from './applicability.ts';
import { seen } from './ask.ts';
import { CLOUD_CA, CLOUD_HOST } from './places.ts';
import type { Session } from './session.ts';
import { filesHolding, filesOfProduct, filesOpenTo } from './endpoint-files.ts';

export const USER = 'staff';
const HOME = `/home/${USER}`;
const ZONE = 'closed';
const CALL_MS = 20_000;

/** One thing that was tried. `done`: the system let it happen; what the product made of it is another matter. */
export interface Attempt {
  readonly how: 'file' | 'command' | 'environment';
  readonly what: string;
  readonly done: boolean;
}

/** A user of the endpoint goes through that relay: from then on it is known that whoever uses it is seen. */
export async function curlThrough(session: Session, relay: string): Promise<void> {
  const { url } = session.relay(relay).access(ZONE);
  const before = session.history.events.length;
  const argv = ['curl', '--silent', '--max-time', '5', '--proxy', url, '--cacert', CLOUD_CA];
  await session.endpoint.exec([...argv, `https://${CLOUD_HOST}/v1/hello`], {
    user: USER,
    timeoutMs: CALL_MS,
  });
  await seen(
    session.history,
    Date.now() + CALL_MS,
    (event) => event.n > before && event.kind === 'relay.request' && event.relay === relay && !event.ours,
  );
}

/** the parts of a session that tampering needs */
type Setting = Pick<Session, 'endpoint' | 'history' | 'relay' | 'hook'>;

/** Everything that a user can do about it without rights. The answer is the event after which the first was tried. */
export async function tryAsUser(session: Setting, bait: string): Promise<HistoryEvent> {
  const { own, other } = relaysOf(session, bait);
  const environment = proxyVariables(other);
  const files = await filesOfProduct(session.endpoint);
  const writable = await filesOpenTo(session.endpoint, files, USER, 'write');
  const edits = await editable(session.endpoint, files, { own, other });
  const begun = state(session, 'user-begins', { files: files.length });
  const attempts = [
    ...(await editFiles(session.endpoint, edits, USER)),
    ...(await byEnvironment(session.endpoint, environment, other)),
    ...(await byCommands(session, environment, other)),
  ];
  state(session, 'user-attempts', { attempts, writable });
  return begun;
}

/**
 * Root writes the other relay wherever the product has stored its own. The answer is the event after which the
 * first was written; or that there is nothing that could be, which says nothing of the product.
 */
export async function editAsRoot(session: Setting, bait: string): Promise<HistoryEvent | Applicability> {
  const files = await filesOfProduct(session.endpoint);
  const edits = await editable(session.endpoint, files, relaysOf(session, bait));
  if (edits.length === 0) return nothingReadable(files.length);
  const begun = state(session, 'root-begins', { files: files.length });
  const attempts = await editFiles(session.endpoint, edits, 'root');
  state(
    session,
    'root-edits',
    attempts.filter(({ done }) => done).map(({ what }) => what),
  );
  return begun;
}

const nothingReadable = (files: number): Applicability => ({
  verdict: 'not-observable',
  reason: both(
    `none of ${files} files that came with the product holds its relay as readable text, so nobody here can edit it`,
    `製品とともに置かれた${files}個のファイルに、プロキシを読める文字で保存したものがなく、ここでは書き換えを試せません。`,
  ),
});

interface Ways {
  readonly own: RelayAccess;
  readonly other: RelayAccess;
}
function relaysOf(session: Setting, bait: string): Ways {
  return { own: session.relay().access(ZONE), other: session.relay(bait).access(ZONE) };
}

function state({ history, endpoint }: Setting, what: string, value: unknown): HistoryEvent {
  return history.record('harness', {
    kind: 'endpoint.state',
    endpoint: endpoint.name,
    by: 'exec',
    what,
    value,
  });
}

/** A file, and what is to stand in it. */
interface Edit {
  readonly path: string;
  readonly text: string;
}

async function editable(endpoint: Endpoint, files: readonly string[], { own, other }: Ways): Promise<Edit[]> {
  const holding = await filesHolding(endpoint, files, [hostOf(own), own.name], 'text');
  const edits = await Promise.all(
    holding.map(async (path): Promise<Edit[]> => {
      const before = textOf(await endpoint.get(path));
      const text = before === undefined ? undefined : led(before, own, other);
      return text === undefined || text === before ? [] : [{ path, text }];
    }),
  );
  return edits.flat();
}

/** In place; where that is not possible, a new file in the place of the old one. */
const WRITE = 'if [ -w "$1" ]; then cat >"$1"; else cat >"$1.user" && mv -f "$1.user" "$1"; fi 2>/dev/null';

function editFiles(endpoint: Endpoint, edits: readonly Edit[], user: string): Promise<Attempt[]> {
  return Promise.all(
    edits.map(async ({ path, text }): Promise<Attempt> => {
      const write = ['sh', '-c', WRITE, 'sh', path];
      const { exit } = await endpoint.exec(write, { user, input: text, timeoutMs: CALL_MS });
      return { how: 'file', what: path, done: exit === 0 };
    }),
  );
}

function textOf(content: Buffer | undefined): string | undefined {
  const text = content?.toString('utf8');
  return text === undefined || text.includes('\0') || text.includes('\ufffd') ? undefined : text;
}

const hostOf = ({ address }: RelayAccess): string => address.replace(/:\d+$/, '');

/** The text with the other relay in the place of the product's own. */
export function led(text: string, own: RelayAccess, other: RelayAccess): string {
  // Its port may stand elsewhere: all relays of a lab have the same.
  const alone = new RegExp(`(?<![\\d.])${RegExp.escape(hostOf(own))}(?!\\d|\\.\\d)`, 'g');
  const named = new RegExp(`(?<![\\w.-])${RegExp.escape(own.name)}(?![\\w-]|\\.\\w)`, 'g');
  return text.replace(alone, hostOf(other)).replace(named, other.name);
}

function proxyVariables({ url, address }: RelayAccess): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  const pac = `http://${address}/proxy.pac`;
  return { ...Object.fromEntries(names.map((name) => [name, url])), auto_proxy: pac };
}

/** Where a user's settings are looked for: shells, sessions, services of the user, and a proxy.pac. */
const SETTINGS = {
  exported: ['.profile', '.bashrc'],
  plain: ['.pam_environment', '.config/environment.d/proxy.conf'],
  pac: ['proxy.pac'],
} as const;
const KEEP =
  'text=$1; shift; for file in "$@"; do mkdir -p "${file%/*}" && printf %s "$text" >>"$file"; done';

async function byEnvironment(
  endpoint: Endpoint,
  environment: Record<string, string>,
  { address }: RelayAccess,
): Promise<Attempt[]> {
  const plain = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`);
  const texts = {
    exported: plain.map((line) => `export ${line}`).join(''),
    plain: plain.join(''),
    pac: `function FindProxyForURL() { return "PROXY ${address}"; }\n`,
  };
  const kinds = ['exported', 'plain', 'pac'] as const;
  const done = await Promise.all(
    kinds.map(async (kind) => {
      const files = SETTINGS[kind].map((name) => `${HOME}/${name}`);
      const argv = ['sh', '-c', KEEP, 'sh', texts[kind], ...files];
      const { exit } = await endpoint.exec(argv, { user: USER, timeoutMs: CALL_MS });
      return files.map((what): Attempt => ({ how: 'environment', what, done: exit === 0 }));
    }),
  );
  return done.flat();
}

/** The product's own commands, run by the user with these variables set. */
async function byCommands(
  session: Setting,
  environment: Record<string, string>,
  other: RelayAccess,
): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const name of ['set-relay', 'start'] as const) {
    const ran = await session.hook(name, { relay: other }, session.endpoint, {
      user: USER,
      env: environment,
    });
    if (ran.kind !== 'hook.finished' || ran.outcome === 'missing') continue;
    attempts.push({ how: 'command', what: name, done: ran.outcome === 'ok' });
  }
  return attempts;
}

/** What somebody on the endpoint tries in order to lead the product to another relay: a user, or root. */
import type { HistoryEvent } from '../../history/events.ts';
import type { Endpoint, RelayAccess } from '../../topologies/lab-types.ts';
import { seen } from './ask.ts';
import { CLOUD_CA, CLOUD_HOST } from './places.ts';
import { isOfHarness } from './secrets.ts';
import type { Session } from './session.ts';

export const USER = 'staff';
const HOME = `/home/${USER}`;
const ZONE = 'closed';
const MOST_FILES = 400;
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

/** Everything that a user can do about it without rights. The answer is the event that says what was tried. */
export async function tryAsUser(session: Session, bait: string): Promise<HistoryEvent> {
  const [own, other] = [session.relay(), session.relay(bait)].map((relay) => relay.access(ZONE));
  if (!own || !other) throw new Error('there is no relay to be led away from');
  const environment = proxyVariables(other);
  const files = await filesOfProduct(session.endpoint);
  const writable = await writableFiles(session.endpoint, files);
  const attempts = [
    ...(await editFiles(session.endpoint, files, { own, other, user: USER })),
    ...(await byEnvironment(session.endpoint, environment, other)),
    ...(await byCommands(session, environment, other)),
  ];
  return session.history.record('harness', {
    kind: 'endpoint.state',
    endpoint: session.endpoint.name,
    by: 'exec',
    what: 'user-attempts',
    value: { attempts, writable },
  });
}

/** Root writes the other relay wherever the product has stored its own. */
export async function editAsRoot(session: Session, bait: string): Promise<HistoryEvent> {
  const [own, other] = [session.relay(), session.relay(bait)].map((relay) => relay.access(ZONE));
  if (!own || !other) throw new Error('there is no relay to be led away from');
  const files = await filesOfProduct(session.endpoint);
  const edits = await editFiles(session.endpoint, files, { own, other, user: 'root' });
  return session.history.record('harness', {
    kind: 'endpoint.state',
    endpoint: session.endpoint.name,
    by: 'exec',
    what: 'root-edits',
    value: edits.filter(({ done }) => done).map(({ what }) => what),
  });
}

/** Files that have appeared or changed since the endpoint was made, the harness's own and logs excepted. */
async function filesOfProduct(endpoint: Endpoint): Promise<string[]> {
  const paths = await endpoint.changes();
  const files = paths.filter(
    (path) =>
      !NOT_STORED.test(path) && !isOfHarness(path) && !paths.some((other) => other.startsWith(`${path}/`)),
  );
  if (files.length > MOST_FILES)
    throw new Error(`${files.length} files have changed on ${endpoint.name}; ${MOST_FILES} can be looked at`);
  return files;
}
const NOT_STORED = /^\/(?:proc|sys|dev|tmp|home|var\/(?:tmp|log))(?:\/|$)|\.log(?:\.\d+)?$/;

const WRITABLE =
  'while IFS= read -r file; do if [ -w "$file" ] || [ -w "${file%/*}/" ]; then printf "%s\\n" "$file"; fi; done';

/** Those that the user may change or replace. */
async function writableFiles(endpoint: Endpoint, files: readonly string[]): Promise<string[]> {
  const input = files.map((path) => `${path}\n`).join('');
  const { stdout } = await endpoint.exec(['sh', '-c', WRITABLE], { user: USER, input, timeoutMs: CALL_MS });
  return stdout.split('\n').filter((path) => files.includes(path));
}

/** In place; where that is not possible, a new file in the place of the old one. */
const WRITE = 'if [ -w "$1" ]; then cat >"$1"; else cat >"$1.user" && mv -f "$1.user" "$1"; fi 2>/dev/null';

async function editFiles(
  endpoint: Endpoint,
  files: readonly string[],
  { own, other, user }: { own: RelayAccess; other: RelayAccess; user: string },
): Promise<Attempt[]> {
  const attempts = await Promise.all(
    files.map(async (path): Promise<Attempt[]> => {
      const text = textOf(await endpoint.get(path));
      const edited = text === undefined ? undefined : led(text, own, other);
      if (edited === undefined || edited === text) return [];
      const write = ['sh', '-c', WRITE, 'sh', path];
      const { exit } = await endpoint.exec(write, { user, input: edited, timeoutMs: CALL_MS });
      return [{ how: 'file', what: path, done: exit === 0 }];
    }),
  );
  return attempts.flat();
}

function textOf(content: Buffer | undefined): string | undefined {
  const text = content?.toString('utf8');
  return text === undefined || text.includes('\0') || text.includes('\ufffd') ? undefined : text;
}

/** The text with the other relay in the place of the product's own. */
export function led(text: string, own: RelayAccess, other: RelayAccess): string {
  return text.replaceAll(own.address, other.address).replaceAll(own.name, other.name);
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
  session: Session,
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

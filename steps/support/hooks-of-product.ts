/** Runs a product's hook inside the endpoint and records what came of it. */
import type { HistoryEvent } from '../../history/events.ts';
import { RELAY_PASSWORD } from '../../history/secrets.ts';
import type { HistoryWriter } from '../../history/writer.ts';
import type { LoadedProduct } from '../../products/load.ts';
import { fillHook } from '../../products/assemble.ts';
import type { HookName, Product, Statement } from '../../products/schema.ts';
import type { Endpoint } from '../../topologies/lab-types.ts';
import { CLOUD_CA, CLOUD_HOST, CONTENT_FILE } from './places.ts';
import { timeFor } from './timing.ts';
import { RELAY_PASSWORD_FILE, relayFiles, relaySecrets, relayWords, type RelayTold } from './relay-words.ts';

export interface HookValues {
  readonly relay: RelayTold;
  /** host:port of the relay to use when that one is lost, or `none` */
  readonly second: string;
  /** what the person who removes the product has: the secret, or `none` */
  readonly secret: string;
  /** the secret that the installer sets */
  readonly protection: string;
  readonly token: string;
  /** how much the installer is told to keep while the cloud cannot be reached; what is declared if absent */
  readonly queue?: 'smallest';
}
/** Somebody else than root, with variables of his own. */
export interface RunBy {
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Hooks that have not ended by then are ended. */
const LIMIT = 120_000;
/** Installers of real products take their time: they unpack much, and build what their kernel needs. */
const SLOW: Readonly<Partial<Record<HookName, number>>> = { install: 600_000, upgrade: 600_000 };
/** A removal that is declared to take longer is judged by that, and not ended before. */
const limitOf = (name: HookName, timing: Product['timing']): number =>
  name === 'uninstall'
    ? Math.max(LIMIT, timeFor(timing, 'evaluation', name) + LIMIT / 2)
    : (SLOW[name] ?? LIMIT);
const OUTPUT_LIMIT = 4000;
/** What is quoted stands at the beginning, what is said for programs (`{"lost": 3}`) often at the end. */
const bothEnds = (text: string): string =>
  text.length <= OUTPUT_LIMIT
    ? text
    : `${text.slice(0, OUTPUT_LIMIT / 2)}\n…\n${text.slice(-OUTPUT_LIMIT / 2)}`;
/** A service that the hook starts may keep its descriptors: they must not be our stream's. */
const WRAPPER = `"$@" </dev/null >"$0" 2>&1; status=$?; head -c 65536 "$0"; exit $status`;

export async function runHook(options: {
  endpoint: Endpoint;
  history: HistoryWriter;
  product: LoadedProduct;
  name: HookName;
  values: HookValues;
  by?: RunBy | undefined;
}): Promise<HistoryEvent> {
  const { endpoint, history, product, name, values, by } = options;
  const argv = product.product.hooks[name];
  const record = (rest: {
    outcome: 'ok' | 'failed' | 'timeout' | 'broken' | 'missing';
    exit: number | null;
    ms: number;
    output: string;
    at?: number;
  }) => {
    const { at, ...what } = rest;
    const user = by ? { user: by.user } : {};
    const finished = {
      kind: 'hook.finished',
      hook: name,
      endpoint: endpoint.name,
      ...user,
      ...what,
    } as const;
    return history.record('harness', finished, at);
  };
  if (!argv) return record({ outcome: 'missing', exit: null, ms: 0, output: '' });

  const secrets = Object.fromEntries(
    product.product.secrets.map((key) => [`secret.${key}`, process.env[key] ?? '']),
  );
  const filled = fillHook(argv, {
    ...secrets,
    ...relayWords(values.relay, values.second),
    'cloud.url': `https://${CLOUD_HOST}`,
    'cloud.host': CLOUD_HOST,
    'cloud.ca': CLOUD_CA,
    'enrolment.token': values.token,
    'uninstall.secret': name === 'uninstall' ? values.secret : values.protection,
    'endpoint.name': endpoint.name,
    'content.file': CONTENT_FILE,
    ...queueWords(product.product.statement, values.queue),
  });
  // Also what the hook prints, what the relay logs and what the cloud is sent is recorded without it.
  history.conceal(RELAY_PASSWORD, relaySecrets(values.relay));
  for (const key of product.product.secrets) history.conceal(key, [process.env[key] ?? '']);
  const files = relayFiles(values.relay);
  if (files.length > 0) await endpoint.put(files);
  const wrapped = ['sh', '-c', WRAPPER, `/tmp/heiiki-hook-${name}${by ? `-${by.user}` : ''}`, ...filled];
  const result = await endpoint.exec(wrapped, {
    user: 'root',
    ...by,
    timeoutMs: limitOf(name, product.product.timing),
  });
  const at = Date.now();
  if (files.some(({ path }) => path === RELAY_PASSWORD_FILE))
    await endpoint.exec(['rm', '-f', RELAY_PASSWORD_FILE], { user: 'root' });
  const output = result.stdout === '' ? result.stderr : result.stdout;
  return record({
    outcome: outcomeOf(result.exit, result.timedOut),
    exit: result.exit,
    ms: result.ms,
    at,
    output: bothEnds(redact(output, [values.token, values.protection, ...Object.values(secrets)])),
  });
}

function queueWords({ queue }: Statement, size: 'smallest' | undefined): Record<string, string> {
  const told = { ...queue, ...(size === undefined ? {} : queue?.smallest) };
  const word = (amount: number | undefined): string => (amount === undefined ? 'none' : String(amount));
  return { 'queue.detections': word(told.detections), 'queue.events': word(told.events) };
}

function outcomeOf(exit: number | null, timedOut: boolean): 'ok' | 'failed' | 'timeout' | 'broken' {
  if (timedOut) return 'timeout';
  if (exit === 0) return 'ok';
  // A shell's "cannot execute" and "not found": the manifest or payload is broken, not the product refusing.
  return exit === 126 || exit === 127 ? 'broken' : 'failed';
}

const redact = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '‹redacted›'), text);

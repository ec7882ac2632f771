/** What a product leaves on an endpoint, read from outside: by the engine's archive and process list. */
import { z } from 'zod';
import type { HistoryWriter } from '../../history/writer.ts';
import type { Endpoint } from '../../topologies/lab-types.ts';
import { withoutFolders } from './endpoint-files.ts';

/** Files that tell people or programs of the endpoint to use a proxy. */
const PROXY_FILES = [
  '/etc/environment',
  '/etc/profile',
  '/etc/bash.bashrc',
  '/root/.profile',
  '/root/.bashrc',
  '/root/.curlrc',
  '/home/staff/.profile',
  '/home/staff/.bashrc',
  '/home/staff/.curlrc',
  '/etc/wgetrc',
] as const;
const FOLDERS =
  'ls -1 /etc/profile.d/* /etc/apt/apt.conf /etc/apt/apt.conf.d/* /etc/environment.d/* 2>/dev/null';
const PROXY = /^[^#\n]*(?:https?_proxy|all_proxy|Acquire::https?::Proxy|^\s*proxy\s*=).*$/gim;

/**
 * Lines in the endpoint's configuration that set a proxy; folders are listed by a user, files read by the engine.
 * Two readings, before and after a product, show which are its own.
 */
export async function readProxySettings(endpoint: Endpoint, history: HistoryWriter): Promise<void> {
  const listing = await endpoint.exec(['sh', '-c', FOLDERS]);
  const files = [...PROXY_FILES, ...listing.stdout.split('\n').filter(Boolean)];
  const found = await Promise.all(
    files.map(async (file) => proxyLines(file, (await endpoint.get(file))?.toString('utf8') ?? '')),
  );
  history.record('harness', {
    kind: 'endpoint.state',
    endpoint: endpoint.name,
    by: 'archive',
    what: 'proxy-settings',
    value: found.flat(),
  });
}
/** `file: line`, for each line that sets a proxy; comments do not. */
export const proxyLines = (file: string, text: string): string[] =>
  [...text.matchAll(PROXY)].map(([line]) => `${file}: ${line.trim()}`);

/**
 * Processes and files of the endpoint now; two readings, before and after a product, show what it leaves.
 */
export async function readTraces(endpoint: Endpoint, history: HistoryWriter): Promise<void> {
  const record = (by: 'top' | 'archive', what: string, value: readonly string[]): void =>
    void history.record('harness', { kind: 'endpoint.state', endpoint: endpoint.name, by, what, value });
  const [processes, changes] = await Promise.all([endpoint.processes(), endpoint.changes()]);
  const before = settingsBefore(endpoint, history);
  const changed = withoutFolders(changes).filter(isProductLike);
  const settings =
    before && !changed.some((path) => path.startsWith('/etc/')) ? {} : await readSettings(endpoint);
  if (!before)
    history.record('harness', {
      kind: 'endpoint.state',
      endpoint: endpoint.name,
      by: 'exec',
      what: SETTINGS,
      value: settings,
    });
  // What an installer has changed in a file of the system, and a removal has put back, is nothing that is left.
  const candidates = changed.filter(
    (path) => settings[path] === undefined || settings[path] !== before?.[path],
  );
  record(
    'top',
    'processes',
    processes.map((row) => row.command),
  );
  record('archive', 'files', await firstThere(endpoint, candidates));
}

/** Empty folders are among them, and they may be many. */
async function firstThere(endpoint: Endpoint, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (let from = 0; from < paths.length && found.length < MOST_FILES; from += MOST_FILES) {
    const some = paths.slice(from, from + MOST_FILES);
    const there = await Promise.all(some.map((path) => endpoint.has(path)));
    found.push(...some.filter((_, index) => there[index]));
  }
  return found.slice(0, MOST_FILES);
}

const SETTINGS = 'settings';
/** Of everything below /etc: path → SHA-256 in hex, or where a link leads to. */
const HASHES = `find /etc -xdev -type l -printf '->%l\\t%p\\0'
find /etc -xdev -type f -print0 | /usr/bin/xargs -0 -r /usr/bin/sha256sum --zero --`;
const ENTRY = /^(?:([0-9a-f]{64}) [ *]|(->[^\t]*)\t)(.*)$/s;

async function readSettings(endpoint: Pick<Endpoint, 'name' | 'exec'>): Promise<Record<string, string>> {
  const { exit, stdout, stderr } = await endpoint.exec(['sh', '-c', HASHES], {
    user: 'root',
    timeoutMs: 60_000,
  });
  // 123: one of the files was gone before it was read.
  if (exit !== 0 && exit !== 123)
    throw new Error(`the files below /etc of ${endpoint.name} could not be read: ${stderr.trim()}`);
  return Object.fromEntries(
    stdout.split('\0').flatMap((line) => {
      const [, hash, target, path = ''] = ENTRY.exec(line) ?? [];
      const content = hash ?? target;
      return content === undefined || path === '' ? [] : [[path, content]];
    }),
  );
}

const Settings = z.record(z.string(), z.string());
function settingsBefore({ name }: Endpoint, { events }: HistoryWriter): Record<string, string> | undefined {
  const first = events.find(
    (event) => event.kind === 'endpoint.state' && event.endpoint === name && event.what === SETTINGS,
  );
  return first?.kind === 'endpoint.state' ? Settings.parse(first.value) : undefined;
}

/** A product that has left this many files has not been removed. */
const MOST_FILES = 100;

/**
 * Logs, caches and the harness's own files are no part of a product that could still run; neither is the
 * bookkeeping of the system, which changes with every package and account that comes or goes.
 */
export function isProductLike(path: string): boolean {
  return !NOT_OF_A_PRODUCT.test(path) && !BOOKKEEPING.test(path);
}
const NOT_OF_A_PRODUCT =
  /^\/(?:tmp|run|var\/(?:tmp|log|cache|run)|proc|sys|dev|home|root|etc\/heiiki)(?:\/|$)/;
const BOOKKEEPING =
  /^\/(?:etc\/(?:passwd|group|shadow|gshadow|subuid|subgid)-?|etc\/(?:ld\.so\.cache|\.pwd\.lock|mailcap)|var\/lib\/(?:dpkg|apt|ucf|pam|systemd\/deb-systemd-helper-enabled)(?:\/.*)?)$/;

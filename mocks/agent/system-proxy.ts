/** What an installer must not do: the flaw `sets-system-proxy`. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readIfThere } from './files.ts';

const ENVIRONMENT = '/etc/environment';
const PROFILE = '/etc/profile.d/heiiki-edr-proxy.sh';
const APT = '/etc/apt/apt.conf.d/99heiiki-edr-proxy';
const NAMES = ['http_proxy', 'https_proxy'];

export function setSystemProxy(relay: string): void {
  const lines = NAMES.map((name) => `${name}=http://${relay}`);
  writeFileSync(ENVIRONMENT, `${readIfThere(ENVIRONMENT) ?? ''}${lines.join('\n')}\n`);
  put(PROFILE, `${lines.map((line) => `export ${line}`).join('\n')}\n`);
  put(APT, `Acquire::http::Proxy "http://${relay}";\n`);
}
export function unsetSystemProxy(): void {
  for (const path of [PROFILE, APT]) rmSync(path, { force: true });
  if (readIfThere(ENVIRONMENT) === undefined) return;
  const kept = readFileSync(ENVIRONMENT, 'utf8')
    .split('\n')
    .filter((line) => !NAMES.some((name) => line.startsWith(`${name}=`)));
  // A file that was made for this is not left behind.
  if (kept.join('') === '') rmSync(ENVIRONMENT);
  else writeFileSync(ENVIRONMENT, kept.join('\n'));
}
function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Products on disk for tests: a folder with files, and a manifest that is right until a test spoils it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const GOOD = `schema: heiiki/product/v1
id: acme
name: Acme EDR
version: 1.2.3
parts: [edr]
endpoint: { kind: container, base: debian-12 }
payload:
  files: ./payload
cloud: { mode: dialect, dialect: heiiki-v1 }
statement:
  connectivity: relay-only
  recovery: itself
  uninstall: { protection: none }
  channels: { enrol: "edr.cloud.test:443" }
timing:
  enrol: 10s
  detect: 3s
  policy: 500ms
  command: 3s
  retry: 1s
  reconnect: 5s
  fallback: 6s
  return: 1.5m
  status: 3s
  uninstall: 5s
  probe: 5s
hooks:
  install: [/opt/acme/install, --relay, "{relay.address}"]
`;

export interface Folder extends AsyncDisposable {
  readonly path: string;
}

/** A temporary folder with these files; those whose text starts with #! can be run. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'heiiki-product-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A root of products that holds `acme` with this manifest and its install program. */
export function acme(manifest: string, more: Readonly<Record<string, string>> = {}): Promise<Folder> {
  return folderWith({
    'acme/product.yaml': manifest,
    'acme/payload/opt/acme/install': '#!/bin/sh\n',
    ...more,
  });
}

/**
 * What a product puts on the endpoint, as a build context: path in the context → content or file on disk.
 * The digest of a product is taken over exactly this and its manifest.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { bundle } from './bundle.ts';
import { parseDockerfile } from './dockerfile.ts';
import type { Path } from './yaml.ts';
import type { Product } from './schema.ts';

export interface ContextFile {
  readonly content: Buffer | { readonly disk: string };
  readonly mode?: number;
}
export interface Payload {
  /** text of the vendor's Dockerfile; without one it is generated from files and packages */
  readonly dockerfile?: string;
  readonly files: ReadonlyMap<string, ContextFile>;
}
/** A problem that the caller gives a place, from the path in the manifest. */
export type Complaint = (path: Path, what: string, remedy: string) => void;

/** Folder in the build context whose content is copied to / of the endpoint. */
export const ROOT = 'root';

export async function readPayload(
  folder: string,
  payload: Product['payload'],
  complain: Complaint,
): Promise<Payload> {
  const files = new Map<string, ContextFile>();
  if (payload.dockerfile !== undefined && (payload.files !== undefined || payload.packages.length > 0))
    complain(
      ['payload', 'dockerfile'],
      'a Dockerfile and files or packages exclude each other',
      'move files and packages into the Dockerfile, or remove it',
    );
  if (payload.dockerfile === undefined && payload.bundle.length + payload.include.length > 0)
    complain(
      ['payload'],
      '`bundle` and `include` need a Dockerfile that copies them',
      'add `dockerfile`, or put the files below `files`',
    );
  if (payload.files !== undefined)
    await addFolder(files, resolve(folder, payload.files), ROOT, ['payload', 'files'], complain);
  const dockerfile =
    payload.dockerfile === undefined
      ? undefined
      : await addDockerfile(files, folder, payload.dockerfile, complain);
  for (const [i, { file, to }] of payload.include.entries()) {
    const path = ['payload', 'include', i, 'file'];
    if (await isFile(resolve(folder, file))) await addFile(files, resolve(folder, file), to);
    else complain(path, `there is no file \`${file}\``, `paths are relative to ${folder}`);
  }
  for (const [i, { entry, to }] of payload.bundle.entries()) {
    const built = await bundle(resolve(folder, entry));
    if (Buffer.isBuffer(built)) files.set(to, { content: built, mode: 0o644 });
    else
      complain(
        ['payload', 'bundle', i, 'entry'],
        `\`${entry}\` cannot be bundled: ${built.failed}`,
        'correct the program or the path',
      );
  }
  return { ...(dockerfile === undefined ? {} : { dockerfile }), files };
}

async function addDockerfile(
  files: Map<string, ContextFile>,
  folder: string,
  name: string,
  complain: Complaint,
): Promise<string | undefined> {
  const file = resolve(folder, name);
  if (!(await isFile(file))) {
    complain(['payload', 'dockerfile'], `there is no file \`${name}\``, `paths are relative to ${folder}`);
    return undefined;
  }
  if (!(await isReadable(file))) {
    complain(['payload', 'dockerfile'], `\`${file}\` cannot be read`, 'let whoever runs heiiki read it');
    return undefined;
  }
  const text = await readFile(file, 'utf8');
  const parsed = parseDockerfile(text);
  if ('wrong' in parsed) {
    const remedy = 'start with the lines `ARG BASE` and `FROM ${BASE}`; see docs/product-contract.md';
    complain(['payload', 'dockerfile'], `\`${name}\`, line ${parsed.line}: ${parsed.wrong}`, remedy);
  }
  await addFolder(files, dirname(file), '', ['payload', 'dockerfile'], complain);
  // Neither is copied into the image, and a word changed in the manifest must not rebuild it.
  files.delete(basename(file));
  files.delete('product.yaml');
  return text;
}

async function addFolder(
  files: Map<string, ContextFile>,
  folder: string,
  to: string,
  path: Path,
  complain: Complaint,
): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (entries === undefined)
    complain(path, `there is no folder \`${folder}\``, "paths are relative to the manifest's folder");
  const paths = (entries ?? []).filter((e) => !e.isDirectory()).map((e) => join(e.parentPath, e.name));
  for (const disk of paths.toSorted()) {
    if (await isFile(disk)) {
      if (await isReadable(disk)) await addFile(files, disk, join(to, relative(folder, disk)));
      else complain(path, `\`${disk}\` cannot be read`, 'let whoever runs heiiki read it');
    } else
      complain(
        path,
        `\`${disk}\` is neither a file nor a folder`,
        'links to folders, devices and sockets are not copied',
      );
  }
}

async function addFile(files: Map<string, ContextFile>, disk: string, to: string): Promise<void> {
  const executable = ((await stat(disk)).mode & 0o111) !== 0;
  files.set(to.split(sep).join('/'), { content: { disk }, mode: executable ? 0o755 : 0o644 });
}

const isReadable = (path: string): Promise<boolean> =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/** sha256, hex, over the manifest's texts and over name, mode and content of every file. */
export async function payloadDigest(texts: readonly string[], payload: Payload): Promise<string> {
  const hash = createHash('sha256');
  for (const text of [...texts, payload.dockerfile ?? '']) hash.update(`${Buffer.byteLength(text)}\n${text}`);
  for (const [name, file] of payload.files)
    hash.update(`${JSON.stringify(name)} ${file.mode ?? 0} ${await fileDigest(file)}\n`);
  return hash.digest('hex');
}

async function fileDigest({ content }: ContextFile): Promise<string> {
  const hash = createHash('sha256');
  if (Buffer.isBuffer(content)) return hash.update(content).digest('hex');
  for await (const chunk of createReadStream(content.disk)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

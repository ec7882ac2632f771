/** Files in and out of a container by the engine's archive calls: no process inside takes part. */
import type { IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import tar from 'tar-stream';
import type { FileToPut } from './engine.ts';
import { EngineError, statusOf } from './errors.ts';
import { asReadable } from './streams.ts';

const LARGEST = 256 * 1024 * 1024;

export async function putFiles(container: Docker.Container, files: readonly FileToPut[]): Promise<void> {
  const pack = tar.pack();
  for (const file of files) {
    const header = {
      name: file.path.replace(/^\/+/, ''),
      mode: file.mode ?? 0o644,
      uid: file.uid ?? 0,
      gid: file.gid ?? 0,
      mtime: new Date(),
    };
    pack.entry(header, file.content);
  }
  pack.finalize();
  try {
    // tar-stream's own stream classes come from streamx: the same behaviour, other types
    await container.putArchive(pack as unknown as Readable, { path: '/' });
  } catch (error) {
    const what = `writing ${files.map((file) => file.path).join(', ')} into a container`;
    throw new EngineError({ code: 'archive', what, cause: error, remedy: 'is the container still there?' });
  }
}

const STAT = 'x-docker-container-path-stat';
/** Types of the mode as Go writes it: folder, device, pipe, socket. */
const NO_FILE = 2 ** 31 + 2 ** 26 + 2 ** 25 + 2 ** 24;

/** Is there a regular file or a link? The engine looks itself, where reading a file costs it a program's start. */
export async function hasFile(container: Docker.Container, path: string): Promise<boolean> {
  try {
    const answer = (await container.infoArchive({ path })) as unknown as IncomingMessage;
    answer.destroy();
    const { mode } = JSON.parse(Buffer.from(String(answer.headers[STAT]), 'base64').toString()) as {
      mode: number;
    };
    return (BigInt(mode) & BigInt(NO_FILE)) === 0n;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw unreadable(path, error);
  }
}

/** Content of a regular file; symbolic links are followed inside the container. Undefined if there is none. */
export async function getFile(
  container: Docker.Container,
  path: string,
  hops = 8,
): Promise<Buffer | undefined> {
  let stream: Readable;
  try {
    stream = asReadable(await container.getArchive({ path }));
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw unreadable(path, error);
  }
  const found = await firstEntry(stream, path);
  if (!found) return undefined;
  if (found.link === undefined) return found.content;
  return hops > 0 ? getFile(container, posix.resolve(posix.dirname(path), found.link), hops - 1) : undefined;
}

function unreadable(path: string, cause: unknown): EngineError {
  const what = `reading ${path} of a container`;
  return new EngineError({ code: 'archive', what, cause, remedy: 'is the container still there?' });
}

async function firstEntry(
  stream: Readable,
  path: string,
): Promise<{ content: Buffer; link?: string } | undefined> {
  const extract = tar.extract();
  stream.on('error', (error) => extract.destroy(error));
  stream.pipe(extract);
  try {
    for await (const entry of extract) {
      const { type, linkname, size } = entry.header;
      if (type === 'symlink' && linkname) return { content: Buffer.alloc(0), link: linkname };
      if (type !== 'file') return undefined;
      if (size > LARGEST) throw tooLarge(path, size);
      const chunks: Buffer[] = [];
      for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
      return { content: Buffer.concat(chunks) };
    }
    return undefined;
  } finally {
    stream.destroy();
  }
}

function tooLarge(path: string, size: number): EngineError {
  return new EngineError({
    code: 'archive',
    what: `reading ${path} of a container`,
    cause: new Error(`${size} bytes are more than the ${LARGEST} that are read into memory`),
    remedy: 'read it in parts with a process inside the container',
  });
}

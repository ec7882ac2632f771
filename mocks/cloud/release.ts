/** The version of the agent that the cloud hands out: made up, the same bytes for the same version, and given in parts. */
import { createHash } from 'node:crypto';
import type { Release } from './protocol/types.ts';

/** At most so many bytes in one answer (RFC 9110, 15.3.7: a 206 may hold less than was asked for). */
export const PART = 65_536;
const SIZE = 32 * PART;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Plain ASCII, so that a byte is a character. */
function bytesOf(version: string): string {
  const lines = [`release ${version}`];
  for (let number = 0, size = 0; size < SIZE; number++) {
    const line = sha256(`${version} ${number}`);
    lines.push(line);
    size += line.length + 1;
  }
  return lines.join('\n').slice(0, SIZE);
}

export interface Part {
  readonly body: string;
  /** as Content-Range has it */
  readonly range: string;
}

export class ReleaseStore {
  #now: { readonly release: Release; readonly bytes: string } | undefined;

  get current(): Release | undefined {
    return this.#now?.release;
  }
  offer(version: string): Release {
    const bytes = bytesOf(version);
    const release = { version, size: bytes.length, sha256: sha256(bytes) };
    this.#now = { release, bytes };
    return release;
  }

  /** `range`: `bytes=FROM-` or `bytes=FROM-TO`. Where there is none, the status that says why. */
  part(version: string, range: string): Part | 404 | 416 {
    if (this.#now?.release.version !== version) return 404;
    const { bytes } = this.#now;
    const [, from = '', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
    const first = Number(from);
    const last = Math.min(to === '' ? Infinity : Number(to), first + PART - 1, bytes.length - 1);
    if (from === '' || first > last) return 416;
    return { body: bytes.slice(first, last + 1), range: `bytes ${first}-${last}/${bytes.length}` };
  }
}

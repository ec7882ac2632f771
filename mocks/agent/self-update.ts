/**
 * A newer version of this agent, from the place where content updates come from: fetched part by part, gone on with after
 * a cut, and put in the place of the old one when it is whole and its hash is right. It is data: nothing has to be started.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { releasePath, type Release } from '../cloud/protocol/types.ts';
import { isRecord, writeWhole } from './files.ts';
import type { Behaviour } from './flaws.ts';
import { versionOf, type Places } from './places.ts';
import type { Answer } from './transport/https.ts';

export interface SelfUpdateParts {
  readonly places: Pick<Places, 'release' | 'version' | 'state'>;
  readonly style: Behaviour['selfUpdate'];
  /** one part; undefined: no place is known where updates come from. Throws RouteError */
  readonly fetch: (path: string, range: string) => Promise<Answer | undefined>;
  readonly note: (text: string) => void;
}

/** Of the answer to a heartbeat; undefined: none is offered, or it is malformed. */
export function parseRelease(value: unknown): Release | undefined {
  if (!isRecord(value)) return undefined;
  const { version, size, sha256 } = value;
  if (typeof version !== 'string' || version === '') return undefined;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1) return undefined;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  return { version, size, sha256 };
}

export class SelfUpdate {
  readonly #parts: SelfUpdateParts;
  #wanted: Release | null = null;
  /** hash of one that was not what it was said to be: it is not asked for again */
  #refused: string | undefined;

  constructor(parts: SelfUpdateParts) {
    this.#parts = parts;
  }

  get underWay(): boolean {
    return this.#wanted !== null;
  }
  /** What happens on the endpoint is not looked at: of the broken ones only. */
  get blind(): boolean {
    return this.underWay && !this.#parts.style.detectsMeanwhile;
  }
  /** What the cloud wants to run. */
  offered(release: Release | undefined): void {
    const here = versionOf(this.#parts.places);
    const known = release === undefined || release.version === here || release.sha256 === this.#refused;
    this.#wanted = known ? null : release;
  }

  /** Fetches the next part. True: there is more to fetch. Throws RouteError. */
  async next(): Promise<boolean> {
    const wanted = this.#wanted;
    if (!wanted) return false;
    const { fetch, style } = this.#parts;
    const from = this.#sizeOf(wanted);
    if (from < wanted.size) {
      try {
        const part = partOf(await fetch(releasePath(wanted.version), `bytes=${from}-`), from);
        if (part === undefined) return false;
        this.#append(wanted, part);
      } catch (cause) {
        if (style.takes === 'what-has-come' && from > 0) this.#putInPlace(wanted);
        throw cause;
      }
    }
    if (this.#sizeOf(wanted) < wanted.size) return true;
    this.#finish(wanted);
    return false;
  }

  #fileOf({ sha256 }: Release): string {
    return join(this.#parts.places.state, 'update', `${sha256}.part`);
  }
  #sizeOf(release: Release): number {
    return statSync(this.#fileOf(release), { throwIfNoEntry: false })?.size ?? 0;
  }
  #append(release: Release, part: Buffer): void {
    const file = this.#fileOf(release);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    appendFileSync(file, part, { mode: 0o600, flush: true });
  }
  #finish(release: Release): void {
    const file = this.#fileOf(release);
    if (createHash('sha256').update(readFileSync(file)).digest('hex') === release.sha256) {
      this.#putInPlace(release);
      return;
    }
    rmSync(file, { force: true });
    this.#refused = release.sha256;
    this.#wanted = null;
    this.#parts.note(`version ${release.version} was refused: what has come is not what was offered`);
  }
  #putInPlace(release: Release): void {
    const { places, note } = this.#parts;
    renameSync(this.#fileOf(release), places.release);
    // Also what was begun of versions that are not offered any more.
    rmSync(dirname(this.#fileOf(release)), { recursive: true, force: true });
    writeWhole(places.version, `${release.version}\n`);
    this.#wanted = null;
    note(`version ${release.version} has taken the place of the one before`);
  }
}

/** Undefined: nothing can be had. Throws where it is another part than was asked for. */
function partOf(answer: Answer | undefined, from: number): Buffer | undefined {
  if (answer === undefined) return undefined;
  const { part } = answer;
  if (part?.range.startsWith(`bytes ${from}-`) === true) return part.bytes;
  throw new Error(`a part from byte ${from} was asked for, the answer is ${answer.status}`);
}

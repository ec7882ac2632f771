/**
 * Findings that wait to be sent: an append-only journal, synced before a finding counts as taken, oldest
 * first, bounded. What an overflow drops is counted, and the count is in the journal too. While the disk is full the
 * findings are in memory alone, and are written as soon as there is room.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DetectionFinding } from '../cloud/protocol/types.ts';
import { isFull, isRecord, readIfThere, writeIfRoom, writeWhole } from './files.ts';
import type { Behaviour } from './flaws.ts';

type Entry = { add: DetectionFinding } | { done: string[] } | { dropped: number } | { numbered: number };

export interface FindingQueue {
  readonly size: number;
  /** lost to overflows since the journal began */
  readonly dropped: number;
  add(finding: DetectionFinding): void;
  /** Gives the oldest one up, and counts it; false: there is none. */
  dropOldest(): boolean;
  oldest(count: number): readonly DetectionFinding[];
  remove(uids: readonly string[]): void;
  close(): void;
}

/** Finished entries in the journal before it is written anew. */
const COMPACT_AFTER = 256;

export class Journal implements FindingQueue {
  readonly #path: string;
  readonly #capacity: number;
  readonly #waiting = new Map<string, DetectionFinding>();
  #fd: number;
  #dropped = 0;
  #stale = 0;
  readonly #endsWhenFull: boolean;
  /** the journal lacks what is in memory */
  #behind = false;
  /** of the last finding: they are numbered in the order in which they were made, also over a restart */
  #number = 0;

  constructor(path: string, capacity: number, { endsWhenFull = false, forgetsTaken = false } = {}) {
    this.#path = path;
    this.#capacity = capacity;
    this.#endsWhenFull = endsWhenFull;
    this.#replay(readIfThere(path) ?? '', forgetsTaken);
    mkdirSync(dirname(path), { recursive: true });
    this.#fd = openSync(path, 'a', 0o600);
    this.#rewrite();
  }
  get size(): number {
    return this.#waiting.size;
  }
  get dropped(): number {
    return this.#dropped;
  }

  add(finding: DetectionFinding): void {
    const over = Math.max(0, this.#waiting.size - this.#capacity + 1);
    const metadata = { ...finding.metadata, sequence: this.#number + 1 };
    this.#take([...this.#loss(over), { add: { ...finding, metadata } }]);
  }
  dropOldest(): boolean {
    const loss = this.#loss(1);
    this.#take(loss);
    return loss.length > 0;
  }
  oldest(count: number): readonly DetectionFinding[] {
    return [...this.#waiting.values()].slice(0, count);
  }
  remove(uids: readonly string[]): void {
    const known = uids.filter((uid) => this.#waiting.has(uid));
    if (known.length === 0) return;
    this.#take([{ done: known }]);
  }
  close(): void {
    closeSync(this.#fd);
  }

  #loss(count: number): Entry[] {
    const lost = [...this.#waiting.keys()].slice(0, count);
    return lost.length > 0 ? [{ done: lost }, { dropped: lost.length }] : [];
  }
  #take(entries: readonly Entry[]): void {
    for (const entry of entries) this.#apply(entry);
    if (entries.length > 0) this.#write(entries);
  }
  #apply(entry: Entry): void {
    if ('add' in entry) {
      this.#waiting.set(entry.add.finding_info.uid, entry.add);
      this.#number = Math.max(this.#number, entry.add.metadata.sequence ?? 0);
    } else if ('numbered' in entry) this.#number = Math.max(this.#number, entry.numbered);
    else if ('dropped' in entry) this.#dropped += entry.dropped;
    else for (const uid of entry.done) if (this.#waiting.delete(uid)) this.#stale += 1;
  }
  #write(entries: readonly Entry[]): void {
    // All that is finished goes with it, so that the journal does not grow with what has come and gone.
    if (this.#behind || this.#stale >= COMPACT_AFTER) this.#rewrite();
    else this.#append(textOf(entries));
  }
  #append(text: string): void {
    try {
      this.#behind = writeSync(this.#fd, text) < Buffer.byteLength(text);
      fdatasyncSync(this.#fd);
    } catch (cause) {
      if (!isFull(cause) || this.#endsWhenFull) throw cause;
      this.#behind = true;
    }
    if (this.#behind && this.#endsWhenFull) throw new Error('the disk is full');
  }
  /** A last line that was being written when the power went is no entry. */
  #replay(text: string, forgetsTaken: boolean): void {
    for (const line of text.split('\n')) {
      const entry = parsed(line);
      if (entry) this.#apply(entry);
    }
    if (!forgetsTaken) return;
    for (const entry of text.split('\n').map(parsed))
      if (entry && 'add' in entry && !this.#waiting.has(entry.add.finding_info.uid))
        this.#apply({ add: toldAgain(entry.add) });
  }
  /** Writes the journal anew, without what is finished, and opens it for appending; not while the disk is full. */
  #rewrite(): void {
    const waiting = [...this.#waiting.values()].map((finding): Entry => ({ add: finding }));
    const text = textOf([{ dropped: this.#dropped }, { numbered: this.#number }, ...waiting]);
    if (this.#endsWhenFull) writeWhole(this.#path, text);
    this.#behind = !this.#endsWhenFull && !writeIfRoom(this.#path, text);
    if (this.#behind) return;
    this.#stale = 0;
    closeSync(this.#fd);
    this.#fd = openSync(this.#path, 'a');
  }
}

/** Of the broken one to which nothing that it finds on its disk has been told. */
function toldAgain(finding: DetectionFinding): DetectionFinding {
  const uid = randomUUID();
  return { ...finding, finding_info: { ...finding.finding_info, uid } };
}

const textOf = (entries: readonly Entry[]): string =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

const ENTRIES = ['add', 'done', 'dropped', 'numbered'];
function parsed(line: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) && ENTRIES.some((kind) => kind in value) ? (value as Entry) : undefined;
  } catch {
    return undefined;
  }
}

/** The queue of another careless maker: in memory, and written when the agent is stopped in good order. */
export class WrittenAtStop implements FindingQueue {
  readonly #path: string;
  readonly #capacity: number;
  #waiting: DetectionFinding[];
  #dropped = 0;
  constructor(path: string, capacity: number) {
    this.#path = path;
    this.#capacity = capacity;
    const kept: unknown = JSON.parse(readIfThere(path) ?? '[]');
    this.#waiting = Array.isArray(kept) ? (kept as DetectionFinding[]) : [];
    writeWhole(path, '[]');
  }
  get size(): number {
    return this.#waiting.length;
  }
  get dropped(): number {
    return this.#dropped;
  }
  add(finding: DetectionFinding): void {
    this.#waiting.push(finding);
    const over = Math.max(0, this.#waiting.length - this.#capacity);
    for (let gone = 0; gone < over; gone += 1) this.dropOldest();
  }
  dropOldest(): boolean {
    const lost = this.#waiting.shift() !== undefined;
    if (lost) this.#dropped += 1;
    return lost;
  }
  oldest(count: number): readonly DetectionFinding[] {
    return this.#waiting.slice(0, count);
  }
  remove(uids: readonly string[]): void {
    this.#waiting = this.#waiting.filter((finding) => !uids.includes(finding.finding_info.uid));
  }
  close(): void {
    writeWhole(this.#path, JSON.stringify(this.#waiting));
  }
}

/** The queue of a careless maker: once sending has failed, only the newest finding is still there. */
export class NewestOnly implements FindingQueue {
  #waiting: DetectionFinding[] = [];
  readonly dropped = 0;
  get size(): number {
    return this.#waiting.length;
  }
  add(finding: DetectionFinding): void {
    this.#waiting.push(finding);
  }
  oldest(count: number): readonly DetectionFinding[] {
    return this.#waiting.slice(0, count);
  }
  dropOldest(): boolean {
    return this.#waiting.shift() !== undefined;
  }
  remove(uids: readonly string[]): void {
    this.#waiting = this.#waiting.filter((finding) => !uids.includes(finding.finding_info.uid));
  }
  sendingFailed(): void {
    this.#waiting = this.#waiting.slice(-1);
  }
  close(): void {
    this.#waiting = [];
  }
}

/** `state`: the folder that it may write to. */
export function queueOf({ queue, endsWhenFull }: Behaviour, state: string, capacity: number): FindingQueue {
  switch (queue) {
    case 'durable':
      return new Journal(join(state, 'queue.jsonl'), capacity, { endsWhenFull });
    case 'durable-but-forgets-taken':
      return new Journal(join(state, 'queue.jsonl'), capacity, { forgetsTaken: true });
    case 'newest-only':
      return new NewestOnly();
    case 'written-at-stop':
      return new WrittenAtStop(join(state, 'queue.json'), capacity);
  }
}

/**
 * Findings that wait to be sent: an append-only journal, synced before a finding counts as taken, oldest
 * first, bounded. What an overflow drops is counted, and the count is in the journal too.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import type { DetectionFinding } from '../cloud/protocol/types.ts';
import { isRecord, readIfThere, writeWhole } from './files.ts';

type Entry = { add: DetectionFinding } | { done: string[] } | { dropped: number };

export interface FindingQueue {
  readonly size: number;
  /** lost to overflows since the journal began */
  readonly dropped: number;
  add(finding: DetectionFinding): void;
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

  constructor(path: string, capacity: number) {
    this.#path = path;
    this.#capacity = capacity;
    this.#replay(readIfThere(path) ?? '');
    this.#fd = this.#rewritten();
  }
  get size(): number {
    return this.#waiting.size;
  }
  get dropped(): number {
    return this.#dropped;
  }

  add(finding: DetectionFinding): void {
    const over = Math.max(0, this.#waiting.size - this.#capacity + 1);
    const lost = [...this.#waiting.keys()].slice(0, over);
    const entries: Entry[] = lost.length > 0 ? [{ done: lost }, { dropped: lost.length }] : [];
    entries.push({ add: finding });
    for (const entry of entries) this.#apply(entry);
    this.#write(entries);
  }
  oldest(count: number): readonly DetectionFinding[] {
    return [...this.#waiting.values()].slice(0, count);
  }
  remove(uids: readonly string[]): void {
    const known = uids.filter((uid) => this.#waiting.has(uid));
    if (known.length === 0) return;
    const entry = { done: known };
    this.#apply(entry);
    this.#write([entry]);
    if (this.#stale < COMPACT_AFTER) return;
    closeSync(this.#fd);
    this.#fd = this.#rewritten();
  }
  close(): void {
    closeSync(this.#fd);
  }

  #apply(entry: Entry): void {
    if ('add' in entry) this.#waiting.set(entry.add.finding_info.uid, entry.add);
    else if ('dropped' in entry) this.#dropped += entry.dropped;
    else for (const uid of entry.done) if (this.#waiting.delete(uid)) this.#stale += 1;
  }
  #write(entries: readonly Entry[]): void {
    writeSync(this.#fd, textOf(entries));
    fdatasyncSync(this.#fd);
  }
  /** A last line that was being written when the power went is no entry. */
  #replay(text: string): void {
    for (const line of text.split('\n')) {
      const entry = parsed(line);
      if (entry) this.#apply(entry);
    }
  }
  /** Writes the journal anew, without what is finished, and opens it for appending. */
  #rewritten(): number {
    const waiting = [...this.#waiting.values()].map((finding): Entry => ({ add: finding }));
    writeWhole(this.#path, textOf([{ dropped: this.#dropped }, ...waiting]));
    this.#stale = 0;
    return openSync(this.#path, 'a');
  }
}

const textOf = (entries: readonly Entry[]): string =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

function parsed(line: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) && ('add' in value || 'done' in value || 'dropped' in value)
      ? (value as Entry)
      : undefined;
  } catch {
    return undefined;
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

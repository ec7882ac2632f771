/**
 * Content updates: which behaviours are looked for. Built in are all of them; an update comes from a place of its own
 * through the same relay, is taken whole or not at all, and is not needed for anything else.
 */
import type { Content as ContentBody } from '../cloud/protocol/types.ts';
import { isRecord, readState, writeIfRoom } from './files.ts';
import type { Behaviour } from './flaws.ts';
import type { Answer } from './transport/https.ts';

const BUILT_IN: ContentBody = { revision: 0, rules: ['T1204.002', 'T1098.007'] };

/** The body of an update, or in words why it is none. */
export function parseContent(value: unknown): ContentBody | string {
  if (!isRecord(value)) return 'it is no object';
  const { revision, rules } = value;
  if (typeof revision !== 'number' || !Number.isInteger(revision) || revision < 1)
    return 'its revision is no number';
  if (!Array.isArray(rules) || !rules.every((rule) => typeof rule === 'string'))
    return 'its list of rules is malformed';
  return { revision, rules };
}

export class Content {
  readonly #file: string;
  readonly #style: Behaviour['updates'];
  #body: ContentBody = BUILT_IN;
  #etag: string | undefined;
  /** was the last attempt a success; undefined before the first */
  #current: boolean | undefined;
  #ruined = false;

  constructor(file: string, style: Behaviour['updates']) {
    this.#file = file;
    this.#style = style;
    const stored = readState(file);
    const body = parseContent(stored?.['content']);
    if (typeof body === 'string') return;
    this.#body = body;
    this.#etag = typeof stored?.['etag'] === 'string' ? stored['etag'] : undefined;
  }
  get revision(): number {
    return this.#body.revision;
  }
  get etag(): string | undefined {
    return this.#etag;
  }
  looksFor(rule: string): boolean {
    return this.#body.rules.includes(rule);
  }

  /** Undefined: taken, or nothing new. Otherwise in words why not. */
  take(answer: Answer): string | undefined {
    if (answer.status === 304) {
      this.#current = true;
      return undefined;
    }
    const body = answer.status === 200 ? parseContent(answer.json) : `the answer is ${answer.status}`;
    if (typeof body === 'string') return body;
    this.#body = body;
    this.#etag = answer.etag;
    this.#current = true;
    this.#ruined = false;
    writeIfRoom(this.#file, JSON.stringify({ content: body, etag: answer.etag }));
    return undefined;
  }
  failed(): void {
    if (this.#current !== undefined) this.#current = false;
  }
  /** A page of the relay has come where an update was expected. */
  page(): void {
    if (this.#style.takesPages) this.#ruined = true;
  }

  /** May findings be made and sent? Always, unless the maker has made it depend on updates. */
  get usable(): boolean {
    if (this.#ruined) return false;
    if (this.#style.neededFirst && this.#body.revision === 0) return false;
    return !this.#style.neededAlways || this.#current !== false;
  }
}

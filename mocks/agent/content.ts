/**
 * Content updates: which behaviours are looked for. Built in are all of them; an update comes from a place of its own
 * through the same relay, or in a file that somebody carries here; it is taken whole or not at all, and is not needed for
 * anything else.
 */
import type { Content as ContentBody, ContentInForce, Indicator } from '../cloud/protocol/types.ts';
import { isRecord, messageOf, readState, writeIfRoom } from './files.ts';
import type { Behaviour } from './flaws.ts';
import { isIndicator } from './policy.ts';
import type { Answer } from './transport/https.ts';

const BUILT_IN: ContentBody = {
  revision: 0,
  issued: Date.UTC(2025, 0, 1),
  rules: ['T1204.002', 'T1098.007'],
};

/** The body of an update, or in words why it is none. */
export function parseContent(value: unknown): ContentBody | string {
  if (!isRecord(value)) return 'it is no object';
  const { revision, issued, rules, indicators = [] } = value;
  if (typeof revision !== 'number' || !Number.isInteger(revision) || revision < 1)
    return 'its revision is no number';
  if (!Array.isArray(rules) || !rules.every((rule) => typeof rule === 'string'))
    return 'its list of rules is malformed';
  if (typeof issued !== 'number' || !Number.isInteger(issued)) return 'its date is no number';
  if (!Array.isArray(indicators) || !indicators.every(isIndicator))
    return 'its list of indicators is malformed';
  return { revision, issued, rules, indicators };
}

const indicatorsOf = ({ indicators = [] }: { indicators?: Indicator[] }): Map<string, string> =>
  new Map(indicators.map(({ sha256, name }) => [sha256, name]));

export class Content {
  readonly #file: string;
  readonly #style: Behaviour['updates'];
  #body: ContentBody = BUILT_IN;
  #indicators = indicatorsOf(BUILT_IN);
  #came = Date.now();
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
    this.#indicators = indicatorsOf(body);
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
  /** The name of the indicator that this hash is. */
  indicator(sha256: string): string | undefined {
    return this.#indicators.get(sha256);
  }
  /** What people are told of it. */
  get inForce(): ContentInForce | undefined {
    const { revision, issued } = this.#body;
    switch (this.#style.age) {
      case 'hidden':
        return undefined;
      case 'of-its-making':
        return { revision, issued };
      case 'of-its-coming':
        return { revision, issued: this.#came };
    }
  }

  /** An offline package. Undefined: taken. Otherwise in words why not. */
  bring(text: string): string | undefined {
    if (!this.#style.takesPackages) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      return messageOf(cause);
    }
    const body = parseContent(value);
    if (typeof body === 'string') return body;
    if (body.revision < this.revision) return `revision ${this.revision}, which is newer, is in force`;
    this.#adopt(body, undefined);
    return undefined;
  }

  /** Undefined: taken, or nothing new. Otherwise in words why not. */
  take(answer: Answer): string | undefined {
    if (answer.status === 304) {
      this.#current = true;
      return undefined;
    }
    const body = answer.status === 200 ? parseContent(answer.json) : `the answer is ${answer.status}`;
    if (typeof body === 'string') return body;
    this.#current = true;
    this.#ruined = false;
    // What was carried here may be newer than what that place has.
    if (body.revision < this.revision) this.#etag = answer.etag;
    else this.#adopt(body, answer.etag);
    return undefined;
  }
  #adopt(body: ContentBody, etag: string | undefined): void {
    this.#body = body;
    this.#etag = etag;
    this.#came = Date.now();
    this.#indicators = indicatorsOf(body);
    writeIfRoom(this.#file, JSON.stringify({ content: body, etag }));
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

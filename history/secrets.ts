/** Secrets are in no history: a mark stands wherever one would, and so a secret that shows can be told by its mark. */

/** `name` says whose it is, in words: never the secret itself. */
export const markOf = (name: string): string => `‹${name}›`;

/** The account's at a relay. */
export const RELAY_PASSWORD = 'relay password';

/** What the console of the cloud shows to whoever removes an endpoint. */
export const REMOVAL_TOKEN = 'removal token';

/** A password as it is written, and as Basic sign-in sends it (RFC 7617). */
export const formsOf = ({ user, password }: { user: string; password: string }): string[] => [
  password,
  Buffer.from(`${user}:${password}`).toString('base64'),
];

export class Concealer {
  readonly #marks = new Map<string, string>();

  add(name: string, forms: readonly string[]): void {
    for (const form of forms) if (form !== '') this.#marks.set(form, markOf(name));
  }
  /** The same value, or a copy of it with marks. */
  apply<T>(value: T): T {
    if (this.#marks.size === 0) return value;
    const text = JSON.stringify(value);
    if (![...this.#marks.keys()].some((form) => text.includes(inJson(form)))) return value;
    return this.#concealed(value) as T;
  }
  /** In texts alone: a number that a secret of digits is a part of stays a number. */
  #concealed(value: unknown): unknown {
    if (typeof value === 'string') {
      let text = value;
      for (const [form, mark] of this.#marks) text = text.replaceAll(form, mark);
      return text;
    }
    if (Array.isArray(value)) return value.map((each) => this.#concealed(each));
    if (typeof value !== 'object' || value === null) return value;
    const pairs = Object.entries(value).map(([key, each]) => [this.#concealed(key), this.#concealed(each)]);
    return Object.fromEntries(pairs) as unknown;
  }
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

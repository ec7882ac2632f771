/** Secrets are in no history: a mark stands wherever one would, and so a secret that shows can be told by its mark. */

/** `name` says whose it is, in words: never the secret itself. */
export const markOf = (name: string): string => `‹${name}›`;

/** The account's at a relay. */
export const RELAY_PASSWORD = 'relay password';

/** A password as it is written, and as Basic sign-in sends it (RFC 7617). */
export const formsOf = ({ user, password }: { user: string; password: string }): string[] => [
  password,
  Buffer.from(`${user}:${password}`).toString('base64'),
];

export class Concealer {
  readonly #marks = new Map<string, string>();

  add(name: string, forms: readonly string[]): void {
    for (const form of forms) if (form !== '') this.#marks.set(inJson(form), markOf(name));
  }
  /** The same value, or a copy of it with marks. */
  apply<T>(value: T): T {
    if (this.#marks.size === 0) return value;
    const text = JSON.stringify(value);
    let concealed = text;
    for (const [form, mark] of this.#marks) concealed = concealed.replaceAll(form, mark);
    return concealed === text ? value : (JSON.parse(concealed) as T);
  }
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

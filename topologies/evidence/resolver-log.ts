/** Lines of dnsmasq's `--log-queries=extra` become one event a question. */
import type { EventOf } from '../../history/events.ts';

type Query = Omit<EventOf<'resolver.query'>, 'kind' | 'resolver'>;
const LINE = /^dnsmasq(?:\[\d+\])?: (\d+) ([0-9a-f.:]+)\/\d+ (.*)$/;
const QUESTION = /^query\[([^\]]+)\] (\S+) from /;
const ANSWER = /^(?:config|reply|cached\S*|\/\S+|DHCP|auth|forwarded-\S+) (\S+) is (.*)$/;
/** Questions that never got an answer line are kept no longer than this. */
const WAITING = 1000;

/**
 * dnsmasq writes a line for the question and one for each record of the answer, all with the same serial
 * number. Everything here is answered from its own configuration, at once, so the first answer line closes it.
 */
export class ResolverLog {
  readonly #open = new Map<string, { client: string; name: string; type: string }>();

  push(line: string): Query | undefined {
    const [, serial, client, rest] = LINE.exec(line) ?? [];
    if (serial === undefined || client === undefined || rest === undefined) return undefined;
    const question = QUESTION.exec(rest);
    if (question !== null) {
      if (this.#open.size >= WAITING) this.#open.clear();
      this.#open.set(serial, { client, type: question[1] ?? '', name: question[2] ?? '' });
      return undefined;
    }
    const asked = this.#open.get(serial);
    if (asked === undefined) return undefined;
    const answer =
      ANSWER.exec(rest)?.[2] ?? (rest.startsWith('config error') ? rest.slice('config '.length) : undefined);
    if (answer === undefined) return undefined;
    this.#open.delete(serial);
    return { ...asked, answer };
  }

  /** Questions without an answer line; asked at the end. */
  rest(): Query[] {
    const queries = [...this.#open.values()].map((asked) => ({ ...asked, answer: '' }));
    this.#open.clear();
    return queries;
  }
}

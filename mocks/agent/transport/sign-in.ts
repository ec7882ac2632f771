/**
 * Signing in at a relay (RFC 9110 §11.7: Basic of RFC 7617, Digest of RFC 7616). Nobody is shown the account who has
 * not asked for it on that very tunnel: in another network somebody else may be at the relay's address. An account that
 * is refused gets a rest, as a directory that counts attempts would lock it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { RouteError } from './failure.ts';

export interface Account {
  readonly user: string;
  readonly password: string;
}
interface Challenge {
  readonly scheme: 'basic' | 'digest';
  readonly parameters: ReadonlyMap<string, string>;
}
export interface SignInStyle {
  /** time until a refused account is shown again; it doubles up to the longest */
  readonly restMs: number;
  readonly digest: 'right' | 'without-method';
  /** what was asked for once is answered unasked from then on */
  readonly unasked: boolean;
}

const LONGEST_REST_MS = 60_000;
/** A person who tests by hand is let through sooner, and not without end either. */
const BY_HAND_MS = 2000;

export class SignIn {
  readonly #account: Account | null;
  readonly #style: SignInStyle;
  #challenge: Challenge | undefined;
  #proven = false;
  #refusals = 0;
  #lastRefusal = -Infinity;
  #count = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(account: Account | null, style: SignInStyle) {
    this.#account = account;
    this.#style = style;
  }
  get account(): Account | null {
    return this.#account;
  }

  /** Until the account is known to be good, one tunnel at a time: many would be many wrong attempts. */
  inTurn<T>(attempt: () => Promise<T>): Promise<T> {
    if (this.#proven || this.#account === null) return attempt();
    const mine = this.#turn.then(attempt, attempt);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Throws RouteError while a refused account rests. */
  mayTry(now: number, byHand: boolean): void {
    if (this.#refusals === 0) return;
    const rest = Math.min(LONGEST_REST_MS, this.#style.restMs * 2 ** (this.#refusals - 1));
    const left = this.#lastRefusal + (byHand ? Math.min(BY_HAND_MS, rest) : rest) - now;
    if (left > 0)
      throw new RouteError(
        'credentials',
        `the relay has refused the account "${this.#account?.user ?? ''}"; it rests before it is shown again, so that nobody locks it; set another secret with set-relay`,
      );
  }

  /** Value of Proxy-Authorization for a first request. */
  unasked(authority: string): string | undefined {
    return this.#style.unasked ? this.header(authority) : undefined;
  }
  /** The same for the answer to a challenge; undefined as long as there was none. */
  header(authority: string): string | undefined {
    if (!this.#account || !this.#challenge) return undefined;
    const { user, password } = this.#account;
    if (this.#challenge.scheme === 'basic')
      return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    this.#count += 1;
    return digest(this.#account, this.#challenge.parameters, {
      authority,
      count: this.#count,
      method: this.#style.digest === 'right' ? 'CONNECT' : '',
    });
  }

  /**
   * The relay answered 407. True: answer its challenge and ask again. Throws RouteError if there is nothing to
   * answer with, or if it has just been answered.
   */
  challenged(offers: readonly string[], sent: string | undefined, now: number): true {
    const offered = offers.flatMap(challengesIn);
    const challenge = offered.find((one) => one.scheme === 'digest') ?? offered[0];
    const wants = offers.map((offer) => offer.split(' ')[0]).join(', ') || 'nothing that it names';
    if (!this.#account)
      throw new RouteError('credentials', `the relay wants a sign-in (${wants}) and no account is set`);
    if (!challenge)
      throw new RouteError('credentials', `the relay wants a sign-in by ${wants}, which is not spoken here`);
    // A digest that has grown old is not refused: the same account answers the new nonce.
    const stale =
      challenge.scheme === 'digest' &&
      this.#proven &&
      (challenge.parameters.get('stale')?.toLowerCase() === 'true' ||
        challenge.parameters.get('nonce') !== this.#challenge?.parameters.get('nonce'));
    // The same nonce again is counted on: a count that came before is taken for a replay.
    if (challenge.parameters.get('nonce') !== this.#challenge?.parameters.get('nonce')) this.#count = 0;
    this.#challenge = challenge;
    if (sent === undefined || stale) return true;
    throw this.refused(now);
  }
  refused(now: number): RouteError {
    this.#proven = false;
    this.#refusals += 1;
    this.#lastRefusal = now;
    return new RouteError(
      'credentials',
      `the relay refused the account "${this.#account?.user ?? ''}"; set another secret with set-relay`,
    );
  }
  accepted(): void {
    this.#proven = true;
    this.#refusals = 0;
  }
}

/** What one Proxy-Authenticate header offers, of what is spoken here. */
function challengesIn(header: string): Challenge[] {
  const [scheme = '', rest = ''] = /^\s*(\S+)\s*(.*)$/s.exec(header)?.slice(1) ?? [];
  const name = scheme.toLowerCase();
  if (name !== 'basic' && name !== 'digest') return [];
  const pairs = [...rest.matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/gi)];
  const parameters = new Map(
    pairs.map(([, key = '', quoted, plain]) => [key.toLowerCase(), quoted ?? plain ?? '']),
  );
  const algorithm = (parameters.get('algorithm') ?? 'MD5').toUpperCase();
  return name === 'digest' && !Object.hasOwn(HASHES, algorithm) ? [] : [{ scheme: name, parameters }];
}

const HASHES: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256' };

function digest(
  { user, password }: Account,
  parameters: ReadonlyMap<string, string>,
  { authority, count, method }: { authority: string; count: number; method: string },
): string {
  const algorithm = (parameters.get('algorithm') ?? 'MD5').toUpperCase();
  const hash = (text: string) =>
    createHash(HASHES[algorithm] ?? 'md5')
      .update(text)
      .digest('hex');
  const realm = parameters.get('realm') ?? '';
  const nonce = parameters.get('nonce') ?? '';
  const opaque = parameters.get('opaque');
  const first = hash(`${user}:${realm}:${password}`);
  const second = hash(`${method}:${authority}`);
  const nc = count.toString(16).padStart(8, '0');
  const cnonce = randomBytes(8).toString('hex');
  const withQop = (parameters.get('qop') ?? '').split(/\s*,\s*/).includes('auth');
  const response = hash(
    withQop ? `${first}:${nonce}:${nc}:${cnonce}:auth:${second}` : `${first}:${nonce}:${second}`,
  );
  return [
    `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${authority}", response="${response}"`,
    `algorithm=${algorithm}`,
    ...(withQop ? [`qop=auth, nc=${nc}, cnonce="${cnonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ].join(', ');
}

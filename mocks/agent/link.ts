/**
 * The way to the cloud: sends on the way that the chooser says, probes the others, and cuts what was on
 * the old one at a change. Only health exchanges (`health: true`) count for the choice, so that one outage is
 * counted once and not by everything that happens to be under way.
 */
import { EventEmitter } from 'node:events';
import type { Behaviour } from './flaws.ts';
import { isRecord } from './files.ts';
import { namesBy, type Names } from './names.ts';
import { answersPing } from './ping.ts';
import { PathChooser, pathOf, type Connectivity, type Path, type Way } from './path.ts';
import { portOpen } from './transport/dial.ts';
import { asRouteError, PageError, wordFor } from './transport/failure.ts';
import { HttpsClient, type Answer, type Ask, type ClientOptions } from './transport/https.ts';
import type { Relay } from './transport/relay.ts';
import { HELLO } from '../cloud/protocol/types.ts';
import type { HostPort, Route } from './transport/tunnel.ts';
import type { TrustStyle } from './transport/trust.ts';

export const TIMES = { connect: 1200, probeEvery: 1000, byHand: 3000 } as const;

export interface LinkOptions {
  readonly cloud: HostPort;
  /** where content updates come from */
  readonly update: HostPort | null;
  readonly ca: string;
  readonly connectivity: Connectivity;
  readonly relays: readonly Relay[];
  /** address that direct connections leave from */
  readonly from: string | null;
  readonly behaviour: Behaviour;
  readonly trust: TrustStyle;
  /** bodies are sent in gzip */
  readonly packs: boolean;
}
interface LinkEvents {
  /** another way is taken; everything on the old one was cut */
  switched: [Path];
  /** the present way has failed */
  failed: [];
}
export interface Trial {
  readonly works: boolean;
  /** in the few words of `status` */
  readonly word: string;
  readonly detail: string;
}

export class Link extends EventEmitter<LinkEvents> {
  readonly #options: LinkOptions;
  readonly #chooser: PathChooser;
  #relays: readonly Relay[];
  #client: HttpsClient;
  #updates: HttpsClient | undefined;
  #probing: Promise<void> | undefined;
  /** what ping says of the first relay, for the broken one that asks it */
  #pinged = true;
  readonly #timer: NodeJS.Timeout;
  readonly #names: Names;

  constructor(options: LinkOptions) {
    super();
    this.#options = options;
    this.#relays = options.relays;
    this.#chooser = new PathChooser(options.connectivity, options.relays.length, options.behaviour);
    this.#names = namesBy(options.behaviour.names, options.cloud.host);
    this.#client = this.#clientTo(options.cloud, this.#chooser.way);
    this.#timer = setInterval(() => {
      if (options.behaviour.needsPing) void this.#ping();
      this.#probe();
    }, TIMES.probeEvery);
  }
  get path(): Path {
    return pathOf(this.#chooser.way);
  }
  get relays(): readonly Relay[] {
    return this.#relays;
  }
  get failing(): boolean {
    return this.#chooser.failing;
  }

  /** Throws RouteError when nothing was answered. */
  async ask(ask: Ask, { health = false } = {}): Promise<Answer> {
    const client = this.#client;
    try {
      const answer = await client.ask(ask);
      if (health && client === this.#client && this.#pinged) this.#chooser.worked();
      return answer;
    } catch (cause) {
      const error = asRouteError(ask.path, cause);
      if (health && client === this.#client) {
        this.#chooser.failed(error.failure, performance.now());
        this.emit('failed');
        this.#probe();
      }
      throw error;
    }
  }
  /** Of the place where updates come from; undefined: none is known. Throws RouteError. */
  async fetch(ask: Ask): Promise<Answer | undefined> {
    const { update, behaviour } = this.#options;
    if (update === null) return undefined;
    const way = behaviour.updatesBypassRelay ? 'direct' : this.#chooser.way;
    this.#updates ??= this.#clientTo(update, way);
    return this.#updates.ask(ask);
  }

  tryPresent(): Promise<Trial> {
    const { way } = this.#chooser;
    return this.try(way === 'direct' ? null : (this.#relays[way] ?? null));
  }
  /** Does that way lead to the cloud? It is asked, and only its own word will do. */
  async try(relay: Relay | null, { byHand = false } = {}): Promise<Trial> {
    const { behaviour, cloud } = this.#options;
    const timeoutMs = byHand ? TIMES.byHand : TIMES.connect;
    try {
      if (byHand && behaviour.testsPortOnly) await portOpen(relay ?? cloud, timeoutMs);
      else await this.#hello(relay, timeoutMs, byHand);
      return { works: true, word: 'connected', detail: 'the cloud answers' };
    } catch (cause) {
      const { failure, message } = asRouteError('asking the cloud', cause);
      return { works: false, word: wordFor(failure, relay !== null), detail: message };
    }
  }
  async #hello(relay: Relay | null, timeoutMs: number, byHand: boolean): Promise<void> {
    const { cloud } = this.#options;
    const client = new HttpsClient(this.#route(relay), { ...this.#tunnel(cloud), timeoutMs, byHand });
    try {
      const answer = await client.ask({ method: 'GET', path: HELLO, timeoutMs });
      // A cloud that is out of order says so in its own words: the way to it is there.
      if (!isRecord(answer.json)) throw new PageError(`asking the cloud, status ${answer.status}`);
    } finally {
      client.close();
    }
  }

  useRelays(relays: readonly Relay[]): void {
    this.#relays = relays;
    this.#chooser.relaysChanged(relays.length);
    this.#switch();
  }
  close(): void {
    clearInterval(this.#timer);
    this.#client.close();
    this.#updates?.close();
  }

  #probe(): void {
    const candidates = this.#chooser.candidates(performance.now());
    if (candidates.length === 0 || this.#probing) return;
    this.#probing = this.#firstThatWorks(candidates)
      .then((way) => {
        if (way !== undefined && this.#chooser.probed(way, performance.now())) this.#switch();
      })
      .finally(() => (this.#probing = undefined));
  }
  async #ping(): Promise<void> {
    const [relay] = this.#relays;
    this.#pinged = relay === undefined || (await answersPing(relay.host));
    if (!this.#pinged && this.#chooser.way !== 'direct') this.#chooser.failed('silent', performance.now());
  }
  async #firstThatWorks(ways: readonly Way[]): Promise<Way | undefined> {
    const relays = this.#relays;
    for (const way of ways) {
      const relay = way === 'direct' ? null : relays[way];
      if (relay === undefined || relays !== this.#relays) return undefined;
      if (way === 0 && !this.#pinged) continue;
      if ((await this.try(relay)).works) return way;
    }
    return undefined;
  }
  #switch(): void {
    this.#client.close();
    this.#updates?.close();
    this.#updates = undefined;
    this.#client = this.#clientTo(this.#options.cloud, this.#chooser.way);
    this.emit('switched', this.path);
  }
  #clientTo(target: HostPort, way: Way): HttpsClient {
    const relay = way === 'direct' ? null : (this.#relays[way] ?? null);
    return new HttpsClient(this.#route(relay), this.#tunnel(target));
  }
  #route(relay: Relay | null): Route {
    const { from, behaviour } = this.#options;
    return { relay, ...(relay === null && behaviour.bindsFirstAddress && from !== null ? { from } : {}) };
  }
  #tunnel(target: HostPort): ClientOptions {
    const { ca, behaviour, trust, packs } = this.#options;
    const namesHost = behaviour.namesHostInConnect;
    return { target, ca, timeoutMs: TIMES.connect, namesHost, trust, packs, names: this.#names };
  }
}

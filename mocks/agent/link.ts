/**
 * The way to the cloud: sends on the path that the chooser says, probes the other one, and cuts what was on
 * the old path at a change. Only health exchanges (`health: true`) count for the choice, so that one outage is
 * counted once and not by everything that happens to be under way.
 */
import { EventEmitter } from 'node:events';
import type { Behaviour } from './flaws.ts';
import { messageOf } from './files.ts';
import { PathChooser, type Connectivity, type Path } from './path.ts';
import { asRouteError } from './transport/failure.ts';
import { HttpsClient, type Answer, type Ask } from './transport/https.ts';
import { openTunnel, type HostPort, type Route } from './transport/tunnel.ts';

export const TIMES = { connect: 1200, probeEvery: 1000 } as const;

export interface LinkOptions {
  readonly cloud: HostPort;
  readonly ca: string;
  readonly connectivity: Connectivity;
  readonly relay: HostPort | null;
  /** address that direct connections leave from */
  readonly from: string | null;
  readonly behaviour: Behaviour;
}
interface LinkEvents {
  /** another path is taken; everything on the old one was cut */
  switched: [Path];
}

export class Link extends EventEmitter<LinkEvents> {
  readonly #options: LinkOptions;
  readonly #chooser: PathChooser;
  #relay: HostPort | null;
  #client: HttpsClient;
  #probing: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout;
  lastProblem = 'nothing was tried yet';

  constructor(options: LinkOptions) {
    super();
    this.#options = options;
    this.#relay = options.relay;
    this.#chooser = new PathChooser(options.connectivity, options.relay !== null, options.behaviour);
    this.#client = this.#newClient();
    this.#timer = setInterval(() => this.#probe(), TIMES.probeEvery);
  }
  get path(): Path {
    return this.#chooser.path;
  }

  /** Throws RouteError when nothing was answered. */
  async ask(ask: Ask, { health = false } = {}): Promise<Answer> {
    const client = this.#client;
    try {
      const answer = await client.ask(ask);
      if (health && client === this.#client) this.#chooser.worked();
      return answer;
    } catch (cause) {
      const error = asRouteError(ask.path, cause);
      if (health && client === this.#client) {
        this.lastProblem = error.message;
        this.#chooser.failed(error.failure, performance.now());
        this.#probe();
      }
      throw error;
    }
  }

  /** Does that way lead to the cloud? Nothing but a TLS handshake is done on it. */
  async works(relay: HostPort | null): Promise<true | string> {
    try {
      const socket = await openTunnel(this.#route(relay), this.#tunnel());
      socket.destroy();
      return true;
    } catch (cause) {
      return messageOf(cause);
    }
  }
  useRelay(relay: HostPort | null): void {
    this.#relay = relay;
    this.#chooser.relayChanged(relay !== null);
    this.#switch();
  }
  close(): void {
    clearInterval(this.#timer);
    this.#client.close();
  }

  #probe(): void {
    const path = this.#chooser.probe(performance.now());
    if (path === null || this.#probing) return;
    this.#probing = this.works(path === 'relay' ? this.#relay : null)
      .then((worked) => {
        if (worked === true && this.#chooser.probed(path, performance.now())) this.#switch();
      })
      .finally(() => (this.#probing = undefined));
  }
  #switch(): void {
    this.#client.close();
    this.#client = this.#newClient();
    this.emit('switched', this.path);
  }
  #newClient(): HttpsClient {
    return new HttpsClient(this.#route(this.path === 'relay' ? this.#relay : null), this.#tunnel());
  }
  #route(relay: HostPort | null): Route {
    const { from, behaviour } = this.#options;
    return { relay, ...(relay === null && behaviour.bindsFirstAddress && from !== null ? { from } : {}) };
  }
  #tunnel() {
    const { cloud, ca, behaviour } = this.#options;
    return { target: cloud, ca, timeoutMs: TIMES.connect, namesHost: behaviour.namesHostInConnect };
  }
}

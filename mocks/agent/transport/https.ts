/** HTTPS requests with JSON over one route; connections are kept and belong to this client only. */
import type { IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { asRouteError, PageError, RouteError } from './failure.ts';
import { openTunnel, type Route, type TunnelOptions } from './tunnel.ts';

export interface Ask {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly timeoutMs: number;
}
export interface Answer {
  readonly status: number;
  readonly etag: string | undefined;
  /** undefined when the body is empty */
  readonly json: unknown;
  /** of a 206: which bytes they are, as Content-Range says it */
  readonly part?: { readonly range: string; readonly bytes: Buffer };
}

const MAX_BODY = 8 << 20;

class TunnelAgent extends Agent {
  readonly #open: () => Promise<Duplex>;
  constructor(open: () => Promise<Duplex>) {
    super({ keepAlive: true, maxSockets: 8 });
    this.#open = open;
  }
  override createConnection(
    _: RequestOptions,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#open().then(
      (stream) => done?.(null, stream),
      (error: unknown) => (done as ((error: Error) => void) | undefined)?.(error as Error),
    );
  }
}

export interface ClientOptions extends TunnelOptions {
  /** bodies are sent in gzip */
  readonly packs?: boolean;
}

export class HttpsClient {
  readonly #agent: TunnelAgent;
  readonly #closed = new AbortController();
  readonly #host: string;
  readonly #packs: boolean;
  constructor(route: Route, options: ClientOptions) {
    this.#packs = options.packs ?? false;
    this.#host =
      options.target.port === 443 ? options.target.host : `${options.target.host}:${options.target.port}`;
    this.#agent = new TunnelAgent(() => openTunnel(route, options));
  }

  /** Any status is an answer. Throws RouteError when there was none, PageError when it is not the cloud's. */
  async ask(ask: Ask): Promise<Answer> {
    const signal = AbortSignal.any([AbortSignal.timeout(ask.timeoutMs), this.#closed.signal]);
    const body = ask.body === undefined ? undefined : this.#written(ask.body);
    try {
      return await this.#once(ask, body, signal);
    } catch (cause) {
      if (cause instanceof StaleConnection) return await this.#once(ask, body, signal);
      throw cause;
    }
  }

  /** Cuts everything that is under way. */
  close(): void {
    this.#closed.abort();
    this.#agent.destroy();
  }

  #written(body: unknown): Buffer {
    const text = JSON.stringify(body);
    return this.#packs ? gzipSync(text) : Buffer.from(text);
  }

  #once(ask: Ask, body: Buffer | undefined, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = {
        host: this.#host,
        accept: 'application/json',
        ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
        ...(body && this.#packs ? { 'content-encoding': 'gzip' } : {}),
        ...ask.headers,
      };
      const sent = request({ agent: this.#agent, method: ask.method, path: ask.path, headers, signal });
      const fail = (cause: unknown) =>
        reject(this.#explain(cause, ask, sent.reusedSocket && !signal.aborted, signal));
      sent.once('error', fail);
      sent.once('response', (answer) => {
        const parts: Buffer[] = [];
        let size = 0;
        answer.on('data', (part: Buffer) => {
          size += part.length;
          if (size > MAX_BODY) sent.destroy(new RouteError('untrusted', 'the answer is larger than 8 MiB'));
          else parts.push(part);
        });
        answer.once('error', fail);
        answer.once('end', () => {
          const given = read(answer, Buffer.concat(parts));
          if (given) resolve(given);
          else reject(new PageError(`${ask.method} ${ask.path}`));
        });
      });
      sent.end(body);
    });
  }

  #explain(cause: unknown, ask: Ask, stale: boolean, signal: AbortSignal): Error {
    if (cause instanceof RouteError) return cause;
    const doing = `${ask.method} ${ask.path}`;
    if (this.#closed.signal.aborted)
      return new RouteError('closed', `${doing}: the way to the cloud has changed`);
    if (signal.aborted) return new RouteError('silent', `${doing}: no answer within ${ask.timeoutMs} ms`);
    if (stale) return new StaleConnection('closed', `${doing}: the kept connection was gone`, { cause });
    return asRouteError(doing, cause);
  }
}

/** A kept connection that the other end had closed meanwhile says nothing about the way: asked once again. */
class StaleConnection extends RouteError {}

/** undefined: it is not the cloud that answers. The cloud speaks JSON and sends nobody elsewhere. */
function read({ statusCode: status = 0, headers }: IncomingMessage, body: Buffer): Answer | undefined {
  const { etag } = headers;
  const range = headers['content-range'];
  if (status === 206 && range !== undefined)
    return { status, etag, json: undefined, part: { range, bytes: body } };
  if (status >= 300 && status < 400 && status !== 304) return undefined;
  if (body.length === 0) return { status, etag, json: undefined };
  try {
    return { status, etag, json: JSON.parse(body.toString('utf8')) as unknown };
  } catch {
    return undefined;
  }
}

/** Connections to the cloud through the relay: CONNECT, then TLS, which takes up the session of the one before. */
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type SecureContext } from 'node:tls';

export interface Way {
  readonly relay: { readonly host: string; readonly port: number };
  readonly cloud: { readonly host: string; readonly port: number };
  /** one for the whole fleet: it holds the cloud's CA */
  readonly context: SecureContext;
  readonly timeoutMs: number;
}
export interface Got {
  readonly status: number;
  readonly etag: string | undefined;
  /** parsed; undefined if there is none */
  readonly json: unknown;
}
export interface Asked {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly key?: string | undefined;
  readonly body?: unknown;
  readonly etag?: string | undefined;
  /** beyond that of the way, for questions that wait */
  readonly moreMs?: number;
}

type Done = (error: Error | null, stream: Duplex) => void;

/** One connection at a time, and whoever asks waits for it: two would be a second tunnel at the relay. */
export class Tunnels extends Agent {
  readonly #way: Way;
  readonly #lost: () => void;
  #session: Buffer | undefined;

  /** `lost`: a connection has ended, in use or not. */
  constructor(way: Way, lost: () => void) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#way = way;
    this.#lost = lost;
  }

  override createConnection(_options: object, done?: Done): undefined {
    const { relay, timeoutMs } = this.#way;
    const settle: Done = done ?? (() => undefined);
    const socket = connect({ ...relay, noDelay: true });
    const failed = (error: Error): void => {
      socket.destroy();
      settle(error, socket);
    };
    const late = setTimeout(() => failed(new Error('the relay or the cloud is silent')), timeoutMs);
    const finish: Done = (error, stream) => {
      clearTimeout(late);
      if (error) failed(error);
      else settle(null, stream);
    };
    socket.once('error', (error: Error) => finish(error, socket));
    socket.once('connect', () => this.#tunnel(socket, finish));
  }

  #tunnel(socket: Socket, finish: Done): void {
    const { host, port } = this.#way.cloud;
    let head = '';
    const take = (part: Buffer): void => {
      head += part.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', take);
      const status = head.split(' ')[1];
      if (status === '200') this.#secure(socket, finish);
      else finish(new Error(`the relay answers ${String(status)}`), socket);
    };
    socket.on('data', take);
    socket.once('close', () => finish(new Error('the relay has closed the connection'), socket));
    socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`);
  }

  #secure(socket: Socket, finish: Done): void {
    const { cloud, context: secureContext } = this.#way;
    const session = this.#session;
    const secured = connectTls({
      ...{ socket, secureContext, servername: cloud.host },
      ...(session === undefined ? {} : { session }),
    });
    secured.on('session', (fresh: Buffer) => (this.#session = fresh));
    secured.once('error', (error: Error) => finish(error, secured));
    secured.once('secureConnect', () => {
      secured.once('close', this.#lost);
      finish(null, secured);
    });
  }

  /** Rejects when nothing was answered. */
  ask({ method, path, key, body, etag, moreMs = 0 }: Asked): Promise<Got> {
    const { cloud, timeoutMs } = this.#way;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      host: cloud.host,
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    return new Promise((resolve, reject) => {
      const request = httpRequest({ agent: this, method, path, headers }, (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (answer += part));
        response.on('error', reject);
        response.on('end', () => {
          try {
            const json: unknown = answer === '' ? undefined : JSON.parse(answer);
            resolve({ status: response.statusCode ?? 0, etag: response.headers.etag, json });
          } catch (error) {
            reject(new Error('the answer is not JSON', { cause: error }));
          }
        });
      });
      request.setTimeout(timeoutMs + moreMs, () => request.destroy(new Error('no answer in time')));
      request.on('error', reject);
      request.end(text);
    });
  }
}

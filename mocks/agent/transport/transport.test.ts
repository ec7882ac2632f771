import { once } from 'node:events';
import { createServer as createHttps } from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { connectRequest } from './connect.ts';
import { PageError, RouteError, SentElsewhere } from './failure.ts';
import { HttpsClient } from './https.ts';
import { selfSigned } from './test-authority.ts';
import { HONEST_TLS, plainRelay } from './testing.ts';
import { openTunnel, type Route } from './tunnel.ts';

const NAME = 'localhost';
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const listening = (server: Server): Promise<Server> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));

describe('the way to the cloud', () => {
  const good = selfSigned(NAME);
  const open: Server[] = [];
  const bytes: Buffer[] = [];
  const requests: string[] = [];
  let cloud: Server;
  before(async () => {
    const https = createHttps(good, (request, response) => {
      requests.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.host ?? ''}`);
      if (request.url === '/silent') return;
      if (request.url === '/echo') {
        const coding = request.headers['content-encoding'] ?? 'none';
        const answer = (body: Buffer) =>
          response.end(JSON.stringify({ coding, body: body.toString('base64') }));
        return void buffer(request).then(answer);
      }
      if (request.url === '/cut') return void request.socket.destroy();
      if (request.url === '/page') return void response.end('<html>blocked</html>');
      if (request.url === '/elsewhere') return void response.writeHead(302, { location: '/' }).end();
      response.writeHead(200, { etag: '"r1"' }).end('{"fine":true}');
    });
    cloud = await listening(https);
    https.on('connection', (socket: Socket) => sockets.push(socket));
    open.push(cloud);
  });
  const sockets: Socket[] = [];
  after(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of open) server.close();
  });
  /** A relay that answers CONNECT with this; with 200 it connects through. */
  const relay = async (answer: string | null): Promise<Route> => {
    const server = createServer((client) => {
      sockets.push(client);
      client.on('error', () => undefined);
      client.once('data', (head) => {
        bytes.push(head);
        if (answer === null) return;
        client.write(answer);
        if (!answer.startsWith('HTTP/1.1 200')) return void client.end();
        const up = connect(portOf(cloud), '127.0.0.1');
        sockets.push(up);
        up.on('error', () => undefined);
        client.pipe(up).pipe(client);
      });
    });
    open.push(await listening(server));
    return { relay: plainRelay(portOf(server)) };
  };
  const options = (more: { ca?: string; timeoutMs?: number; port?: number } = {}) => ({
    target: { host: NAME, port: more.port ?? portOf(cloud) },
    ca: more.ca ?? good.cert,
    timeoutMs: more.timeoutMs ?? 3000,
    namesHost: true,
    trust: HONEST_TLS,
  });
  const failure = async (route: Route, more = {}): Promise<string> => {
    try {
      (await openTunnel(route, options(more))).destroy();
      return 'none';
    } catch (cause) {
      return cause instanceof RouteError ? cause.failure : String(cause);
    }
  };
  const ask = { method: 'GET', path: '/x', timeoutMs: 3000 } as const;

  it('leads through a relay by CONNECT that names its target in Host', async () => {
    const client = new HttpsClient(await relay('HTTP/1.1 200 OK\r\nVia: x\r\n\r\n'), options());
    const answer = await client.ask(ask);
    expect(answer).to.deep.equal({ status: 200, etag: '"r1"', json: { fine: true } });
    expect(bytes.at(-1)?.toString()).to.equal(connectRequest(options().target, true));
    expect(bytes.at(-1)?.toString()).to.contain(`\r\nHost: localhost:${portOf(cloud)}\r\n`);
    client.close();
  });
  it('leads directly, and keeps its connection', async () => {
    const before = sockets.length;
    const client = new HttpsClient({ relay: null }, options());
    await client.ask(ask);
    await client.ask(ask);
    expect(sockets.length - before).to.equal(1);
    expect(requests.at(-1)).to.equal(`GET /x localhost:${portOf(cloud)}`);
    client.close();
  });
  it('keeps what is open for longer than opening may take', async () => {
    const socket = await openTunnel(await relay('HTTP/1.1 200 OK\r\n\r\n'), options({ timeoutMs: 300 }));
    const ended = once(socket, 'close', { signal: AbortSignal.timeout(500) }).then(
      () => 'closed',
      () => 'open',
    );
    expect(await ended).to.equal('open');
    socket.destroy();
  });
  it('tells how it failed', async () => {
    const closed = createServer();
    await listening(closed);
    const port = portOf(closed);
    closed.close();
    expect(await failure({ relay: plainRelay(port) })).to.equal('refused');
    expect(await failure(await relay('HTTP/1.1 403 Forbidden\r\n\r\n'))).to.equal('denied');
    expect(await failure(await relay('HTTP/1.1 407 Sign in\r\n\r\n'))).to.equal('credentials');
    const page = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>';
    expect(await failure(await relay(page))).to.equal('denied');
    expect(await failure(await relay('HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n'))).to.equal(
      'denied',
    );
    expect(await failure(await relay('220 mail ready\r\n\r\n'))).to.equal('untrusted');
    expect(await failure(await relay(null), { timeoutMs: 200 })).to.equal('silent');
    expect(await failure({ relay: null, from: '198.51.100.1' })).to.equal('unreachable');
  });
  it('knows a relay that sends it elsewhere from one that only refuses', async () => {
    const caught = async (head: string): Promise<unknown> =>
      openTunnel(await relay(`HTTP/1.1 ${head}\r\n\r\n`), options()).catch((cause: unknown) => cause);
    expect(await caught('302 Found')).to.be.instanceOf(SentElsewhere);
    for (const head of ['403 Forbidden', '407 Sign in', '503 Later'])
      expect(await caught(head), head).not.to.be.instanceOf(SentElsewhere);
  });
  it('ends before a byte of ours is sent when the other end is not the cloud', async () => {
    const before = requests.length;
    expect(await failure({ relay: null }, { ca: selfSigned(NAME).cert })).to.equal('untrusted');
    const stranger = await listening(createHttps(selfSigned('stranger'), () => requests.push('stranger')));
    stranger.on('connection', (socket) => sockets.push(socket));
    open.push(stranger);
    expect(await failure({ relay: null }, { port: portOf(stranger) })).to.equal('untrusted');
    expect(requests).to.have.length(before);
  });
  it('carries a body as it is, and packed where that is wanted', async () => {
    for (const packs of [false, true]) {
      const client = new HttpsClient({ relay: null }, { ...options(), packs });
      const { json } = await client.ask({ ...ask, method: 'POST', path: '/echo', body: { fine: true } });
      const { coding, body } = json as { coding: string; body: string };
      const carried = Buffer.from(body, 'base64');
      expect(coding).to.equal(packs ? 'gzip' : 'none');
      expect((packs ? gunzipSync(carried) : carried).toString()).to.equal('{"fine":true}');
      client.close();
    }
  });
  it('does not wait for ever for an answer, nor take a cut for one', async () => {
    const client = new HttpsClient({ relay: null }, options());
    for (const [path, expected] of [
      ['/silent', 'silent'],
      ['/cut', 'closed'],
    ] as const) {
      const caught: unknown = await client
        .ask({ ...ask, path, timeoutMs: 300 })
        .catch((cause: unknown) => cause);
      expect(caught).to.be.instanceOf(RouteError);
      expect((caught as RouteError).failure, path).to.equal(expected);
    }
    client.close();
  });
  it('takes neither a page nor a way elsewhere for an answer', async () => {
    const client = new HttpsClient({ relay: null }, options());
    for (const path of ['/page', '/elsewhere']) {
      const caught: unknown = await client.ask({ ...ask, path }).catch((cause: unknown) => cause);
      expect(caught, path).to.be.instanceOf(PageError);
      expect((caught as PageError).failure).to.equal('denied');
    }
    client.close();
  });
  it('is cut at once when the client is closed', async () => {
    const client = new HttpsClient({ relay: null }, options());
    const running = client
      .ask({ ...ask, path: '/silent' })
      .catch((cause: unknown) => (cause as Error).message);
    client.close();
    expect(await running).to.contain('the way to the cloud has changed');
  });
});

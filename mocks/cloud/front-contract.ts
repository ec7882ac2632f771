/** What every front does, whatever server it stands on. */
import { expect } from 'chai';
import { once } from 'node:events';
import { connect as connectPlainly } from 'node:net';
import { connect as connectHttp2 } from 'node:http2';
import { Agent } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { after, before, describe, it } from 'node:test';
import { makeAuthority } from './authority.ts';
import { startFront } from './door.ts';
import { empty, json, type Answered, type CloudRequest } from './exchange.ts';
import type { Front, FrontKind } from './front.ts';
import { call as callAt, type Given } from './testing-https.ts';

const DOMAIN = 'edr.cloud.test';
const MOST = 200_000;

export function frontContract(kind: FrontKind): void {
  void describe(`the ${kind} front`, () => {
    const seen: CloudRequest[] = [];
    const oddities: string[] = [];
    const gate = { ...Promise.withResolvers<undefined>(), waiting: Promise.withResolvers<CloudRequest>() };
    let front: Front;
    let ca = '';
    const handle = async (request: CloudRequest): Promise<Answered> => {
      seen.push(request);
      if (request.path === '/cut') return 'cut';
      if (request.path === '/empty') return empty(202);
      if (request.path === '/none') return empty(204);
      if (request.path === '/gate') await gate.promise;
      if (request.path === '/poll') {
        gate.waiting.resolve(request);
        await once(request.signal, 'abort');
      }
      return json(200, { path: request.path, length: request.body.length }, { etag: '"e1"' });
    };
    const call = (path: string, given?: Given) => callAt({ port: front.port, ca }, 'POST', path, given);
    const secured = async (servername = DOMAIN): Promise<TLSSocket> => {
      const socket = connect({ host: '127.0.0.1', port: front.port, ca, servername });
      await once(socket, 'secureConnect');
      return socket;
    };
    before(async () => {
      const authority = await makeAuthority();
      ca = authority.certPem;
      front = await startFront(kind, {
        port: 0,
        authority,
        defaultDomain: DOMAIN,
        handle,
        onOddity: (text) => oddities.push(text),
        maxBody: MOST,
      });
    });
    after(() => front.close());

    void it('hands over what was asked, and gives back what was answered', async () => {
      const body = { name: 'é' };
      const headers = { 'X-Two': ['a', 'b'], host: 'cdn.cloud.test' };
      const answer = await call('/v1/x?wait=2', { body, headers });
      expect(answer.status).to.equal(200);
      expect(answer.headers.etag).to.equal('"e1"');
      expect(answer.body).to.deep.equal({ path: '/v1/x', length: Buffer.byteLength(JSON.stringify(body)) });
      const request = seen.at(-1);
      expect(request).to.include({ method: 'POST', path: '/v1/x', host: 'cdn.cloud.test', secure: true });
      expect(request).to.include({ peer: '127.0.0.1', bytesUp: request?.body.length });
      expect(request?.query.get('wait')).to.equal('2');
      expect(request?.headers['x-two']).to.equal('a, b');
      expect(JSON.parse(String(request?.body))).to.deep.equal(body);
    });

    void it('shows a certificate of the run for the name that it is asked for', async () => {
      for (const name of [DOMAIN, 'cdn.cloud.test']) {
        const socket = await secured(name);
        expect(socket.authorized, name).to.equal(true);
        expect(socket.getPeerCertificate().subjectaltname).to.include(name);
        socket.destroy();
      }
    });

    void it('prefers HTTP/1.1, and speaks HTTP/2 with whoever speaks nothing else', async () => {
      const both = connect({
        ...{ host: '127.0.0.1', port: front.port, ca, servername: DOMAIN },
        ALPNProtocols: ['h2', 'http/1.1'],
      });
      await once(both, 'secureConnect');
      expect(both.alpnProtocol).to.equal('http/1.1');
      both.destroy();
      const session = connectHttp2(`https://127.0.0.1:${front.port}`, { ca, servername: DOMAIN });
      const stream = session.request({ ':path': '/over2', ':authority': DOMAIN });
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      expect(headers[':status']).to.equal(200);
      expect(seen.at(-1)).to.include({ path: '/over2', host: DOMAIN, secure: true, method: 'GET' });
      session.destroy();
    });

    void it('keeps a connection over answers with and without a body', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const sockets = new Set<number | undefined>();
      for (const path of ['/one', '/empty', '/none', '/two'])
        sockets.add((await call(path, { agent })).localPort);
      expect([...sockets]).to.have.length(1);
      agent.destroy();
    });

    void it('notices a client that leaves while it waits', async () => {
      const socket = await secured();
      socket.write(`GET /poll HTTP/1.1\r\nhost: ${DOMAIN}\r\n\r\n`);
      const { signal } = await gate.waiting.promise;
      expect(signal.aborted).to.equal(false);
      socket.destroy();
      if (!signal.aborted) await once(signal, 'abort', { signal: AbortSignal.timeout(5000) });
    });

    void it('answers nobody before its handler has, and lets nobody else wait for it', async () => {
      let answered = false;
      const held = call('/gate').then(() => (answered = true));
      expect((await call('/other')).status).to.equal(200);
      expect(answered).to.equal(false);
      gate.resolve(undefined);
      await held;
    });

    void it('cuts a connection instead of an answer', async () => {
      const cut = await call('/cut').catch((error: unknown) => error);
      expect(cut).to.be.instanceOf(Error);
      expect((await call('/after')).status).to.equal(200);
    });

    void it('decodes a body, counts it as it came, and takes one that is not what it says for none', async () => {
      const text = JSON.stringify({ much: 'x'.repeat(5000) });
      const coded = gzipSync(text);
      const headers = { 'content-encoding': 'gzip' };
      expect((await call('/gzip', { raw: coded, headers })).body).to.have.property('length', text.length);
      expect(seen.at(-1)?.bytesUp).to.equal(coded.length);
      const wrong = await call('/gzip', { raw: Buffer.from(text), headers });
      expect(wrong.body).to.have.property('length', 0);
    });

    void it('keeps nothing of a body that is too long, and lives on', async () => {
      const most = await call('/most', { raw: Buffer.alloc(MOST) });
      expect(most.body).to.have.property('length', MOST);
      const over = await call('/over', { raw: Buffer.alloc(MOST + 1) });
      expect(over.body).to.have.property('length', 0);
    });

    void it('says what never became a request, serves nobody in clear text, and lives on', async () => {
      const socket = await secured();
      socket.on('error', () => undefined);
      socket.write('this is not HTTP\r\n\r\n');
      await once(socket.resume(), 'close');
      expect(oddities.join('\n')).to.include('not HTTP');
      const stranger = connect({ host: '127.0.0.1', port: front.port, servername: DOMAIN });
      await once(stranger, 'error');
      const plain = connectPlainly(front.port, '127.0.0.1');
      plain.on('error', () => undefined);
      plain.write(`GET /plain HTTP/1.1\r\nhost: ${DOMAIN}\r\nconnection: close\r\n\r\n`);
      await once(plain.resume(), 'close');
      expect(seen.filter(({ path, secure }) => path === '/plain' && secure)).to.deep.equal([]);
      expect((await call('/after')).status).to.equal(200);
    });

    void it('ends what waits when it closes, and gives the port back', async () => {
      const authority = await makeAuthority();
      const waits = Promise.withResolvers<undefined>();
      const options = { port: 0, authority, defaultDomain: DOMAIN, onOddity: () => undefined };
      const waiting = async ({ signal }: CloudRequest): Promise<Answered> => {
        waits.resolve(undefined);
        await once(signal, 'abort');
        return 'cut';
      };
      const first = await startFront(kind, { ...options, handle: waiting });
      const poll = callAt({ port: first.port, ca: authority.certPem }, 'GET', '/poll').catch(() => 'ended');
      await waits.promise;
      await first.close();
      expect(await poll).to.equal('ended');
      const second = await startFront(kind, { ...options, port: first.port, handle });
      expect((await callAt({ port: second.port, ca: authority.certPem }, 'GET', '/x')).status).to.equal(200);
      await second.close();
    });
  });
}

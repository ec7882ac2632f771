/** Both fronts keep one contract; what only one of them promises stands here. */
import { expect } from 'chai';
import { once } from 'node:events';
import { Agent } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { describe, it } from 'node:test';
import { makeAuthority } from './authority.ts';
import { json } from './exchange.ts';
import { startFront } from './door.ts';
import { FRONTS } from './front.ts';
import { call } from './testing-https.ts';
import { frontContract } from './front-contract.ts';

for (const kind of FRONTS) frontContract(kind);

describe('the node front alone', () => {
  it('keeps a connection that is used now and then', async () => {
    const authority = await makeAuthority();
    const front = await startFront('node', {
      ...{ port: 0, authority, defaultDomain: 'edr.cloud.test' },
      handle: () => Promise.resolve(json(200, {})),
      onOddity: () => undefined,
    });
    const agent = new Agent({ keepAlive: true });
    const { headers } = await call({ port: front.port, ca: authority.certPem }, 'GET', '/', { agent });
    expect(headers['keep-alive']).to.equal('timeout=75');
    agent.destroy();
    await front.close();
  });

  it('takes up a session again, so that a fleet that comes back costs it less', async () => {
    const authority = await makeAuthority();
    await using front = await startFront('node', {
      ...{ port: 0, authority, defaultDomain: 'edr.cloud.test' },
      handle: () => Promise.resolve(json(200, {})),
      onOddity: () => undefined,
    }).then((open) => ({ ...open, [Symbol.asyncDispose]: () => open.close() }));
    const visit = async (session?: Buffer): Promise<TLSSocket> => {
      const socket = connect({
        ...{ host: '127.0.0.1', port: front.port, ca: authority.certPem, servername: 'edr.cloud.test' },
        ...(session === undefined ? {} : { session }),
      });
      await once(socket, 'secureConnect');
      return socket;
    };
    const first = await visit();
    const kept = once(first, 'session');
    first.end('GET / HTTP/1.1\r\nhost: edr.cloud.test\r\nconnection: close\r\n\r\n');
    const [session] = (await kept) as [Buffer];
    const second = await visit(session);
    expect([first.isSessionReused(), second.isSessionReused()]).to.deep.equal([false, true]);
    second.destroy();
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { readPac, relaysByPac, relaysIn } from './pac.ts';
import { writeRelay } from './relay.ts';

const URL_OF_CLOUD = 'https://edr.cloud.test/';
const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (cause: unknown) => (cause as Error).message,
  );

describe('a proxy.pac', () => {
  const evaluated = async (body: string) =>
    (await relaysByPac(`function FindProxyForURL(url, host) { ${body} }`, URL_OF_CLOUD)).map(writeRelay);

  it('names relays in its order, by what it may look at', async () => {
    const text = `if (isPlainHostName(host) || dnsDomainIs(host, ".closed.test")) return "DIRECT";
      if (shExpMatch(url, "https://edr.*")) return "PROXY a.test:3128; HTTPS b.test:3129; SOCKS5 c.test:1080";
      return "PROXY wrong.test:1";`;
    expect(await evaluated(text)).to.deep.equal([
      'a.test:3128',
      'https://b.test:3129',
      'socks5://c.test:1080',
    ]);
  });
  it('may ask for our own address without asking anybody', async () => {
    expect(await evaluated('return "PROXY " + myIpAddress() + ":1";')).to.match(/^\d+\.\d+\.\d+\.\d+:1$/);
  });
  it('says what it says, also when it is not understood', () => {
    expect(relaysIn('PROXY a:1; DIRECT; PROXY b:2').map(writeRelay)).to.deep.equal(['a:1']);
    expect(relaysIn('DIRECT')).to.deep.equal([]);
    expect(relaysIn('QUIC a:1;SOCKS4 b:2; proxy c:3')).to.deep.equal([
      { scheme: 'http', host: 'c', port: 3 },
    ]);
  });
  it('is bounded and knows nothing of the machine', async () => {
    expect(await failure(evaluated('while (true) {} return "DIRECT";'))).to.contain('cannot be evaluated');
    expect(await failure(evaluated('return process.env.PATH;'))).to.contain("'process' is not defined");
    expect(await failure(evaluated('return require("fs");'))).to.contain("'require' is not defined");
    expect(await failure(relaysByPac('var x = 1;', URL_OF_CLOUD))).to.contain('cannot be evaluated');
  });

  describe('is read over HTTP', () => {
    let server: Server;
    before(
      () =>
        new Promise<void>((resolve) => {
          server = createServer((request, response) => {
            if (request.url === '/proxy.pac') response.end('function FindProxyForURL() { return "DIRECT"; }');
            else response.writeHead(request.url === '/page' ? 200 : 404).end('<html>');
          });
          server.listen(0, '127.0.0.1', resolve);
        }),
    );
    after(() => server.close());
    const at = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

    it('as text, or not at all', async () => {
      expect(await readPac(at('/proxy.pac'))).to.contain('FindProxyForURL');
      expect(await failure(readPac(at('/nothing')))).to.contain('is no proxy.pac (status 404)');
      expect(await failure(readPac(at('/page')))).to.contain('is no proxy.pac (status 200)');
      expect(await failure(readPac('http://127.0.0.1:1/proxy.pac'))).to.contain('ECONNREFUSED');
    });
  });
});

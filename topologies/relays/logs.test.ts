import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { RelayLine } from '../evidence/relay-log.ts';
import { DanteLog } from './dante.ts';
import { haproxyConfig, parseHaproxyLine } from './haproxy.ts';
import { TinyproxyLog } from './tinyproxy.ts';
import { PLAIN } from './settings-fixture.ts';

const read = (log: { push(line: string): RelayLine | undefined }, ...lines: string[]): RelayLine[] =>
  lines.flatMap((line) => log.push(line) ?? []);

describe('log of dante', () => {
  const at = (process: number, text: string): string =>
    `Nov 23 09:59:04 (1795427944.374413) danted[${process}]: ${text}`;
  const asks = (process: number, client: string, name: string): string =>
    at(
      process,
      `debug: dorequest(): command 1 request received from client ${client}.  Accepted on 10.0.0.3.1080, matched by client-rule #1, auth: none.  Packet: VER: 5 CMD: 1 FLAG: 0 ATYP: 3 address: ${name} `,
    );

  it('has a tunnel by the name that was asked for, and who signed in', () => {
    const [line, ...more] = read(
      new DanteLog(),
      asks(26, '10.0.0.4.36322', 'edr.cloud.test.443'),
      at(42, 'info: pass(1): tcp/connect [: 10.0.0.4.36322 10.0.0.3.1080 -> 10.1.0.3.36322 10.1.0.4.443'),
      at(
        42,
        'info: pass(1): tcp/connect ]: 2250 -> username%agent@10.0.0.4.36322 10.0.0.3.1080 -> 834, 834 -> 10.1.0.3.36322 10.1.0.4.443 -> 2250: remote peer closed.  Session duration: 0s',
      ),
    );
    expect(more).to.deep.equal([]);
    expect(line).to.include({
      client: '10.0.0.4',
      method: 'SOCKS5',
      target: 'edr.cloud.test:443',
      status: 200,
    });
    expect(line).to.include({ at: 1795427944374, bytesUp: 834, bytesDown: 2250, user: 'agent' });
  });
  it('tells refused, unknown and unreachable apart, each once', () => {
    const lines = read(
      new DanteLog(),
      asks(22, '10.0.0.4.1', 'edr.cloud.test.444'),
      at(22, 'info: block(2): tcp/connect ]: 10.0.0.4.1 10.0.0.3.1080 -> 0.0.0.0.0 edr.cloud.test.444'),
      at(
        22,
        'debug: send_response(): sending response: VER: 5 REP: 2 FLAG: 0 ATYP: 3 address: edr.cloud.test.444, authmethod 0',
      ),
      asks(22, '10.0.0.4.2', 'other.cloud.test.443'),
      at(
        22,
        'debug: send_response(): sending response: VER: 5 REP: 4 FLAG: 0 ATYP: 3 address: other.cloud.test.443, authmethod 0',
      ),
      asks(22, '10.0.0.4.3', 'edr.cloud.test.443'),
      at(
        38,
        'debug: send_response(): sending response: VER: 5 REP: 5 FLAG: 0 ATYP: 1 address: 127.0.0.1.39297, authmethod 0',
      ),
      at(
        38,
        'info: pass(1): tcp/connect ]: 0 -> 10.0.0.4.3 10.0.0.3.1080 -> 0, 0 -> 10.1.0.3.3 10.1.0.4.443 -> 0: remote peer error (Connection refused).  Session duration: 0s',
      ),
    );
    expect(lines.map(({ target, status }) => [target, status])).to.deep.equal([
      ['edr.cloud.test:444', 403],
      ['other.cloud.test:443', 502],
      ['edr.cloud.test:443', 502],
    ]);
  });
});

describe('log of tinyproxy', () => {
  const at = (text: string): string => `CONNECT   Nov 23 09:08:55.898 [163]: ${text}`;
  it('is put together from several lines, also of exchanges at the same time', () => {
    const lines = read(
      new TinyproxyLog(),
      at('Connect (file descriptor 4): 10.0.0.4'),
      at('Connect (file descriptor 6): 10.0.0.5'),
      at('Request (file descriptor 6): CONNECT other.cloud.test:443 HTTP/1.1'),
      at('Request (file descriptor 4): CONNECT edr.cloud.test:443 HTTP/1.1'),
      at('Proxying refused on filtered url "other.cloud.test:443"'),
      at('Established connection to host "edr.cloud.test" using file descriptor 5.'),
      at('Closed connection between local client (fd:4) and remote client (fd:5)'),
    );
    expect(lines.map(({ client, target, status }) => [client, target, status])).to.deep.equal([
      ['10.0.0.5', 'other.cloud.test:443', 403],
      ['10.0.0.4', 'edr.cloud.test:443', 200],
    ]);
    expect(lines[1]).not.to.have.property('bytesUp');
    expect(new Date(lines[0]!.at).toISOString()).to.match(/-11-23T09:08:55\.898Z$/);
  });
  it('has a request whose destination was not there, and nothing of a connection without one', () => {
    const lines = read(
      new TinyproxyLog(),
      at('Connect (file descriptor 4): 10.0.0.4'),
      at('Request (file descriptor 4): CONNECT edr.cloud.test:443 HTTP/1.1'),
      at('Connect (file descriptor 4): 10.0.0.4'),
      at('Connect (file descriptor 4): 10.0.0.4'),
    );
    expect(lines.map(({ target, status }) => [target, status])).to.deep.equal([['edr.cloud.test:443', 502]]);
  });
});

describe('log of haproxy', () => {
  it('goes by the name in the ClientHello, which forges no field', () => {
    expect(parseHaproxyLine('heiiki 1795424975525 6 10.0.0.4 -- 721 7109 edr.cloud.test 443')).to.include({
      at: 1795424975531,
      target: 'edr.cloud.test:443',
      sni: 'edr.cloud.test',
      status: 200,
      bytesUp: 721,
      bytesDown: 7109,
    });
    const refused = parseHaproxyLine('heiiki 1795424975541 0 10.0.0.4 PR 517 0 a%20200%0Ab 443');
    expect(refused).to.include({ status: 403, target: 'a 200\nb:443' });
    expect(parseHaproxyLine('heiiki 1795424975541 0 10.0.0.4 PR 517 0 %ff 443')).to.include({ sni: '%ff' });
    const none = parseHaproxyLine('heiiki 1795424975553 0 10.0.0.4 PR 82 0 - 443');
    expect(none).to.include({ target: 'error:no-server-name' }).and.not.to.have.property('sni');
    expect(parseHaproxyLine('Proxy sni stopped (cumulated conns: FE: 4, BE: 0).')).to.equal(undefined);
  });
  it('is of a relay that passes on what is allowed at its own port, and else nothing', () => {
    const listen = ['10.0.0.3:443'];
    const passed = (allow: readonly string[]): string | undefined =>
      haproxyConfig({ ...PLAIN, listen, allow })
        .split('\n')
        .find((line) => line.includes('if hello !{ var(txn.sni)') || line.includes('always_false'));
    expect(passed(['edr.cloud.test:443', 'x.test:8443', 'cdn.cloud.test:443'])).to.match(
      /-m str edr\.cloud\.test cdn\.cloud\.test }$/,
    );
    expect(passed(['x.test:8443'])).to.match(/reject if hello !{ always_false }$/);
  });
});

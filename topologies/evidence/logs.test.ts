import { describe, it } from 'node:test';
import { expect } from 'chai';
import { planAddresses } from '../plan.ts';
import { loadTopology } from '../schema.ts';
import { parseStatistics } from './capture.ts';
import { counterRules, parseCounters } from './counters.ts';
import { parseRelayLine } from './relay-log.ts';
import { ResolverLog } from './resolver-log.ts';

describe('relay log', () => {
  it('reads a tunnel', () => {
    const line =
      '1795413842066 10.9.0.1 200 TCP_TUNNEL 841 7103 8 CONNECT edr.cloud.test:443 edr.cloud.test:443 -';
    expect(parseRelayLine(line)).to.deep.equal({
      at: 1795413842066,
      client: '10.9.0.1',
      status: 200,
      decision: 'TCP_TUNNEL',
      bytesUp: 841,
      bytesDown: 7103,
      ms: 8,
      method: 'CONNECT',
      target: 'edr.cloud.test:443',
      hostHeader: 'edr.cloud.test:443',
    });
  });
  it('takes what a client wrote as text, not as fields', () => {
    const line = parseRelayLine(
      '1795413842066 10.9.0.1 403 TCP_DENIED 1 2 0 GET http://x/a%20b evil%20200%09x ag%20ent',
    );
    expect(line).to.include({ target: 'http://x/a b', hostHeader: 'evil 200\tx', user: 'ag ent' });
    expect(parseRelayLine('1795413842066 10.9.0.1 403 TCP_DENIED 1 2 0 GET x% - -')).to.include({
      target: 'x%',
      hostHeader: null,
    });
  });
  it('leaves other lines alone', () => {
    for (const line of ['', 'Accepting HTTP Socket connections', 'a b c d e f g h i j'])
      expect(parseRelayLine(line), line).to.equal(undefined);
  });
});

describe('resolver log', () => {
  const events = (...lines: string[]): unknown[] => {
    const log = new ResolverLog();
    return [...lines.map((line) => log.push(line)).filter((query) => query !== undefined), ...log.rest()];
  };
  it('makes one event of question and answer', () => {
    expect(
      events(
        'dnsmasq[19]: started, version 2.90 cachesize 150',
        'dnsmasq[19]: 1 10.9.0.1/48361 query[A] no.test from 10.9.0.1',
        'dnsmasq[19]: 2 10.9.0.7/48361 query[AAAA] edr.cloud.test from 10.9.0.7',
        'dnsmasq[19]: 1 10.9.0.1/48361 config no.test is NXDOMAIN',
        'dnsmasq[19]: 2 10.9.0.7/48361 config edr.cloud.test is NODATA-IPv6',
      ),
    ).to.deep.equal([
      { client: '10.9.0.1', type: 'A', name: 'no.test', answer: 'NXDOMAIN' },
      { client: '10.9.0.7', type: 'AAAA', name: 'edr.cloud.test', answer: 'NODATA-IPv6' },
    ]);
  });
  it('does not lose a question without an answer', () => {
    expect(events('dnsmasq[19]: 7 10.9.0.1/4 query[TXT] x.test from 10.9.0.1')).to.deep.equal([
      { client: '10.9.0.1', type: 'TXT', name: 'x.test', answer: '' },
    ]);
  });
});

describe('counters', () => {
  it('have a class for each kind of peer, and one for the rest', () => {
    const network = (prefix: string) => ({
      subnet: `${prefix}.0/28`,
      address: (i: number) => `${prefix}.${i}`,
    });
    const networks = new Map([
      ['closed', network('10.201.0')],
      ['internet', network('10.201.1')],
    ]);
    const rules = counterRules(
      planAddresses(loadTopology('closed-office'), networks, ['198.51.100.10', '2001:db8::10']),
    );
    expect(rules).to.contain('ip daddr { 10.201.0.3, 10.201.1.3 } counter name relay return');
    expect(rules).to.contain('ip6 daddr { 2001:db8::10 } counter name witness return');
    expect(rules).to.match(/counter name other\n {2}}/);
  });
  it('are read from what nft says', () => {
    const said =
      '{"nftables":[{"metainfo":{"version":"1"}},{"counter":{"name":"relay","table":"heiiki","packets":7,"bytes":9}}]}';
    expect(parseCounters(said)).to.deep.equal({ relay: 7 });
    expect(() => parseCounters('{}')).to.throw();
  });
});

describe('statistics of a capture', () => {
  it('are read from what tcpdump says at its end', () => {
    const said =
      'tcpdump: listening on any\n55 packets captured\n60 packets received by filter\n1 packet dropped by kernel\n';
    expect(parseStatistics(said)).to.deep.equal({ received: 55, dropped: 1 });
    expect(parseStatistics('tcpdump: listening on any\n')).to.equal(undefined);
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { UsageError } from './engine/errors.ts';
import { loadTopology, parseTopology } from './schema.ts';

const GOOD = `schema: heiiki/topology/v1
description: d
zones:
  closed: { kind: closed, provider: sealed, resolver: closed-names-only }
relays:
  relay: { software: squid, name: relay.closed.test, serves: [closed], upstream: closed }
apps: {}
endpoints:
  pc: { zone: closed }
`;
const parse = (text: string): unknown => parseTopology('x', text, 'x.yaml');

describe('topologies as data', () => {
  it('has those that the catalogue uses', () => {
    expect(loadTopology('closed-office').endpoints.pc?.zone).to.equal('closed');
    expect(loadTopology('open-office').endpoints.pc?.zone).to.equal('internet');
    expect(loadTopology('open-office').relays.relay?.serves).to.include('internet');
    expect(loadTopology('closed-office-strict').relays.relay?.strictHost).to.equal(true);
  });
  it('names the known ones when asked for another', () => {
    expect(() => loadTopology('moon')).to.throw(UsageError, /closed-office/);
  });
  it('fills in what is usual', () => {
    expect(parse(GOOD)).to.have.nested.property('relays.relay.port', 3128);
  });
  for (const [what, from, to, message] of [
    [
      'unknown keys',
      'endpoints:',
      'gateways: {}\nendpoints:',
      /x\.yaml:8:11: gateways: "gateways" is not known here/,
    ],
    ['wrong values', 'kind: closed', 'kind: open', /x\.yaml:4:19: zones\.closed\.kind: /],
    ['missing keys', 'description: d\n', '', /x\.yaml:1:1: description: /],
    [
      'zones that are not there',
      'pc: { zone: closed }',
      'pc: { zone: moon }',
      /x\.yaml:9:15: .*no zone "moon"\. Use one of: closed/,
    ],
    ['two nodes of one name', 'pc:', 'relay:', /x\.yaml:9:10: endpoints\.relay: "relay" names two nodes/],
    [
      'the uplink of later days',
      'provider: sealed',
      'provider: uplink',
      /x\.yaml:4:37: .*planned.*Use "sealed"/,
    ],
    ['broken YAML', 'zones:', 'zones: ]', /x\.yaml:3:8: not YAML/],
  ] as const)
    it(`refuses ${what}, with the place`, () => {
      expect(() => parse(GOOD.replace(from, to))).to.throw(UsageError, message);
    });
});

describe('relays as data', () => {
  const relay = (words: string): (() => unknown) => {
    const text = GOOD.replace('upstream: closed', `upstream: closed, ${words}`);
    return () => parse(text);
  };
  it('are there in every kind', () => {
    for (const kind of [
      ...['basic', 'digest', 'inspected', 'inspected-trusted', 'tinyproxy', 'sni', 'pac', 'socks5', 'tls'],
      ...['filtered', 'chain', 'two-relays'],
    ])
      expect(loadTopology(`closed-office-${kind}`).relays.relay?.name, kind).to.equal('relay.closed.test');
  });
  it('have the usual port of their program', () => {
    const text = GOOD.replace('squid', 'dante');
    expect(parse(text)).to.have.nested.property('relays.relay.port', 1080);
  });
  for (const [words, message] of [
    ['signIn: basic, tls: true', /relays\.relay: signIn and tls exclude each other/],
    ['parent: outer', /relays\.relay\.parent: there is no other relay "outer"/],
    ['parent: relay', /relays\.relay\.parent: there is no other relay "relay"/],
  ] as const)
    it(`refuse ${words}`, () => {
      expect(relay(words)).to.throw(UsageError, message);
    });
  it('refuse what their program cannot do', () => {
    for (const words of ['tls: true', 'inspects: trusted-ca', 'blockPage: true', 'strictHost: true']) {
      const text = GOOD.replace('squid', 'tinyproxy').replace(
        'upstream: closed',
        `upstream: closed, ${words}`,
      );
      expect(() => parse(text), words).to.throw(UsageError, /only squid can do this/);
    }
    for (const [software, signIn] of [
      ['tinyproxy', 'basic'],
      ['haproxy-sni', 'basic'],
      ['dante', 'digest'],
    ] as const) {
      const text = GOOD.replace('squid', software).replace(
        'upstream: closed',
        `upstream: closed, signIn: ${signIn}`,
      );
      expect(() => parse(text), software).to.throw(UsageError, /cannot sign clients in/);
    }
  });
  it('are named by a proxy.pac only in a zone that they serve, and only if they are proxies', () => {
    const named = (text: string, pac: string): unknown =>
      parse(text.replace('closed-names-only', `closed-names-only, pac: ${pac}`));
    expect(named(GOOD, 'relay')).to.have.deep.nested.property('zones.closed.pac', ['relay']);
    expect(() => named(GOOD, 'moon')).to.throw(UsageError, /zones\.closed\.pac: there is no relay "moon"/);
    expect(() => named(GOOD.replace('squid', 'haproxy-sni'), 'relay')).to.throw(
      UsageError,
      /by the destination/,
    );
  });
});

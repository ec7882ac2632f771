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

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { hostsOf, inSubnet, planAddresses } from './plan.ts';
import type { Addressable } from './plan.ts';
import { loadTopology } from './schema.ts';

const network = (prefix: string): Addressable => ({
  subnet: `${prefix}.0/28`,
  address: (i) => `${prefix}.${i}`,
});
const small = (topology: string, size = 28): Map<string, Addressable> =>
  new Map(
    Object.keys(loadTopology(topology).zones).map((zone, i) => [
      zone,
      { subnet: `10.201.${i}.0/${size}`, address: (index: number) => `10.201.${i}.${index}` },
    ]),
  );
const networks = new Map([
  ['closed', network('10.201.0')],
  ['internet', network('10.201.1')],
]);
const plan = planAddresses(loadTopology('closed-office'), networks, ['198.51.100.18']);

describe('address plan', () => {
  it('gives every node its place in its zones', () => {
    expect(plan.zone('closed')).to.include({ gateway: '10.201.0.1', resolver: '10.201.0.2' });
    expect(plan.addressOf('relay', 'closed')).to.equal('10.201.0.3');
    expect(plan.addressOf('relay', 'internet')).to.equal('10.201.1.3');
    expect(plan.addressOf('cloud', 'internet')).to.equal('10.201.1.4');
    expect(plan.addressOf('pc', 'closed')).to.equal('10.201.0.5');
    expect(() => plan.addressOf('cloud', 'closed')).to.throw('no address of cloud in zone closed');
  });
  it('knows a peer wherever the endpoint is', () => {
    const of = plan.peerOf.bind(plan);
    expect(
      ['10.201.0.1', '10.201.0.2', '10.201.0.3', '10.201.1.3', '10.201.1.4', '10.201.1.5'].map(of),
    ).to.deep.equal(['gateway', 'resolver', 'relay', 'relay', 'cloud', 'endpoint']);
    expect(of('198.51.100.18')).to.equal('witness');
    expect(of('ff02::2')).to.equal('other');
  });
  it('has room for any number of endpoints', () => {
    const topology = loadTopology('closed-office');
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`pc-${i}`, { zone: 'closed' }]));
    const large = { ...topology, endpoints: many };
    expect([hostsOf(topology), hostsOf(large)]).to.deep.equal([5, 44]);
    const addresses = new Set(
      Object.keys(many).map((name) => planAddresses(large, networks, []).addressOf(name, 'closed')),
    );
    expect(addresses).to.have.property('size', 40);
  });
  it('gives two sites addresses of their own', () => {
    const two = planAddresses(loadTopology('two-sites'), small('two-sites'), []);
    expect(two.addressOf('relay', 'closed')).to.equal('10.201.0.3');
    expect(two.addressOf('relay-b', 'site-b')).to.equal('10.201.1.4');
    expect(() => two.addressOf('relay-b', 'closed')).to.throw();
    expect([two.addressOf('pc-b', 'closed'), two.addressOf('pc-b', 'site-b')]).to.deep.equal([
      '10.201.0.7',
      '10.201.1.7',
    ]);
  });
  it('gives a home the office’s addresses, and a stranger the relay’s', () => {
    const home = planAddresses(loadTopology('stranger'), small('stranger'), []);
    const [office, there] = [home.zone('closed'), home.zone('home')];
    expect(there).to.include({ subnet: office.subnet, gateway: office.gateway, resolver: office.resolver });
    expect(home.addressOf('pc', 'home')).to.equal(home.addressOf('pc', 'closed'));
    expect(home.addressOf('stranger', 'home')).to.equal(home.addressOf('relay', 'closed'));
    // The engine knows other addresses, one for each.
    expect(home.engineAddress('home', home.addressOf('pc', 'home'))).to.match(/^10\.201\.1\.\d+$/);
    expect(there.below?.members).to.include(home.engineAddress('home', there.resolver));
    expect(home.engineAddress('closed', '10.201.0.5')).to.equal('10.201.0.5');
    expect(home.zoneOf('10.201.0.5'), 'it may be in either').to.equal(null);
    expect(home.peerOf(home.addressOf('gateway-home', 'internet'))).to.equal('gateway');
  });
  it('knows a zone by its subnet', () => {
    expect(plan.zoneOf('10.201.1.9')).to.equal('internet');
    expect(plan.zoneOf('10.201.0.16')).to.equal(null);
    expect(inSubnet('fe80::1', '10.0.0.0/8')).to.equal(false);
  });
});

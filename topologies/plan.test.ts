import { describe, it } from 'node:test';
import { expect } from 'chai';
import { inSubnet, planAddresses } from './plan.ts';
import type { Addressable } from './plan.ts';
import { loadTopology } from './schema.ts';

const network = (prefix: string): Addressable => ({
  subnet: `${prefix}.0/28`,
  address: (i) => `${prefix}.${i}`,
});
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
  it('knows a zone by its subnet', () => {
    expect(plan.zoneOf('10.201.1.9')).to.equal('internet');
    expect(plan.zoneOf('10.201.0.16')).to.equal(null);
    expect(inSubnet('fe80::1', '10.0.0.0/8')).to.equal(false);
  });
});

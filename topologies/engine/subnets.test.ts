import { describe, it } from 'node:test';
import { expect } from 'chai';
import { addressAt, freeSubnets, overlaps } from './subnets.ts';

describe('subnets', () => {
  it('give addresses by index, without network and broadcast', () => {
    expect(addressAt('10.201.3.16/28', 1)).to.equal('10.201.3.17');
    expect(addressAt('10.201.3.16/28', 14)).to.equal('10.201.3.30');
    expect(() => addressAt('10.201.3.16/28', 15)).to.throw(RangeError, /1 to 14/);
    expect(() => addressAt('10.201.3.16/28', 0)).to.throw(RangeError);
  });

  it('overlap or do not', () => {
    expect(overlaps('10.201.0.0/16', '10.201.3.16/28')).to.equal(true);
    expect(overlaps('10.201.3.16/28', '10.201.3.32/28')).to.equal(false);
    expect(overlaps('200.0.0.0/8', '10.0.0.0/8')).to.equal(false);
  });

  it('come free from the pool, around its end, without those taken', () => {
    const some = freeSubnets(['10.201.255.240/28', 'fd00::/64'], 4094);
    expect([some.next().value, some.next().value]).to.deep.equal(['10.201.255.224/28', '10.201.0.0/28']);
    expect([...freeSubnets(['10.0.0.0/8'])]).to.deep.equal([]);
    expect([...freeSubnets([])]).to.have.length(4096);
  });
});

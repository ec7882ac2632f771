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
    const some = freeSubnets(['10.201.255.240/28', 'fd00::/64'], { start: 4094 });
    expect([some.next().value, some.next().value]).to.deep.equal(['10.201.255.224/28', '10.201.0.0/28']);
    expect([...freeSubnets(['10.0.0.0/8'])]).to.deep.equal([]);
    expect([...freeSubnets([])]).to.have.length(4096);
  });

  it('are as large as the hosts need', () => {
    const first = (hosts: number): string | undefined => [...freeSubnets([], { hosts, start: 0 })][0];
    expect([1, 14, 15, 30, 31, 600].map(first)).to.deep.equal([
      '10.201.0.0/28',
      '10.201.0.0/28',
      '10.201.0.0/27',
      '10.201.0.0/27',
      '10.201.0.0/26',
      '10.201.0.0/22',
    ]);
    const beside = freeSubnets(['10.201.0.16/28'], { hosts: 20, start: 0 });
    expect(beside.next().value).to.equal('10.201.0.32/27');
    expect(() => first(70_000)).to.throw(RangeError, /70000 hosts/);
  });
});

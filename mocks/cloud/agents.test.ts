import { describe, it } from 'node:test';
import { expect } from 'chai';
import { Agents } from './agents.ts';

const product = { name: 'EDR', version: '1' };
const enrolled = (...hosts: readonly string[]): Agents => {
  const agents = new Agents();
  for (const [index, hostname] of hosts.entries())
    agents.enrol({ token: 't', hostname, machineId: `m-${index}`, product }, index);
  return agents;
};

describe('an agent that is meant', () => {
  it('is the only one, or the one that is named', () => {
    const [only] = enrolled('pc-1').list();
    expect(enrolled('pc-1').find().hostname).to.equal(only?.hostname);
    expect(enrolled('pc-1', 'pc-2').find('pc-2').machineId).to.equal('m-1');
  });
  it('is the one that enrolled last, where one host has several records', () => {
    expect(enrolled('pc-1', 'pc-1').find().machineId).to.equal('m-1');
    expect(enrolled('pc-1', 'pc-2', 'pc-1').find('pc-1').machineId).to.equal('m-2');
  });
  it('is nobody where there are several hosts, or none', () => {
    expect(() => enrolled('pc-1', 'pc-2').find()).to.throw('2 found');
    expect(() => enrolled().find()).to.throw('0 found; enrolled now: none');
    expect(() => enrolled('pc-1').find('pc-9')).to.throw('one agent named pc-9');
  });
});

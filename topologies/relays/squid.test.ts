import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { RelaySettings } from './software.ts';
import { PLAIN } from './settings-fixture.ts';
import { squidConfig } from './squid.ts';

const access = (settings: Partial<RelaySettings>): string[] =>
  squidConfig({ ...PLAIN, ...settings })
    .split('\n')
    .filter((line) => line.startsWith('http_access'));

describe('configuration of squid', () => {
  it('lets the declared destinations through and refuses the rest', () => {
    expect(squidConfig(PLAIN).split('\n')).to.include.members([
      'http_port 10.0.0.3:3128',
      'dns_nameservers 10.1.0.2',
      'acl host1 dst 10.1.0.4',
    ]);
    expect(access({})).to.deep.equal([
      'http_access allow host0 port0',
      'http_access allow host1 port1',
      'http_access deny all',
    ]);
  });
  it('is reached only through the front that looks at the Host header, if it is strict', () => {
    const lines = squidConfig({ ...PLAIN, strictHost: true }).split('\n');
    expect(lines).to.include('http_port 127.0.0.1:13128 require-proxy-header');
    expect(lines).to.include('http_access allow CONNECT host0 port0');
    expect(lines.filter((line) => line.includes('10.0.0.3'))).to.deep.equal([]);
  });
  it('asks who is there before it says anything of a destination', () => {
    const account = { user: 'agent', password: 'secret' };
    const [first] = access({ signIn: { scheme: 'digest', account } });
    expect(first).to.equal('http_access deny !known');
    expect(squidConfig({ ...PLAIN, signIn: { scheme: 'basic', account } })).not.to.contain('secret');
  });
});

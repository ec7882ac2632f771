import { describe, it } from 'node:test';
import { expect } from 'chai';
import { isProductLike, proxyLines } from './traces.ts';

describe('isProductLike', () => {
  it('takes what a product could run from or with', () => {
    for (const path of ['/opt/acme/agent', '/etc/acme.conf', '/usr/lib/acme/a.so', '/var/lib/acme/queue.db'])
      expect(isProductLike(path), path).to.equal(true);
  });
  it('leaves out logs, and the bookkeeping that any package or account changes', () => {
    for (const path of [
      '/var/log/acme.log',
      '/etc/passwd',
      '/etc/group-',
      '/var/lib/dpkg/status',
      '/etc/ld.so.cache',
    ])
      expect(isProductLike(path), path).to.equal(false);
  });
  it('does not take a name for another one that begins like it', () => {
    for (const path of ['/etc/passwd-sync/agent', '/var/lib/dpkg-acme/agent', '/runner/agent'])
      expect(isProductLike(path), path).to.equal(true);
  });
});

describe('proxyLines', () => {
  it('finds what environment, package manager and curl are told', () => {
    const text = 'export https_proxy=http://r:3128\nAcquire::http::Proxy "http://r:3128";\n proxy = r:3128\n';
    expect(proxyLines('/f', text)).to.have.length(3);
    expect(proxyLines('/f', 'ALL_PROXY=r\n')).to.deep.equal(['/f: ALL_PROXY=r']);
  });
  it('leaves out comments, as Debian’s own wgetrc has them', () => {
    expect(proxyLines('/etc/wgetrc', '#https_proxy = http://proxy.yoyodyne.com:18023/\n')).to.deep.equal([]);
  });
});

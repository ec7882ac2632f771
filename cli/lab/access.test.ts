import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { RelayAccess, RelayKind } from '../../topologies/lab-types.ts';
import { accessText, curlOptions } from './access.ts';

const access = (kind: RelayKind, more: Partial<RelayAccess> = {}): RelayAccess => ({
  kind,
  name: 'relay.closed.test',
  address: '10.0.0.3:3128',
  port: 3128,
  url: 'http://relay.closed.test:3128',
  ...more,
});
const account = { user: 'agent', password: 's3cret' };
const proxy = ['--proxy', 'http://10.0.0.3:3128'];

describe('the way through a relay by hand', () => {
  const cases: [RelayAccess, readonly string[]][] = [
    [access('connect'), proxy],
    [access('pac'), proxy],
    [access('basic', account), [...proxy, '--proxy-user', 'agent:s3cret']],
    [access('digest', account), [...proxy, '--proxy-user', 'agent:s3cret', '--proxy-digest']],
    [access('inspected'), [...proxy, '--insecure']],
    [access('tls', { url: 'https://r.test:3128' }), ['--proxy', 'https://10.0.0.3:3128', '--proxy-insecure']],
    [access('socks5', { url: 'socks5://r.test:3128' }), ['--proxy', 'socks5h://10.0.0.3:3128']],
    [access('sni'), ['--connect-to', 'edr.cloud.test:443:10.0.0.3:3128']],
  ];
  for (const [relay, options] of cases)
    it(`is for ${relay.kind}: ${options.join(' ')}`, () => {
      expect(curlOptions(relay, 'edr.cloud.test')).to.deep.equal(options);
    });
  it('is told in words, with all that is needed to sign in', () => {
    expect(accessText(access('basic', account))).to.equal(
      'basic http://relay.closed.test:3128 (10.0.0.3:3128), sign in as agent with s3cret',
    );
    expect(accessText(access('pac', { pac: 'http://wpad.closed.test/proxy.pac' }))).to.match(
      /named by http:\/\/wpad/,
    );
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { PLACEHOLDERS } from '../../products/placeholders.ts';
import type { RelayAccess } from '../../topologies/lab-types.ts';
import { RELAY_CA, RELAY_PASSWORD_FILE, relayFiles, relaySecrets, relayWords } from './relay-words.ts';

const ACCESS: RelayAccess = {
  kind: 'basic',
  name: 'relay.closed.test',
  address: '10.91.0.11:3128',
  port: 3128,
  url: 'http://relay.closed.test:3128',
  user: 'agent',
  password: 's3cret',
};

describe('relayWords', () => {
  it('has a value for each placeholder of a relay, whatever is told', () => {
    const names = PLACEHOLDERS.filter((name) => name.startsWith('relay.')).sort();
    for (const told of ['none', '10.91.0.11:3128', ACCESS])
      expect(Object.keys(relayWords(told, 'none')).sort()).to.deep.equal(names);
  });
  it('hands on an address in the form in which it is given', () => {
    expect(relayWords('10.91.0.11:3128', 'none')).to.include({
      'relay.address': '10.91.0.11:3128',
      'relay.url': 'http://10.91.0.11:3128',
      'relay.port': '3128',
      'relay.kind': 'connect',
      'relay.user': 'none',
    });
    expect(relayWords('http://10.91.0.11:3128', 'none')).to.include({
      'relay.address': 'http://10.91.0.11:3128',
      'relay.url': 'http://10.91.0.11:3128',
    });
    expect(new Set(Object.values(relayWords('none', 'none')))).to.deep.equal(new Set(['none']));
  });
  it('tells the account, and keeps the secret for root', () => {
    expect(relayWords(ACCESS, '10.91.0.13:3128')).to.include({
      'relay.user': 'agent',
      'relay.password': 's3cret',
      'relay.password-file': RELAY_PASSWORD_FILE,
      'relay.ca': 'none',
      'relay.second': '10.91.0.13:3128',
    });
    expect(relayFiles(ACCESS)).to.deep.equal([
      { path: RELAY_PASSWORD_FILE, content: 's3cret\n', mode: 0o600 },
    ]);
    expect(relaySecrets(ACCESS)).to.deep.equal(['s3cret', Buffer.from('agent:s3cret').toString('base64')]);
    expect(relaySecrets('10.91.0.11:3128')).to.deep.equal([]);
  });
  it('does not tell the address where the relay has to be found', () => {
    const pac = 'http://wpad.closed.test/proxy.pac';
    const words = relayWords({ ...ACCESS, kind: 'pac', pac }, 'none');
    expect(words).to.include({ 'relay.pac': pac, 'relay.address': 'none', 'relay.url': 'none' });
    expect(relayWords({ ...ACCESS, kind: 'sni' }, 'none')).to.include({ 'relay.address': 'none' });
    // A plain relay that a proxy.pac happens to name is told as itself.
    expect(relayWords({ ...ACCESS, pac }, 'none')).to.include({ 'relay.pac': 'none' });
  });
  it('names the authority as a file of the endpoint', () => {
    const told: RelayAccess = { ...ACCESS, kind: 'tls', ca: 'PEM' };
    expect(relayWords(told, 'none')).to.include({ 'relay.ca': RELAY_CA });
    expect(relayFiles(told)[0]).to.deep.equal({ path: RELAY_CA, content: 'PEM', mode: 0o644 });
  });
});

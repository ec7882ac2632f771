import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { loadRelaySecret, saveConfig, saveRelaySecret, type Config, type RelaySettings } from './config.ts';
import { behaviourOf, type Flaw } from './flaws.ts';
import { configFrom } from './installer.ts';
import { placesBelow, type Places } from './places.ts';
import { readRelayOptions } from './relay-options.ts';
import { Relays } from './relays.ts';
import { writeRelay } from './transport/relay.ts';

const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
const NONE: RelaySettings = { relay: null, second: null, pac: null, user: null, ca: null };
const NOTHING = {
  'relay-url': 'none',
  'relay-user': 'none',
  'relay-password-file': 'none',
  'relay-ca': 'none',
  'relay-pac': 'none',
  'relay-second': 'none',
};

describe('the relays of an endpoint', () => {
  let folder: string;
  let places: Places;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relays-'));
    places = placesBelow(folder);
    writeFileSync(join(folder, 'ca.pem'), pem('first'));
    writeFileSync(join(folder, 'secret'), 'open sesame\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const config = (settings: Partial<RelaySettings>): Config => ({
    ...configFrom(['--cloud', 'https://edr.cloud.test', '--token', 't', '--ca', join(folder, 'ca.pem')])
      .config,
    ...NONE,
    ...settings,
  });
  const make = (settings: Partial<RelaySettings>, flaw: Flaw | null = null) =>
    new Relays(places, config(settings), behaviourOf(flaw));
  const written = (relays: Relays) => relays.now.map(writeRelay);
  const told = (relay: string, more: Partial<typeof NOTHING> = {}) =>
    readRelayOptions(relay, { ...NOTHING, ...more });

  it('are what the options say, and none is none', () => {
    expect(told('none')).to.deep.equal({ settings: NONE, secret: null });
    const full = told('10.0.0.1:3128', {
      'relay-second': '10.0.0.2:3128',
      'relay-user': 'edr',
      'relay-password-file': join(folder, 'secret'),
      'relay-ca': join(folder, 'ca.pem'),
    });
    expect(full.secret).to.equal('open sesame');
    expect(full.settings).to.deep.include({ relay: '10.0.0.1:3128', second: '10.0.0.2:3128', user: 'edr' });
    expect(full.settings.ca?.pem).to.equal(pem('first'));
  });
  it('are spoken to as the URL says, where it says more than the address', () => {
    const relayOf = (url: string) => told('10.0.0.1:3128', { 'relay-url': url }).settings.relay;
    expect(relayOf('http://relay.test:3128')).to.equal('10.0.0.1:3128');
    expect(relayOf('https://relay.test:3129')).to.equal('https://relay.test:3129');
    expect(relayOf('socks5://relay.test:1080')).to.equal('socks5://relay.test:1080');
  });
  it('are refused with what is wrong', () => {
    const wrong: [string, Partial<typeof NOTHING>, string][] = [
      ['relay', {}, 'is no address of a relay'],
      ['r:1', { 'relay-user': 'edr' }, '--relay-user has no secret; add --relay-password-file'],
      [
        'r:1',
        { 'relay-user': 'edr', 'relay-password-file': '/nowhere' },
        '--relay-password-file /nowhere cannot be read',
      ],
      ['r:1', { 'relay-ca': join(folder, 'secret') }, 'holds no certificate'],
      ['r:1', { 'relay-pac': 'file:///x.pac' }, 'is no address of a proxy.pac'],
    ];
    for (const [relay, more, text] of wrong) expect(() => told(relay, more), text).to.throw(text);
  });
  it('have an account whose secret is in a file of root’s alone', () => {
    saveConfig(places, config({ relay: 'r:1', user: 'edr' }));
    saveRelaySecret(places, 'open sesame');
    expect(statSync(places.relaySecret).mode & 0o777).to.equal(0o600);
    expect(readFileSync(places.config, 'utf8')).not.to.contain('open sesame');
    expect(make({ relay: 'r:1', user: 'edr' }).now[0]?.signIn.account).to.deep.equal({
      user: 'edr',
      password: 'open sesame',
    });
    saveRelaySecret(places, null);
    expect(loadRelaySecret(places)).to.equal(undefined);
    expect(make({ relay: 'r:1', user: 'edr' }).now[0]?.signIn.account).to.equal(null);
  });
  it('are in the order of their priority, and others after a new configuration', () => {
    const relays = make({ relay: 'a:1', second: 'b:2' });
    expect(written(relays)).to.deep.equal(['a:1', 'b:2']);
    relays.reconfigured(config({ relay: 'c:3' }));
    expect(written(relays)).to.deep.equal(['c:3']);
    const kept = make({ relay: 'a:1' }, 'keeps-old-relay');
    kept.reconfigured(config({ relay: 'c:3' }));
    expect(written(kept)).to.deep.equal(['a:1']);
  });
  it('are what the policy says, also after a restart, until somebody says otherwise on the endpoint', () => {
    const relays = make({ relay: 'a:1' });
    relays.follow('b:2');
    expect(written(relays)).to.deep.equal(['b:2']);
    expect(written(make({ relay: 'a:1' }))).to.deep.equal(['b:2']);
    relays.follow(null);
    expect(written(make({ relay: 'a:1' }))).to.deep.equal([]);
    relays.reconfigured(config({ relay: 'a:1' }));
    expect(written(make({ relay: 'a:1' }))).to.deep.equal(['a:1']);
  });
  it('show the authority that lies where the installer found it, or the copy', () => {
    const ca = { path: join(folder, 'ca.pem'), pem: pem('first') };
    const relays = make({ relay: 'a:1', ca });
    const first = make({ relay: 'a:1', ca }, 'keeps-first-relay-ca');
    const ignored = make({ relay: 'a:1', ca }, 'ignores-relay-ca');
    writeFileSync(ca.path, pem('second'));
    expect(relays.now[0]?.ca).to.equal(pem('second'));
    expect(first.now[0]?.ca).to.equal(pem('first'));
    expect(ignored.now[0]?.ca).to.equal(null);
    rmSync(ca.path);
    expect(relays.now[0]?.ca).to.equal(pem('first'));
  });
  it('are recognised by their first certificate only by the broken one', () => {
    const [honest] = make({ relay: 'https://a:1' }).now;
    const [broken] = make({ relay: 'https://a:1' }, 'keeps-first-relay-ca').now;
    expect([honest?.recognises?.('AA'), honest?.recognises?.('BB')]).to.deep.equal([true, true]);
    expect([broken?.recognises?.('AA'), broken?.recognises?.('BB')]).to.deep.equal([true, false]);
  });
  it('keep what a proxy.pac has said while it cannot be read', async () => {
    const pac = 'http://127.0.0.1:1/proxy.pac';
    const relays = make({ pac });
    expect(await relays.refresh()).to.equal(false);
    expect(relays.problem).to.contain('ECONNREFUSED');
    expect(written(relays)).to.deep.equal([]);
  });
});

import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { loadConfig, parseCloud, parseRelay, saveConfig, type Config } from './config.ts';
import { configFrom } from './installer.ts';
import { placesBelow, type Places } from './places.ts';
import { HONEST } from './flaws.ts';
import { hashSecret, refusal } from './protection.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';

describe('the address of a relay', () => {
  it('is host:port, a URL, or none', () => {
    expect(parseRelay('relay.closed.test:3128')).to.equal('relay.closed.test:3128');
    expect(parseRelay('http://10.0.0.2:3128')).to.equal('10.0.0.2:3128');
    expect(parseRelay('https://Relay.test:3129/')).to.equal('https://relay.test:3129');
    expect(parseRelay('socks5://relay:1080')).to.equal('socks5://relay:1080');
    expect(parseRelay('none')).to.equal(null);
    expect(parseRelay('')).to.equal(null);
  });
  it('is refused with what to write instead', () => {
    for (const wrong of [
      'relay',
      'ftp://relay:1',
      'socks4://relay:1080',
      'http://user:secret@relay:3128',
      'relay:99999',
      'a b:1',
      'http://relay:3128/path',
    ])
      expect(() => parseRelay(wrong), wrong).to.throw(`"${wrong}" is no address of a relay; write host:port`);
  });
  it('of a cloud is https', () => {
    expect(parseCloud('https://edr.cloud.test')).to.deep.equal({ host: 'edr.cloud.test', port: 443 });
    expect(() => parseCloud('http://edr.cloud.test')).to.throw(
      'is no address of a cloud; write https://host',
    );
  });
});

describe('the configuration', () => {
  let folder: string;
  let places: Places;
  let config: Config;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-'));
    places = placesBelow(folder);
    writeFileSync(join(folder, 'ca.pem'), PEM);
    ({ config } = configFrom([
      ...required(),
      '--relay',
      'relay:3128',
      '--protection',
      'local-secret',
      '--secret',
      's',
    ]));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const required = () => [
    '--cloud',
    'https://edr.cloud.test',
    '--token',
    't',
    '--ca',
    join(folder, 'ca.pem'),
  ];

  it('is root’s alone and comes back as it was', () => {
    saveConfig(places, config);
    expect(loadConfig(places)).to.deep.equal(config);
    expect(statSync(places.config).mode & 0o777).to.equal(0o600);
    expect(readFileSync(places.config, 'utf8')).not.to.contain('"s"');
  });
  it('that is open can be edited by root', () => {
    saveConfig(places, config);
    edit(places.config, 'relay:3128', 'other:1');
    expect(loadConfig(places).relay).to.equal('other:1');
  });
  it('of one of the broken ones counts as it was installed, until a boot clears what it keeps', () => {
    saveConfig(places, { ...config, flaw: 'keeps-configuration-until-boot' });
    edit(places.config, 'relay:3128', 'other:1');
    expect(loadConfig(places).relay).to.equal('relay:3128');
    rmSync(places.configUntilBoot);
    expect(loadConfig(places).relay).to.equal('other:1');
  });
  it('that is sealed takes no edit, and a broken seal is told', () => {
    saveConfig(places, { ...config, sealed: true });
    edit(places.config, 'relay:3128', 'other:1');
    expect(loadConfig(places).relay).to.equal('relay:3128');
    const [seal = '', body = ''] = readFileSync(places.sealedConfig, 'utf8').split('\n');
    const changed = Buffer.from(body, 'base64').toString().replace('relay:3128', 'other:1');
    writeFileSync(places.sealedConfig, `${seal}\n${Buffer.from(changed).toString('base64')}\n`);
    expect(() => loadConfig(places)).to.throw(
      'the sealed configuration has been changed; install the agent again',
    );
  });
  it('says what is wrong with it', () => {
    expect(() => loadConfig(places)).to.throw('config.json; install the agent first');
    saveConfig(places, config);
    appendFileSync(places.config, 'x');
    expect(() => loadConfig(places)).to.throw('the configuration is no JSON');
  });
  it('of an agent whose cloud makes its token holds no secret', () => {
    const { config: byToken } = configFrom([...required(), '--protection', 'prefetched-token']);
    expect(byToken).to.include({ protection: 'prefetched-token', secret: null });
    saveConfig(places, byToken);
    expect(loadConfig(places)).to.deep.equal(byToken);
  });
  it('refuses wrong arguments of the installer', () => {
    const wrong: [string[], string][] = [
      [['--cloud', 'https://x'], '--ca is missing; add it'],
      [[...required(), '--connectivity', 'maybe'], '--connectivity maybe is unknown; use relay-preferred'],
      [[...required(), '--defect', 'nice'], '--defect nice is unknown'],
      [
        [...required(), '--protection', 'local-secret'],
        '--protection local-secret has no secret; add --secret',
      ],
      [
        [...required(), '--protection', 'prayer'],
        '--protection prayer is unknown; use local-secret, prefetched-token, cloud-policy',
      ],
      [[...required(), '--colour', 'red'], 'the options are --relay --relay-url'],
      [[...required(), '--queue', 'many'], '--queue many is no number of findings'],
      [[...required(), '--events', '0'], '--events 0 is no number of events'],
      [['--cloud', 'https://x', '--token', 't', '--ca', '/nowhere'], '--ca /nowhere cannot be read'],
    ];
    for (const [args, text] of wrong) expect(() => configFrom(args), args.join(' ')).to.throw(text);
  });
});
const edit = (file: string, from: string, to: string) =>
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));

describe('removal', () => {
  const stored = hashSecret('right');
  const ask = { protection: 'local-secret', stored, verifier: null, secret: null, policy: 'on' } as const;
  it('with a local secret needs it, or a policy that allows removal', () => {
    expect(refusal(ask, HONEST.removal)).to.contain('removal needs the secret that was set at install');
    expect(refusal({ ...ask, secret: 'wrong' }, HONEST.removal)).to.contain('not the secret');
    expect(refusal({ ...ask, secret: 'right' }, HONEST.removal)).to.equal(undefined);
    expect(refusal({ ...ask, policy: 'off' }, HONEST.removal)).to.equal(undefined);
    expect(refusal({ ...ask, policy: null }, HONEST.removal)).to.be.a('string');
  });
  it('with a token of the cloud needs it once there is one, or a policy that allows removal', () => {
    // printf '\\x00\\xffright' | sha256sum
    const verifier = {
      salt: '00ff',
      hash: '318b96f435e11f07c0647ad023fe4639b223240926ed70e0f182c761930521bd',
    };
    const byToken = { ...ask, protection: 'prefetched-token', verifier, stored: null } as const;
    expect(refusal(byToken, HONEST.removal)).to.contain('removal needs the token that the console');
    expect(refusal({ ...byToken, secret: 'wrong' }, HONEST.removal)).to.contain('not the token');
    expect(refusal({ ...byToken, secret: 'right' }, HONEST.removal)).to.equal(undefined);
    expect(refusal({ ...byToken, policy: 'off' }, HONEST.removal)).to.equal(undefined);
    expect(refusal({ ...byToken, verifier: null }, HONEST.removal)).to.equal(undefined);
    // The other one's secret opens nothing here.
    expect(refusal({ ...byToken, stored, secret: 'wrong' }, HONEST.removal)).to.be.a('string');
  });
  it('by policy is not helped by any secret', () => {
    const byPolicy = { ...ask, protection: 'cloud-policy', secret: 'right' } as const;
    expect(refusal(byPolicy, HONEST.removal)).to.contain('have the protection switched off in the cloud');
    expect(refusal({ ...byPolicy, policy: 'off' }, HONEST.removal)).to.equal(undefined);
  });
  it('of the broken ones', () => {
    expect(refusal(ask, { ...HONEST.removal, asksForSecret: false })).to.equal(undefined);
    expect(refusal({ ...ask, policy: 'off' }, { ...HONEST.removal, obeysPolicy: false })).to.be.a('string');
  });
});

import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { RouteError } from './failure.ts';
import { readRelay, writeRelay, type Relay } from './relay.ts';
import { SignIn, type Account } from './sign-in.ts';
import { selfSigned } from './test-authority.ts';
import { HONEST_TLS, httpRelay, plainRelay, socksRelay, STYLE, wantsBasic, wantsDigest } from './testing.ts';
import { openTunnel, type TunnelOptions } from './tunnel.ts';
import type { TrustStyle } from './trust.ts';

const ACCOUNT: Account = { user: 'edr', password: 'right' };
const WRONG: Account = { user: 'edr', password: 'wrong' };

describe('the address of a relay', () => {
  it('is plain without a scheme, and is written as it is meant', () => {
    expect(readRelay('Relay.test:3128')).to.deep.equal({ scheme: 'http', host: 'relay.test', port: 3128 });
    for (const text of ['relay.test:3128', 'https://relay.test:3129', 'socks5://10.0.0.1:1080'])
      expect(writeRelay(readRelay(text)!)).to.equal(text);
    for (const text of ['relay', 'relay:0', 'relay:70000', 'socks5h://a:1', 'http://u:p@relay:1'])
      expect(readRelay(text), text).to.equal(undefined);
  });
});

describe('a relay of each kind', () => {
  const NAME = 'localhost';
  const good = selfSigned(NAME);
  let cloud: Server;
  let asked = 0;
  before(
    () =>
      new Promise<void>((resolve) => {
        cloud = createHttps(good, (_, response) => {
          asked += 1;
          response.end('{}');
        });
        cloud.listen(0, '127.0.0.1', resolve);
      }),
  );
  after(() => cloud.close());
  const portOf = () => (cloud.address() as AddressInfo).port;
  const options = (more: Partial<TunnelOptions> = {}): TunnelOptions => ({
    target: { host: NAME, port: portOf() },
    ca: good.cert,
    timeoutMs: 3000,
    namesHost: true,
    trust: HONEST_TLS,
    ...more,
  });
  const outcome = async (relay: Relay, more: Partial<TunnelOptions> = {}): Promise<string> => {
    try {
      (await openTunnel({ relay }, options(more))).destroy();
      return 'open';
    } catch (cause) {
      return cause instanceof RouteError ? `${cause.failure}: ${cause.message}` : String(cause);
    }
  };
  const signIns = (heads: readonly string[]) =>
    heads.filter((head) => head.includes('Proxy-Authorization')).length;

  it('wants Basic: asked without the account, then answered, each time', async () => {
    using server = await httpRelay(portOf(), wantsBasic(ACCOUNT));
    const relay = plainRelay(server.port, ACCOUNT);
    expect(await outcome(relay)).to.equal('open');
    expect([server.heads.length, signIns(server.heads)]).to.deep.equal([2, 1]);
    expect(await outcome(relay)).to.equal('open');
    expect([server.heads.length, signIns(server.heads)]).to.deep.equal([4, 2]);
  });
  it('does not ask any more, and is not shown the account but by the broken one', async () => {
    let asks = true;
    using server = await httpRelay(portOf(), (head) => (asks ? wantsBasic(ACCOUNT)(head) : undefined));
    const signIn = new SignIn(ACCOUNT, { ...STYLE, unasked: true });
    const relays = [plainRelay(server.port, ACCOUNT), plainRelay(server.port, null, { signIn })];
    for (const relay of relays) expect(await outcome(relay)).to.equal('open');
    asks = false;
    const shown: number[] = [];
    for (const relay of relays) {
      const before = signIns(server.heads);
      expect(await outcome(relay)).to.equal('open');
      shown.push(signIns(server.heads) - before);
    }
    expect(shown).to.deep.equal([0, 1]);
  });
  it('refuses a wrong secret once; then the account rests, however many ask', async () => {
    using server = await httpRelay(portOf(), wantsBasic(ACCOUNT));
    const relay = plainRelay(server.port, WRONG);
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map(() => outcome(relay)));
    for (const text of outcomes)
      expect(text).to.match(/^credentials: .*refused the account "edr".*set-relay/);
    expect(outcomes.join(' ')).not.to.contain(WRONG.password);
    expect(signIns(server.heads)).to.equal(1);
  });
  it('refuses an account that was good, and does not see it again and again', async () => {
    let valid = true;
    using server = await httpRelay(portOf(), (head) =>
      valid ? wantsBasic(ACCOUNT)(head) : wantsBasic(WRONG)(head),
    );
    const relay = plainRelay(server.port, ACCOUNT);
    expect(await outcome(relay)).to.equal('open');
    valid = false;
    const before = signIns(server.heads);
    for (let i = 0; i < 5; i += 1) expect(await outcome(relay)).to.match(/^credentials/);
    expect(signIns(server.heads) - before).to.equal(1);
  });
  it('wants an account and there is none, or a scheme that is not spoken', async () => {
    using server = await httpRelay(portOf(), wantsBasic(ACCOUNT));
    expect(await outcome(plainRelay(server.port))).to.match(
      /^credentials: the relay wants .*no account is set/,
    );
    using other = await httpRelay(portOf(), () => '407 No\r\nProxy-Authenticate: Negotiate');
    expect(await outcome(plainRelay(other.port, ACCOUNT))).to.match(/by Negotiate, which is not spoken/);
  });
  it('wants Digest, and a new answer when its nonce has grown old', async () => {
    using server = await httpRelay(portOf(), wantsDigest(ACCOUNT, 2));
    const relay = plainRelay(server.port, ACCOUNT);
    for (let i = 0; i < 5; i += 1) expect(await outcome(relay), `tunnel ${i}`).to.equal('open');
    expect(await outcome(plainRelay(server.port, WRONG))).to.match(/^credentials/);
  });
  it('wants Digest, and the broken one never gets it right', async () => {
    using server = await httpRelay(portOf(), wantsDigest(ACCOUNT));
    const signIn = new SignIn(ACCOUNT, { ...STYLE, digest: 'without-method' });
    expect(await outcome(plainRelay(server.port, null, { signIn }))).to.match(/^credentials/);
  });
  it('speaks SOCKS5 and looks up the name itself', async () => {
    using server = await socksRelay(portOf(), null);
    const relay = plainRelay(server.port, null, { scheme: 'socks5' });
    expect(await outcome(relay)).to.equal('open');
    expect(server.heads).to.deep.equal([NAME]);
    using refusing = await socksRelay(portOf(), null, 2);
    expect(await outcome({ ...relay, port: refusing.port })).to.match(/^denied: .*refused/);
  });
  it('speaks SOCKS5 and wants a sign-in', async () => {
    using server = await socksRelay(portOf(), ACCOUNT);
    const relay = (account: Account | null) => plainRelay(server.port, account, { scheme: 'socks5' });
    expect(await outcome(relay(ACCOUNT))).to.equal('open');
    const wrong = relay(WRONG);
    expect(await outcome(wrong)).to.match(/^credentials: .*refused the account/);
    expect(await outcome(wrong)).to.match(/rests before it is shown again/);
    expect(await outcome(relay(null))).to.match(/^credentials/);
  });
  it('is spoken to by TLS, under the CA that was given for it alone', async () => {
    const own = selfSigned(NAME);
    using server = await httpRelay(portOf(), () => undefined, own);
    const relay = plainRelay(server.port, null, { scheme: 'https', host: NAME, ca: own.cert });
    expect(await outcome(relay)).to.equal('open');
    expect(await outcome({ ...relay, ca: good.cert })).to.match(/^untrusted/);
    expect(await outcome({ ...relay, ca: null })).to.match(/^untrusted/);
    expect(server.heads).to.have.length(1);
  });

  describe('that inspects', () => {
    const inspection = selfSigned(NAME, 'inspection');
    let imposter: Server;
    before(
      () =>
        new Promise<void>((resolve) => {
          imposter = createHttps(inspection, (_, response) => {
            asked += 1;
            response.end('{}');
          });
          imposter.listen(0, '127.0.0.1', resolve);
        }),
    );
    after(() => imposter.close());
    const through = async (ca: string | null, trust: TrustStyle = HONEST_TLS) => {
      using server = await httpRelay((imposter.address() as AddressInfo).port, () => undefined);
      return await outcome(plainRelay(server.port, null, { ca }), { trust });
    };
    it('is refused with the reason as long as its CA is not known, and asked nothing', async () => {
      asked = 0;
      expect(await through(null)).to.match(/^untrusted: .*self-signed/);
      expect(asked).to.equal(0);
    });
    it('is taken under the CA that was given for it', async () => {
      expect(await through(inspection.cert)).to.equal('open');
    });
    it('is taken by one who trusts any issuer, but not for another name', async () => {
      const trust: TrustStyle = { ...HONEST_TLS, accepts: 'any-issuer-behind-relay' };
      expect(await through(null, trust)).to.equal('open');
      using server = await httpRelay((imposter.address() as AddressInfo).port, () => undefined);
      const target = { host: 'other.test', port: 443 };
      expect(await outcome(plainRelay(server.port), { trust, target })).to.match(/^untrusted: .*altnames/);
    });
    it('is refused by one who takes any name', async () => {
      expect(await through(null, { ...HONEST_TLS, accepts: 'any-name' })).to.match(/^untrusted/);
    });
  });
  it('leads to one of another name, which only the broken one takes', async () => {
    const other = { target: { host: 'other.test', port: 443 } };
    using server = await httpRelay(portOf(), () => undefined);
    expect(await outcome(plainRelay(server.port), other)).to.match(/^untrusted: .*altnames/);
    const trust: TrustStyle = { ...HONEST_TLS, accepts: 'any-name' };
    expect(await outcome(plainRelay(server.port), { ...other, trust })).to.equal('open');
  });
});

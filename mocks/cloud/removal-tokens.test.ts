import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { Identity, RemovalVerifier } from './protocol/types.ts';
import { RemovalTokens, verifierOf } from './removal-tokens.ts';
import { testCloud, type TestCloud } from './testing.ts';

/** As openapi.yaml says. */
const opens = (token: string | null, { salt, hash }: RemovalVerifier): boolean =>
  createHash('sha256')
    .update(Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(token ?? '')]))
    .digest('hex') === hash;
const shown = (cloud: TestCloud, agent?: string) =>
  cloud.cloud.obey({ what: 'removal-token', ...(agent === undefined ? {} : { agent }) }) as string | null;

describe('the token by which an endpoint can be removed', () => {
  it('is told by its verifier', () => {
    // printf '\x00\xffright' | sha256sum
    expect(verifierOf('right', Buffer.from([0, 255]))).to.deep.equal({
      salt: '00ff',
      hash: '318b96f435e11f07c0647ad023fe4639b223240926ed70e0f182c761930521bd',
    });
  });
  it('is at the console, its verifier in the answer to the enrolment, and itself in no event or answer', async () => {
    const cloud = await testCloud();
    const identity: Identity = await cloud.enrol();
    const token = shown(cloud);
    expect(token).to.have.length.at.least(32);
    expect(opens(token, identity.removal)).to.equal(true);
    expect(JSON.stringify([identity, cloud.events, cloud.cloud.obey({ what: 'agents' })])).not.to.contain(
      token,
    );
    expect(cloud.of('lab.failed')).to.deep.equal([]);
  });
  it('is another one for each endpoint, and with each enrolment', async () => {
    const cloud = await testCloud();
    const first = await cloud.enrol();
    const old = shown(cloud);
    const second = await cloud.enrol();
    expect([opens(old, first.removal), opens(old, second.removal)]).to.deep.equal([true, false]);
    expect(opens(shown(cloud), second.removal)).to.equal(true);
    const other = await cloud.enrol({ machineId: 'another-machine', hostname: 'pc-2' });
    expect(opens(shown(cloud, 'pc-2'), other.removal)).to.equal(true);
    expect(opens(shown(cloud, 'pc-1'), second.removal)).to.equal(true);
  });
  it('is that of the tenant to which the endpoint went over', async () => {
    const cloud = await testCloud();
    cloud.cloud.obey({ what: 'open-tenant', name: 'site-b', token: 'there' });
    await cloud.enrol();
    const there = await cloud.enrol({ token: 'there' });
    expect(opens(shown(cloud), there.removal)).to.equal(true);
  });
  it('is still there when the endpoint has said good-bye', async () => {
    const cloud = await testCloud();
    const { agentId, key, removal } = await cloud.enrol();
    expect((await cloud.call('DELETE', `/v1/agents/${agentId}`, { key })).status).to.equal(204);
    expect(opens(shown(cloud), removal)).to.equal(true);
  });
  it('is none where nothing has enrolled, and nobody’s where several hosts are meant', () => {
    const tokens = new RemovalTokens();
    expect(tokens.of()).to.equal(null);
    tokens.make('a', 'pc-1');
    expect(tokens.of('pc-9')).to.equal(null);
    tokens.make('b', 'pc-1');
    expect(tokens.of()).to.equal(tokens.of('b'));
    tokens.make('c', 'pc-2');
    expect(() => tokens.of()).to.throw('there are tokens of pc-1, pc-2; name one of them');
  });
});

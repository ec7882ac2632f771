import { describe, it } from 'node:test';
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { PART, ReleaseStore, type Part } from './release.ts';
import { HEARTBEAT, request, testCloud } from './testing.ts';

describe('a release', () => {
  it('comes in parts that are together what was offered', () => {
    const store = new ReleaseStore();
    const { size, sha256 } = store.offer('2.0.0');
    let bytes = '';
    while (bytes.length < size) bytes += (store.part('2.0.0', `bytes=${bytes.length}-`) as Part).body;
    expect(createHash('sha256').update(bytes).digest('hex')).to.equal(sha256);
    expect(new ReleaseStore().offer('2.0.0').sha256).to.equal(sha256);
    expect(store.offer('2.0.1').sha256).not.to.equal(sha256);
  });
  it('gives what was asked for and no more, and says where there is nothing', () => {
    const store = new ReleaseStore();
    const { size } = store.offer('2.0.0');
    expect(store.part('2.0.0', 'bytes=10-19')).to.deep.include({ range: `bytes 10-19/${size}` });
    expect(store.part('2.0.0', 'bytes=0-')).to.deep.include({ range: `bytes 0-${PART - 1}/${size}` });
    expect(store.part('2.0.0', `bytes=${size - 5}-`)).to.deep.include({ range: `bytes ${size - 5}-${size - 1}/${size}` }); // prettier-ignore
    expect(store.part('2.0.0', `bytes=${size}-`)).to.equal(416);
    expect(store.part('2.0.0', 'bytes=-5')).to.equal(416);
    expect(store.part('1.0.0', 'bytes=0-')).to.equal(404);
  });
});

describe('the cloud', () => {
  it('tells of a release with each heartbeat, and gives its parts to whoever asks by the protocol', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    const beat = () => cloud.call('POST', `/v1/agents/${agentId}/heartbeat`, { key, body: HEARTBEAT });
    expect((await beat()).body).not.to.have.property('release');
    const release = cloud.cloud.obey({ what: 'offer-release', version: '2.0.0' });
    expect((await beat()).body).to.deep.include({ release });
    expect(cloud.of('cloud.release-offered')[0]).to.deep.include({ version: '2.0.0' });
    const ask = (headers: Record<string, string>, version = '2.0.0') =>
      cloud.cloud.handle(request('GET', `/v1/releases/${version}`, { headers }));
    expect(await ask({ range: 'bytes=0-9' })).to.include({ status: 206, body: 'release 2.' });
    expect(cloud.of('cloud.request').at(-1)).to.include({ bytesDown: 10 });
    expect(cloud.of('cloud.request').at(-1)?.range).to.match(/^bytes 0-9\/\d+$/);
    expect(await ask({})).to.include({ status: 400 });
    expect(await ask({ range: 'bytes=0-9' }, '1.0.0')).to.include({ status: 404 });
    expect(cloud.of('lab.failed')).to.deep.equal([]);
  });
});

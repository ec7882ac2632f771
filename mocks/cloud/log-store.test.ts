import { expect } from 'chai';
import { describe, it } from 'node:test';
import { LogStore } from './log-store.ts';
import { testCloud, TOKEN, type TestCloud } from './testing.ts';

const DAY = 86_400_000;

describe('the log that the cloud keeps', () => {
  it('is there until its time is over, and what came later for longer', () => {
    let now = 0;
    const log = new LogStore(30, () => now);
    log.add('a', [{ line: 'old' }]);
    log.age(29);
    log.add('a', [{ line: 'new' }, { line: 'new' }]);
    log.add('b', [{ line: 'old' }]);
    expect(log.read('a', ['old', 'new', 'none'])).to.deep.equal({
      ...{ agent: 'a', entries: 3, crowdedOut: 0 },
      found: { old: 1, new: 2, none: 0 },
    });
    now += DAY;
    expect(log.read('a', ['old', 'new']).found).to.deep.equal({ old: 0, new: 2 });
    expect(log.read('b', ['old']).found).to.deep.equal({ old: 1 });
    log.age(30);
    expect(log.read('a', ['new'])).to.deep.include({ entries: 0, crowdedOut: 0 });
    expect(log.read('nobody', ['new'])).to.deep.include({ entries: 0 });
  });

  it('has a limit for each agent, and says what it costs', () => {
    const log = new LogStore(30, () => 0, 100);
    for (let number = 10; number < 99; number++) log.add('busy', [`entry ${number}`]);
    log.add('quiet', ['entry 10']);
    const { entries, crowdedOut, found } = log.read('busy', ['entry 10', 'entry 98']);
    expect(entries).to.be.within(5, 10);
    expect(entries + crowdedOut).to.equal(89);
    expect(found).to.deep.equal({ 'entry 10': 0, 'entry 98': 1 });
    expect(log.read('quiet', ['entry 10'])).to.deep.include({ crowdedOut: 0, found: { 'entry 10': 1 } });
  });

  it('does not count as pushed out what was too old', () => {
    const log = new LogStore(1, () => 0, 100);
    log.add('a', ['x'.repeat(90)]);
    log.age(2);
    log.add('a', ['y'.repeat(90)]);
    expect(log.read('a', ['x', 'y'])).to.deep.include({ crowdedOut: 0, found: { x: 0, y: 1 } });
  });

  it('is not kept, and says so, where nobody has said for how long', () => {
    const log = new LogStore(undefined, () => 0);
    log.add('a', ['x']);
    expect(() => log.read('a', ['x'])).to.throw('--log-days');
  });
});

describe('the console of the cloud', () => {
  const lookUp = (cloud: TestCloud, agent: string) =>
    cloud.cloud.obey({ what: 'read-log', agent, texts: ['nonce-1'] });

  it('looks the log of agents and of senders of lines up, and lets it grow old', async () => {
    const cloud = await testCloud({ logDays: 30 });
    const { agentId, key } = await cloud.enrol();
    const events = [{ time: 1, activity: 'process', path: '/bin/x', detail: 'nonce-1' }];
    await cloud.call('POST', `/v1/agents/${agentId}/telemetry`, { key, body: { events } });
    const text = '{"HOST":"pc-2","MESSAGE":"nonce-1"}\n{"HOST":"pc-2","MESSAGE":"b"}';
    await cloud.call('POST', '/v1/lines', { text, key: TOKEN });
    const found = { found: { 'nonce-1': 1 }, crowdedOut: 0 };
    expect(lookUp(cloud, agentId)).to.deep.equal({ agent: agentId, entries: 1, ...found });
    expect(lookUp(cloud, 'pc-2')).to.deep.equal({ agent: 'pc-2', entries: 2, ...found });
    cloud.cloud.obey({ what: 'age-log', days: 31 });
    expect(lookUp(cloud, agentId)).to.deep.include({ entries: 0, found: { 'nonce-1': 0 } });
    expect(cloud.of('cloud.log-read')).to.have.length(3);
    expect(cloud.of('cloud.log-read')[0]).to.deep.include({ agent: agentId, ...found });
    expect(cloud.of('cloud.log-aged')).to.deep.equal([{ kind: 'cloud.log-aged', days: 31 }]);
  });

  it('ages nothing else: the time that the cloud tells is the same', async () => {
    const cloud = await testCloud({ logDays: 30 });
    cloud.cloud.obey({ what: 'age-log', days: 365 });
    const { body } = await cloud.call('GET', '/v1/hello');
    expect((body as { serverTime: number }).serverTime - Date.now()).to.be.within(-DAY, DAY);
    expect(cloud.of('cloud.fault')).to.deep.equal([]);
  });

  it('takes nothing that was refused for log', async () => {
    const cloud = await testCloud({ logDays: 30 });
    const { agentId, key } = await cloud.enrol();
    await cloud.call('POST', `/v1/agents/${agentId}/telemetry`, { key, body: { events: ['nonce-1'] } });
    expect(lookUp(cloud, agentId)).to.deep.include({ entries: 0 });
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const working = () => Story.closed().working();
const clean = { point: 'pc', allowed: ['relay', 'resolver'] };

describe('wire-clean', () => {
  it('is satisfied when every packet goes to an allowed peer', () => {
    const story = working();
    const since = story.n;
    story
      .packet('relay')
      .packet('resolver', { protocol: 'udp' })
      .packet('cloud', { direction: 'in' })
      .endCapture();
    const finding = runCheck('wire-clean', story.view(since), clean);
    expect(finding.state).to.equal('satisfied');
    expect(finding.reason.en).to.contain('All 2 packets');
  });
  it('is violated by one stray, and says where it went', () => {
    const story = working();
    const since = story.n;
    story
      .packet('relay')
      .packet('cloud', { payload: 0 })
      .packet('other', { protocol: 'icmp', payload: 56 })
      .endCapture();
    const finding = runCheck('wire-clean', story.view(since), clean);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('2 of 3 packets').and.contain('cloud 10.92.0.20:443 by tcp (1)');
    expect(finding.measures.map((measure) => measure.value)).to.deep.equal([2, 0.1, 56]);
  });
  it('says for how long it was watched, from the beginning of the installation to the end of the capture', () => {
    const story = Story.closed().after(5000).hook('install', { ms: 500 }).packet('relay').after(8000);
    const run = (watch: number) => runCheck('wire-clean', story.view(story.n - 4), { ...clean, watch });
    story.endCapture();
    const finding = run(8500);
    expect(finding.state).to.equal('satisfied');
    expect(finding.reason.en).to.contain('watched for 8.5 s');
    expect(finding.measures.find((measure) => measure.name === 'wire.watched')).to.include({ value: 8.5 });
    // Too short a look has seen no silence; what it did see counts.
    expect(run(8501)).to.include({ state: 'incomplete', blame: 'harness' });
    const stray = working();
    const since = stray.n;
    stray.packet('relay').packet('cloud').endCapture();
    expect(runCheck('wire-clean', stray.view(since), { ...clean, watch: 60_000 }).state).to.equal('violated');
  });
  it('looks at what an installer sends before it ends', () => {
    const story = Story.closed().after(5000).packet('cloud').after(100).hook('install', { ms: 500 });
    const since = story.n - 1;
    expect(runCheck('wire-clean', story.packet('relay').endCapture().view(since), clean).state).to.equal(
      'violated',
    );
  });
  it('looks at one zone only where it is told to', () => {
    const story = working();
    const since = story.n;
    story.packet('relay').packet('cloud', { zone: 'internet' });
    const look = (args: object) => runCheck('wire-clean', story.view(since), { ...clean, ...args }).state;
    story.endCapture();
    expect(look({})).to.equal('violated');
    expect(look({ zone: 'closed' })).to.equal('satisfied');
    expect(look({ zone: 'internet' })).to.equal('violated');
    // Where it has not been nothing was looked at.
    expect(look({ zone: 'elsewhere' })).to.equal('violated');
  });
  it('leaves out ARP, neighbour discovery, other points and what was before', () => {
    const story = working().packet('cloud');
    const since = story.n;
    story
      .packet('gateway', { protocol: 'arp' })
      .packet('other', { protocol: 'icmpv6', to: 'ff02::2' })
      .packet('cloud', { point: 'pc-2' })
      .packet('relay')
      .endCapture();
    expect(runCheck('wire-clean', story.view(since), clean).state).to.equal('satisfied');
  });
  it('lets attempts be, but no data, with noData', () => {
    const args = { point: 'pc', allowed: ['relay', 'resolver', 'cloud'], noData: true };
    const story = working();
    const since = story.n;
    story.packet('relay').packet('cloud', { payload: 0, flags: 'S' }).endCapture();
    const finding = runCheck('wire-clean', story.view(since), args);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures.at(-1)).to.include({ name: 'wire.attempts', value: 1 });
    const leak = working();
    leak.packet('relay').packet('cloud', { payload: 7 }).endCapture();
    expect(runCheck('wire-clean', leak.view(since), args)).to.include({ state: 'violated' });
  });

  it('is incomplete where the capture has a hole', () => {
    const upTo = (end: (story: Story) => Story) => {
      const story = working();
      const since = story.n;
      return runCheck('wire-clean', end(story.packet('relay').packet('cloud')).view(since), clean);
    };
    for (const end of [
      (story: Story) => story,
      (story: Story) => story.endCapture({ dropped: 1 }),
      (story: Story) => story.endCapture({ parsed: 49 }),
      (story: Story) => story.endCapture({ point: 'pc-2' }),
      (story: Story) => story.endCapture({}, { relay: 4, other: 2 }),
    ])
      expect(upTo(end)).to.include({ state: 'incomplete', blame: 'capture' });
    expect(upTo((story) => story.endCapture({}, { other: 2 })).reason.en).to.contain('other (2 of 2)');
  });
  it('is incomplete where the kernel counted more than was captured, by class; fewer is sound', () => {
    const counted = (counters: Record<string, number>) => {
      const story = Story.closed().working();
      const since = story.n;
      story.packet('relay').packet('gateway', { protocol: 'arp' }).packet('relay', { direction: 'in' });
      return runCheck('wire-clean', story.endCapture({}, counters).view(since), clean);
    };
    expect(counted({ relay: 2 }).state).to.equal('satisfied');
    expect(counted({ relay: 1 }).state).to.equal('satisfied');
    expect(counted({ relay: 3 })).to.include({ state: 'incomplete', blame: 'capture' });
    expect(counted({ relay: 3 }).reason.en).to.contain('relay (1 of 3)');
    expect(counted({ relay: 2, gateway: 1 }).state).to.equal('incomplete');
  });
  it('lets so many be missing as were counted while an interface went', () => {
    const counted = (counters: Record<string, number>) => {
      const story = Story.closed().working();
      const since = story.n;
      story.packet('relay').see({ kind: 'counters.leaving', point: 'pc', counters: { relay: 1 } });
      story.see({ kind: 'counters.leaving', point: 'pc-2', counters: { cloud: 1 } });
      return runCheck('wire-clean', story.endCapture({}, counters).view(since), clean);
    };
    expect(counted({ relay: 3 }).state).to.equal('satisfied');
    expect(counted({ relay: 4 }).reason.en).to.contain('relay (1 of 4)');
    expect(counted({ relay: 2, cloud: 1 }).state).to.equal('incomplete');
  });
  it('is incomplete for an empty capture, violated for an endpoint that was silent', () => {
    const empty = new Story().hook('install').endCapture({ received: 0, parsed: 0 }, {});
    expect(runCheck('wire-clean', empty.view(1), clean)).to.include({ state: 'incomplete' });
    const story = working();
    const since = story.n;
    const silent = runCheck('wire-clean', story.endCapture().view(since), clean);
    expect(silent.state).to.equal('violated');
    expect(silent.reason.en).to.contain('nothing was looked at');
  });
});

describe('no-packets-to', () => {
  const args = { point: 'pc', peers: ['cloud'] };
  const moved = () => working().moved('internet');

  it('is satisfied by other packets, violated by one to these peers', () => {
    const good = moved();
    const since = good.n;
    expect(runCheck('no-packets-to', good.packet('relay').endCapture().view(since), args).state).to.equal(
      'satisfied',
    );
    const bad = moved().packet('relay').packet('cloud', { payload: 0 }).endCapture();
    expect(runCheck('no-packets-to', bad.view(since), args).state).to.equal('violated');
  });
  it('passes neither without packets nor without the end of the capture', () => {
    const story = moved();
    const since = story.n;
    expect(runCheck('no-packets-to', story.view(since), args).state).to.equal('incomplete');
    expect(runCheck('no-packets-to', story.endCapture().view(since), args).state).to.equal('violated');
  });
});

describe('direct-stops', () => {
  const args = { point: 'pc', act: 'a1', within: 1 };
  const back = () => working().moved('closed').act('a1').packet('cloud', { payload: 0 });

  it('is satisfied when what follows the delivery goes to the relay', () => {
    const story = back().after(10).report('a1').after(10).packet('relay').endCapture();
    expect(runCheck('direct-stops', story.view(0), args).state).to.equal('satisfied');
  });
  it('is violated by a later attempt', () => {
    const story = back()
      .after(10)
      .report('a1')
      .after(10)
      .packet('relay')
      .packet('cloud', { payload: 0 })
      .endCapture();
    expect(runCheck('direct-stops', story.view(0), args).state).to.equal('violated');
  });
  it('leaves the time to channels that come back one after the other', () => {
    const story = back();
    const since = story.n;
    story.after(1000).report('a1').after(300).packet('cloud', { payload: 0 });
    story.after(6000).packet('relay').endCapture();
    const found = (within: number) => runCheck('direct-stops', story.view(since), { ...args, within }).state;
    expect([found(6000), found(1000)]).to.deep.equal(['satisfied', 'violated']);
  });
  it('orders by the clock of the capture', () => {
    const story = back().after(10).report('a1').after(10).packet('relay');
    story.packet('cloud', {}, story.now - 15).endCapture();
    expect(runCheck('direct-stops', story.view(0), args).state).to.equal('satisfied');
  });
  it('passes neither without the delivery nor without later packets', () => {
    expect(runCheck('direct-stops', back().packet('relay').endCapture().view(0), args).state).to.equal(
      'violated',
    );
    const quiet = back().after(10).report('a1').endCapture();
    expect(runCheck('direct-stops', quiet.view(0), args).reason.en).to.contain('nothing was looked at');
    const direct = back().after(10).report('a1', { via: 'direct' }).after(5).packet('relay').endCapture();
    expect(runCheck('direct-stops', direct.view(0), args).state).to.equal('violated');
  });
});

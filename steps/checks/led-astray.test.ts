import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const ATTEMPTS = {
  attempts: [
    { how: 'file', what: '/opt/acme/config', done: false },
    { how: 'environment', what: '/home/staff/.profile', done: true },
  ],
  writable: [],
};
const BAIT = '10.91.0.13';

/** Both relays are there; a user has been seen to go through the second. */
function office(): Story {
  const story = Story.closed().working();
  const ready = story.events.find((event) => event.kind === 'lab.ready');
  if (ready?.kind !== 'lab.ready') throw new Error('no lab');
  const nodes = [...ready.nodes, { name: 'second', kind: 'relay', addresses: { closed: BAIT } }];
  return story.see({ ...ready, nodes });
}
const shown = (): Story => office().tunnel('edr.cloud.test:443', { relay: 'second' }).after(100);

describe('own-relay-only', () => {
  const args = { point: 'pc', own: 'relay', bait: 'second' };
  const tempted = (value: unknown = ATTEMPTS) => {
    const story = shown().state('user-attempts', value, 'exec');
    return { story, since: story.n };
  };
  const run = ({ story, since }: { story: Story; since: number }) =>
    runCheck('own-relay-only', story.after(500).endCapture().view(since), args);

  it('is satisfied when everything went to its own relay', () => {
    const { story, since } = tempted();
    const finding = run({ story: story.packet('relay'), since });
    expect(finding.state).to.equal('satisfied');
    expect(finding.findings).to.deep.equal([]);
  });
  it('is violated by a packet, a line of the log or an exchange of the other one', () => {
    for (const use of [
      (story: Story) => story.packet('relay', { to: BAIT }),
      (story: Story) => story.tunnel('edr.cloud.test:443', { relay: 'second' }),
      (story: Story) => story.act('a1').report('a1', { relay: 'second' }),
    ]) {
      const { story, since } = tempted({
        ...ATTEMPTS,
        attempts: [{ how: 'file', what: '/opt/acme/config', done: true }],
      });
      const finding = run({ story: use(story.packet('relay')), since });
      expect(finding.state).to.equal('violated');
      expect(finding.reason.en).to.contain('/opt/acme/config');
    }
  });
  it('is violated by a product that uses no relay any more', () => {
    expect(run(tempted()).state).to.equal('violated');
  });
  it('names what an ordinary user may change', () => {
    const { story, since } = tempted({ ...ATTEMPTS, writable: ['/opt/acme/log'] });
    const finding = run({ story: story.packet('relay'), since });
    expect(finding.state).to.equal('satisfied');
    expect(finding.findings?.[0]?.kind).to.equal('files-open-to-users');
  });
  it('is violated by what its cloud has heard through the other one while the user still tried', () => {
    const open = { ...ATTEMPTS, attempts: [{ how: 'command', what: 'set-relay', done: true }] };
    const tried = (use: (story: Story) => Story) => {
      const story = shown().state('user-begins', { files: 2 }, 'exec');
      const since = story.n;
      use(story.after(100)).state('user-attempts', open, 'exec');
      return { story: story.after(100).packet('relay').tunnel('edr.cloud.test:443'), since };
    };
    const beat = (story: Story, agent: string) =>
      story.see({ kind: 'cloud.heartbeat', agent, via: 'relay', relay: 'second' }, 'cloud');
    const finding = run(tried((story) => beat(story, AGENT)));
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('set-relay');
    // What the user's own programs say to it is not the product's.
    for (const harmless of [
      (story: Story) => beat(story, 'nobody'),
      (story: Story) => story.packet('relay', { to: BAIT }).tunnel('edr.cloud.test:443', { relay: 'second' }),
    ])
      expect(run(tried(harmless)).state).to.equal('satisfied');
  });
  it('is violated by a product that has used its relay only until all was tried', () => {
    const story = shown().state('user-begins', { files: 2 }, 'exec');
    const since = story.n;
    story.packet('relay').state('user-attempts', ATTEMPTS, 'exec');
    expect(run({ story, since }).state).to.equal('violated');
  });
  it('rests on attempts, on a bait that was shown to be seen, and on a whole capture', () => {
    const nobody = shown();
    const since = nobody.n;
    expect(run({ story: nobody.packet('relay'), since }).state).to.equal('incomplete');
    const unseen = office().state('user-attempts', ATTEMPTS, 'exec');
    expect(run({ story: unseen.packet('relay'), since: unseen.n - 1 }).state).to.equal('incomplete');
    const { story, since: from } = tempted();
    expect(runCheck('own-relay-only', story.packet('relay').view(from), args).state).to.equal('incomplete');
  });
});

describe('edited-configuration', () => {
  const edited = () => shown().state('root-edits', ['/opt/acme/config'], 'exec');
  const run = (story: Story, since: number, declared = 'effective') =>
    runCheck('edited-configuration', story.view(since), {
      declared,
      act: 'a1',
      bait: 'second',
      within: 5000,
    });

  it('tells by the relay of the report what came of the edit', () => {
    const story = edited();
    const since = story.n;
    story.act('a1').after(500).report('a1', { relay: 'second' });
    const finding = run(story, since);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ value: 'effective', declared: 'effective' });
    expect(run(story, since, 'ignored').state).to.equal('violated');
  });
  it('is ignored if the report came as before, lost if there is none', () => {
    const story = edited();
    const since = story.n;
    story.act('a1');
    expect(run(story, since, 'ignored').state).to.equal('undecided');
    const lost = run(story.after(6000), since);
    expect(lost.state).to.equal('violated');
    expect(lost.measures[0]).to.include({ value: 'lost' });
    story.report('a1', { relay: 'relay' });
    expect(run(story, since, 'ignored').state).to.equal('satisfied');
    expect(run(story, since, 'effective').state).to.equal('violated');
  });

  const tamper = { uid: 'tamper', analytic: 'T1562.001' };
  const booted = (story: Story) => story.see({ kind: 'endpoint.restarted', endpoint: 'pc' });
  it('is reported if a finding before the restart says so, whatever else came of it', () => {
    for (const [relay, value, other] of [
      ['second', 'effective and reported', 'ignored'],
      ['relay', 'ignored and reported', 'effective'],
    ] as const) {
      const story = shown().state('root-begins', { files: 2 }, 'exec');
      const since = story.n;
      // Told before the harness has noted that all was edited.
      story.report('a0', { ...tamper, body: '{}' }).state('root-edits', ['/opt/acme/config'], 'exec');
      booted(story.after(6000)).act('a1').report('a1', { relay });
      for (const declared of ['reported', relay === 'second' ? 'effective' : 'ignored']) {
        const finding = run(story, since, declared);
        expect(finding.state, declared).to.equal('satisfied');
        expect(finding.measures[0]).to.include({ value, declared });
      }
      expect(run(story, since, other).state).to.equal('violated');
    }
  });
  it('is not reported by what is told of the stop of the restart', () => {
    const command = '/opt/acme/agent --config /opt/acme/config';
    const body = JSON.stringify({ evidences: [{ process: { cmd_line: command } }] });
    for (const ms of [5500, 6500]) {
      const story = edited();
      const since = story.n;
      // On its way down, or when it is up again.
      if (ms > 6000)
        booted(story.after(6000))
          .after(500)
          .report('a0', { ...tamper, body });
      else
        booted(
          story
            .after(ms)
            .report('a0', { ...tamper, body })
            .after(500),
        );
      story.act('a1').after(200).report('a1', { relay: 'second' });
      expect(run(story, since, 'reported').state).to.equal('undecided');
      expect(run(story, since).measures[0]).to.include({ value: 'effective' });
      expect(run(story.after(6000), since, 'reported').state).to.equal('violated');
    }
  });
  it('is reported by a finding that names a file which was edited, also after the restart', () => {
    const story = edited();
    const since = story.n;
    booted(story.after(6000)).act('a1').after(200).report('a1', { relay: 'relay' });
    const body = JSON.stringify({ evidences: [{ file: { path: '/opt/acme/config' } }] });
    story.after(300).report('a0', { ...tamper, body });
    const finding = run(story, since, 'reported');
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ value: 'ignored and reported' });
  });
  it('says nothing where nothing was edited, or played', () => {
    const none = shown().state('root-edits', [], 'exec');
    expect(run(none.act('a1').report('a1'), none.n).state).to.equal('incomplete');
    const story = edited();
    expect(run(story, story.n).state).to.equal('incomplete');
  });
});

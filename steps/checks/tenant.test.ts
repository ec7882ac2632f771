import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { EventOf } from '../../history/events.ts';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const THERE = 'agent-2';
const MACHINE = 'machine-1';
const ARGS = {
  ...{ tenant: 'site-b', relay: 'relay-b', waiting: ['a1', 'a2'], sentinel: 'a3' },
  ...{ enrol: 5000, within: 2000, watch: 4000 },
};
const enrolled = (rest: Partial<EventOf<'cloud.enrolled'>> = {}): EventOf<'cloud.enrolled'> => ({
  ...{ kind: 'cloud.enrolled', agent: THERE, hostname: 'pc-01', machine: MACHINE, tenant: 'site-b' },
  ...{ peer: '10.92.0.12', via: 'relay', relay: 'relay-b', again: false },
  ...rest,
});
const beat = (agent: string): EventOf<'cloud.heartbeat'> => ({
  kind: 'cloud.heartbeat',
  agent,
  via: 'relay',
});
const asked = (agent: string, method = 'GET', status = 204): EventOf<'cloud.request'> => ({
  ...{
    kind: 'cloud.request',
    peer: '10.92.0.12',
    via: 'relay',
    host: 'edr.cloud.test',
    method,
    status,
    agent,
  },
  ...{ path: `/v1/agents/${agent}${method === 'GET' ? '/commands' : ''}`, bytesUp: 0, bytesDown: 0 },
  problems: [],
});

/** Two attacks wait at the other site, and the product is told its relay and tenant. */
function told(hook: Parameters<Story['hook']>[1] = {}): Story {
  return Story.closed()
    .after(1000)
    .hook('install')
    .after(400)
    .see(enrolled({ agent: AGENT, tenant: undefined, relay: 'relay' }))
    .see({ kind: 'cloud.tenant-opened', tenant: 'site-b' })
    .moved('site-b')
    .after(500)
    .act('a1')
    .acted('a1')
    .act('a2')
    .acted('a2')
    .after(2000)
    .hook('set-tenant', hook);
}
const anchor = told().n;
/** At its new tenant after a second, with what waited. */
const there = (rest: Parameters<typeof enrolled>[0] = {}): Story =>
  told().after(1000).see(enrolled(rest)).after(100);
const delivered = (story: Story, agent = THERE): Story =>
  story.report('a1', { agent, relay: 'relay-b' }).report('a2', { agent, relay: 'relay-b' }).after(4000);
const ended = (story: Story, relay = 'relay-b'): Story =>
  story.act('a3').acted('a3').after(300).report('a3', { agent: THERE, relay });
const run = (story: Story, args = {}) => runCheck('tenant-changed', story.view(anchor), { ...ARGS, ...args });

describe('tenant-changed', () => {
  it('is satisfied when all that waited is at the new tenant and the old one hears nothing more', () => {
    const finding = run(ended(delivered(there())));
    expect(finding.state).to.equal('satisfied');
    const measures = Object.fromEntries(finding.measures.map(({ name, value }) => [name, value]));
    expect(measures).to.deep.equal({
      ...{ 'tenant.seconds': 1, 'tenant.waited': 2, 'tenant.heard-by-old': 0, 'tenant.old-record': 'stale' },
    });
  });
  it('takes a good-bye to the old tenant for what it is', () => {
    const left = there().see({ kind: 'cloud.unenrolled', agent: AGENT }).see(asked(AGENT, 'DELETE'));
    const finding = run(ended(delivered(left)));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures.find(({ name }) => name === 'tenant.old-record')?.value).to.equal('removed');
  });
  it('is violated when it stays where it was, once its time is over', () => {
    const stays = told().after(1000).see(beat(AGENT)).report('a1', { relay: 'relay-b' });
    expect(run(stays.act('a3')).state).to.equal('undecided');
    const finding = run(stays.after(5000));
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('heard of it 2 times');
    expect(finding.missed).to.not.equal(undefined);
  });
  it('is violated when it comes too late, or the hook has failed', () => {
    const late = told().after(6000).see(enrolled()).after(100);
    expect(run(ended(delivered(late))).state).to.equal('violated');
    const failed = told({ outcome: 'failed', exit: 3 });
    expect(run(ended(delivered(failed.see(enrolled())))).reason.en).to.contain('ended as failed (status 3)');
  });
  it('is violated by whatever the old tenant is told afterwards', () => {
    for (const stray of [beat(AGENT), enrolled({ agent: 'agent-3', tenant: undefined })]) {
      const finding = run(ended(delivered(there()).see(stray)));
      expect(finding.state).to.equal('violated');
      expect(finding.reason.en).to.contain('1 times');
    }
    const copied = delivered(there()).report('a1', { uid: 'uid-a1' });
    expect(run(ended(copied)).state).to.equal('violated');
  });
  it('excuses one question for commands that was under way, and none that is asked again, or was cut', () => {
    const one = delivered(there())
      .see(asked(AGENT))
      .see(asked(AGENT, 'GET', 0));
    expect(run(ended(one)).state).to.equal('satisfied');
    const more = delivered(there()).see(asked(AGENT)).after(1000).see(asked(AGENT));
    expect(run(ended(more)).state).to.equal('violated');
  });
  it('is violated by another identity', () => {
    const finding = run(ended(delivered(there({ machine: 'machine-2' }))));
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('as another machine');
  });
  it('is violated by what waited and is lost', () => {
    const finding = run(ended(there().report('a1', { agent: THERE, relay: 'relay-b' }).after(4000)));
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('1 of 2 findings');
  });
  it('waits for the last attack, which has to come through the other relay', () => {
    const story = delivered(there()).act('a3').acted('a3');
    expect(run(story).state).to.equal('undecided');
    expect(run(story.after(3000)).state).to.equal('violated');
    expect(run(ended(delivered(there()), 'relay')).reason.en).to.contain('not through the relay');
  });
  it('rests on a tenant, an enrolment before, something that waited, and time to listen', () => {
    const sound = () => ended(delivered(there()));
    expect(run(sound(), { tenant: 'nobody' }).state).to.equal('incomplete');
    expect(run(sound(), { sentinel: 'a9' }).state).to.equal('incomplete');
    expect(run(sound(), { waiting: ['a9'] }).state).to.equal('incomplete');
    expect(run(sound(), { waiting: ['a3'] }).state).to.equal('incomplete');
    expect(run(sound(), { watch: 60_000 }).state).to.equal('incomplete');
    expect(run(ended(delivered(there({ machine: undefined })))).state).to.equal('incomplete');
    expect(runCheck('tenant-changed', sound().view(anchor - 1), ARGS).state).to.equal('incomplete');
  });
  it('does not count what was reported before the change as something that waited', () => {
    const story = Story.closed().after(1000).hook('install').after(400);
    story.see(enrolled({ agent: AGENT, tenant: undefined, relay: 'relay' }));
    story.see({ kind: 'cloud.tenant-opened', tenant: 'site-b' }).act('a1').after(300).report('a1');
    const since = story.after(2000).hook('set-tenant').n;
    ended(delivered(story.after(1000).see(enrolled()).after(100)));
    const args = { ...ARGS, waiting: ['a1'] };
    expect(runCheck('tenant-changed', story.view(since), args).state).to.equal('incomplete');
  });
});

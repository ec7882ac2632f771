import { describe, it } from 'node:test';
import { expect } from 'chai';
import { both } from '../../history/both.ts';
import type { Blame } from '../../history/events.ts';
import { labHealth } from './health.ts';
import { judgeScenario } from './testing-texts.ts';
import { inserted, Story, without } from './testing.ts';

const within = 2000;
/** A scenario in which one act is reported; `meanwhile` happens before the check, `afterwards` after it. */
function delivery({
  meanwhile = (story: Story) => story,
  afterwards = (story: Story) => story,
  reported = true,
} = {}): Story {
  const story = Story.closed().working();
  story.ask('enrolled', { within: 5000, via: 'relay' }, { since: story.n - 1, given: 'NET-01' });
  story.act('a1');
  const since = story.n;
  meanwhile(story.after(500));
  if (reported) story.report('a1');
  story.after(within).ask('detected', { act: 'a1', within }, { since });
  return afterwards(story).finish();
}
/** A scenario whose check rests on a whole record. */
function wire({ meanwhile = (story: Story) => story, afterwards = (story: Story) => story } = {}): Story {
  const story = Story.closed().working();
  const since = story.n;
  meanwhile(story.packet('relay')).endCapture();
  story.ask('wire-clean', { point: 'pc', allowed: ['relay', 'resolver'] }, { since });
  return afterwards(story).finish();
}

describe('judgeScenario', () => {
  it('passes with the reasons, measures and checks of what was asked', () => {
    const judgement = judgeScenario(delivery().events);
    expect(judgement).to.include({ verdict: 'pass', seconds: 4 });
    expect(judgement.reason.en).to.contain('Act a1 (T1204.002) was reported after 0.5 s');
    expect(judgement.measures.map((measure) => measure.name)).to.deep.equal(['detect.seconds']);
    expect(judgement.checks.map(({ check, role, state }) => [check, role, state])).to.deep.equal([
      ['enrolled', 'given', 'satisfied'],
      ['detected', 'then', 'satisfied'],
    ]);
  });

  it('fails when a Then does not hold, also when it was still undecided', () => {
    const judgement = judgeScenario(delivery({ reported: false }).events);
    expect(judgement).to.include({ verdict: 'fail' });
    expect(judgement.reason.en).to.contain('had not arrived within 2 s');
    expect(judgement).to.not.have.property('because');
  });

  it('names the root when a Given does not hold', () => {
    const story = Story.closed().after(1000).hook('install').after(9000);
    story.ask('enrolled', { within: 5000, via: 'relay' }, { since: story.n, given: 'NET-01' }).finish(false);
    expect(judgeScenario(story.events)).to.include({ verdict: 'fail', because: 'NET-01' });
  });

  it('follows what was decided before the start, or on the way', () => {
    const reason = both('because of this', 'この理由です。');
    for (const verdict of ['unsupported', 'not-observable', 'fail'] as const) {
      const story = Story.closed().see({ kind: 'applicability', verdict, reason }).finish(false);
      expect(judgeScenario(story.events)).to.deep.include({ verdict, reason });
    }
    const story = Story.closed().see({
      kind: 'applicability',
      verdict: 'inconclusive',
      reason,
    });
    expect(judgeScenario(story.events)).to.include({ verdict: 'inconclusive', blame: 'platform' });
  });

  it('is inconclusive when nothing was asked, or not everything could be', () => {
    const nothing = judgeScenario(Story.closed().working().finish().events);
    expect(nothing).to.include({ verdict: 'inconclusive', blame: 'harness' });
    const unfinished = delivery().events.slice(0, -1);
    expect(judgeScenario(unfinished).verdict).to.equal('inconclusive');
    expect(judgeScenario(unfinished).reason.en).to.equal('The scenario did not finish.');
    const begun = Story.closed().see({ kind: 'step', text: 'the product is installed' }).working().events;
    const step = begun.find(({ kind }) => kind === 'step')?.n;
    const decided = judgeScenario(begun).decidedBy?.events.map(({ event }) => event.n);
    expect(decided).to.deep.equal([step, begun.length]);
    const story = delivery();
    expect(
      judgeScenario([...story.events.slice(0, -1), ...new Story().finish(false).events]).reason.en,
    ).to.contain('before all of its steps');
  });

  it('is inconclusive when a check is unknown or was asked wrongly', () => {
    const ask = (check: string, args: Record<string, unknown>) =>
      judgeScenario(Story.closed().working().ask(check, args).finish().events);
    expect(ask('magic', {})).to.include({ verdict: 'inconclusive', blame: 'harness' });
    expect(ask('detected', { act: 1 })).to.include({ verdict: 'inconclusive', blame: 'harness' });
  });

  it('judges each check by what had happened when it was asked', () => {
    const late = delivery({ reported: false, afterwards: (story) => story.report('a1') });
    expect(judgeScenario(late.events).verdict).to.equal('fail');
  });

  it('remarks where the statement and the open control differ', () => {
    const story = Story.closed({ stimuli: ['log-line'] });
    const kinds = judgeScenario(story.events).findings.map((finding) => finding.kind);
    expect(kinds).to.deep.equal(['declared-stimulus-not-seen', 'undeclared-stimulus-seen']);
  });
});

const dead =
  (node: string, process: string, exit: number | null = 137) =>
  (story: Story) =>
    story.see({ kind: 'process.ended', node, process, exit, declared: false, stderr: 'killed\n' });

describe('a lab that dies', () => {
  const deaths: readonly (readonly [string, (story: Story) => Story, Blame])[] = [
    ['relay', dead('relay', 'squid'), 'relay'],
    ['cloud', dead('cloud', 'node'), 'cloud'],
    ['resolver', dead('gateway', 'dnsmasq'), 'resolver'],
    ['capture', dead('pc', 'tcpdump'), 'capture'],
    ['a process that the engine lost', dead('relay', 'squid', null), 'engine'],
    [
      'engine',
      (s) => s.see({ kind: 'lab.failed', blame: 'engine', what: 'act', cause: 'socket closed' }),
      'engine',
    ],
    ['stream', (s) => s.see({ kind: 'stream.gap', stream: 'cloud frames', expected: 4, got: 6 }), 'cloud'],
    ['unverified fault', (s) => s.see({ kind: 'fault.injected', fault: 'silent', target: 'relay' }), 'lab'],
    ['lossy capture', (s) => s.endCapture({ dropped: 3 }), 'capture'],
  ];
  for (const [name, death, blame] of deaths) {
    it(`is never charged to the product: ${name}`, () => {
      for (const reported of [true, false]) {
        const judgement = judgeScenario(delivery({ meanwhile: death, reported }).events);
        expect(judgement).to.include({ verdict: 'inconclusive', blame });
        expect(judgement.reason.en).to.contain('The lab was not sound');
      }
    });
  }

  it('makes nothing undone when it dies after the check, unless the check rests on a whole record', () => {
    const death = dead('relay', 'squid');
    expect(judgeScenario(delivery({ afterwards: death }).events).verdict).to.equal('pass');
    expect(judgeScenario(delivery({ afterwards: death, reported: false }).events).verdict).to.equal('fail');
    expect(judgeScenario(wire().events).verdict).to.equal('pass');
    expect(judgeScenario(wire({ afterwards: death }).events)).to.include({
      verdict: 'inconclusive',
      blame: 'relay',
    });
  });

  it('does not pass where a failed lab may have kept a check from being asked', () => {
    const failure = { kind: 'lab.failed', blame: 'engine', what: 'act', cause: 'gone' } as const;
    const story = Story.closed().working().act('a1');
    const since = story.n;
    story.report('a1').ask('detected', { act: 'a1', within }, { since }).see(failure);
    const stopped = [...story.events, ...new Story().see({ kind: 'scenario.finished', seconds: 1 }).events];
    expect(judgeScenario(stopped)).to.include({ verdict: 'inconclusive', blame: 'engine' });
    // Taking the lab down failed, but every step had been played before.
    expect(judgeScenario(story.finish(true).events).verdict).to.equal('pass');
  });

  it('is fine when ends are asked for, and faults are seen in force and gone', () => {
    const fault = { fault: 'silent', target: 'relay' };
    const meanwhile = (story: Story) =>
      story
        .see({ kind: 'fault.injected', ...fault })
        .see({ kind: 'fault.verified', ...fault, state: 'in-force', detail: '' })
        .see({ kind: 'fault.verified', ...fault, state: 'gone', detail: '' })
        .see({ kind: 'fault.healed', ...fault })
        .see({ kind: 'process.ended', node: 'relay', process: 'squid', exit: 0, declared: true, stderr: '' });
    expect(judgeScenario(delivery({ meanwhile }).events).verdict).to.equal('pass');
    const notGone = (story: Story) =>
      story
        .see({ kind: 'fault.injected', ...fault })
        .see({ kind: 'fault.verified', ...fault, state: 'in-force', detail: '' })
        .see({ kind: 'fault.healed', ...fault });
    expect(judgeScenario(delivery({ meanwhile: notGone }).events).reason.en).to.contain('never seen gone');
  });
});

describe('a network that is not proven closed', () => {
  it('makes everything inconclusive', () => {
    for (const probe of [{ blocked: false }, { arrivesInControl: false }]) {
      const judgement = judgeScenario(delivery({ meanwhile: (story) => story.closedProof(probe) }).events);
      expect(judgement).to.include({ verdict: 'inconclusive', blame: 'lab' });
    }
    const unproven = delivery().events.filter((event) => event.kind !== 'lab.closed');
    expect(labHealth(unproven)).to.include({ blame: 'lab' });
  });
  it('needs the proof from before the installation', () => {
    const { events } = delivery();
    const proof = events.find((event) => event.kind === 'lab.closed');
    const install = events.findIndex((event) => event.kind === 'hook.finished');
    if (!proof) throw new Error('the story has no proof of closure');
    const late = inserted(without(events, proof.n), install, proof);
    expect(late.filter((event) => event.kind === 'lab.closed')).to.have.length(1);
    expect(judgeScenario(late)).to.include({ verdict: 'inconclusive', blame: 'lab' });
    expect(labHealth(late)?.reason.en).to.contain('before the product was installed');
  });
});

describe('a host that stands still', () => {
  const stall =
    (ms: number, atEnd = false) =>
    (story: Story) =>
      (atEnd ? story.after(within - 400) : story).see({ kind: 'host.stalled', ms });
  const run = (meanwhile: (story: Story) => Story, reported = false) =>
    judgeScenario(delivery({ meanwhile, reported }).events);

  it('excuses a deadline that passed meanwhile', () => {
    expect(run(stall(700, true))).to.include({ verdict: 'inconclusive', blame: 'host' });
  });
  it('excuses a window of which it slept half', () => {
    const story = Story.closed().working().act('a1');
    const since = story.n;
    story.after(1200).see({ kind: 'host.stalled', ms: 1100 }).after(2000);
    story.ask('detected', { act: 'a1', within }, { since }).finish();
    expect(judgeScenario(story.events)).to.include({ verdict: 'inconclusive', blame: 'host' });
  });
  it('excuses a deadline that passed so close to it that nobody had looked yet', () => {
    // The report was there; it was read when the process ran again, a moment after the deadline.
    const late = (gap: number): ReturnType<typeof judgeScenario> => {
      const story = Story.closed().working().act('a1');
      const since = story.n;
      story
        .after(within - gap)
        .see({ kind: 'host.stalled', ms: 800 })
        .after(gap + 20)
        .report('a1');
      story.ask('detected', { act: 'a1', within }, { since }).finish();
      return judgeScenario(story.events);
    };
    expect(late(30)).to.include({ verdict: 'inconclusive', blame: 'host' });
    expect(late(900)).to.include({ verdict: 'fail', blame: 'product' });
  });
  it('excuses it also when it is seen only after the question', () => {
    const story = Story.closed().working().act('a1');
    const since = story.n;
    story.after(within + 3000).ask('detected', { act: 'a1', within }, { since });
    story.see({ kind: 'host.stalled', ms: 3500 }).finish(false);
    const { verdict, blame, decidedBy } = judgeScenario(story.events);
    expect([verdict, blame]).to.deep.equal(['inconclusive', 'host']);
    expect(decidedBy?.events.map(({ event }) => event.kind)).to.include.members([
      'act.started',
      'host.stalled',
    ]);
    expect(decidedBy?.deadline?.until).to.be.a('number');
  });
  it('excuses a hook that ran into its time limit meanwhile, and no other', () => {
    const hook = (stalled: number): ReturnType<typeof judgeScenario> => {
      const story = Story.closed().working();
      const since = story.n;
      story.after(2000).see({ kind: 'host.stalled', ms: stalled });
      story.after(3000).hook('uninstall', { outcome: 'timeout', exit: null, ms: 5000 });
      story.ask('removed', {}, { since }).finish();
      return judgeScenario(story.events);
    };
    expect(hook(600).verdict).to.equal('fail');
    const story = Story.closed().working();
    const since = story.n;
    story.after(5000).see({ kind: 'host.stalled', ms: 900 });
    story.hook('uninstall', { outcome: 'timeout', exit: null, ms: 5000 });
    expect(judgeScenario(story.ask('removed', {}, { since }).finish().events)).to.include({
      verdict: 'inconclusive',
      blame: 'host',
    });
  });
  it('names the stall that did it, not a later one', () => {
    const story = Story.closed().working().act('a1');
    const since = story.n;
    story.after(within).see({ kind: 'host.stalled', ms: 900 });
    const guilty = story.n;
    story.after(1).ask('detected', { act: 'a1', within }, { since }).after(9000);
    const { decidedBy, reason } = judgeScenario(story.see({ kind: 'host.stalled', ms: 700 }).finish().events);
    const stalls = decidedBy?.events.filter(({ event }) => event.kind === 'host.stalled');
    expect(stalls?.map(({ event }) => event.n)).to.deep.equal([guilty]);
    expect(reason.en).to.contain('900 ms');
  });
  it('excuses nothing else, and takes nothing away', () => {
    expect(run(stall(300)).verdict).to.equal('fail');
    expect(run(stall(700), true).verdict).to.equal('pass');
  });
});

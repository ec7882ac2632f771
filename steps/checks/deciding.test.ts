import { describe, it } from 'node:test';
import { expect } from 'chai';
import { both } from '../../history/both.ts';
import type { HistoryEvent } from '../../history/events.ts';
import { readHistory } from '../../history/reader.ts';
import { judgeScenario } from './testing-texts.ts';
import { inserted, Story, without } from './testing.ts';
import { ofKind } from './window.ts';

const within = 2000;
const fault = { fault: 'silent', target: 'relay' };

/** The kinds of the deciding events, in the order of the record. */
const kindsOf = (events: readonly HistoryEvent[]): string[] =>
  judgeScenario(events).decidedBy?.events.map(({ event }) => event.kind) ?? [];

/** Acts `a1` and `a2` are played while the relay is gone; `a1` is reported in time. */
function outage(late: (story: Story) => Story = (story) => story): Story {
  const story = Story.closed().working();
  story.see({ kind: 'fault.injected', ...fault }).see({
    kind: 'fault.verified',
    ...fault,
    state: 'in-force',
    detail: '',
  });
  story.act('a1').acted('a1').after(500).act('a2').acted('a2').after(500);
  story.see({ kind: 'fault.healed', ...fault }).see({
    kind: 'fault.verified',
    ...fault,
    state: 'gone',
    detail: '',
  });
  const since = story.n;
  late(story.after(500).report('a1').after(within));
  return story.ask('all-delivered', { acts: ['a1', 'a2'], within }, { since }).finish();
}

describe('what decided a verdict', () => {
  it('is nothing for a pass', () => {
    const story = Story.closed().working().act('a1');
    const since = story.n;
    story.after(100).report('a1').ask('detected', { act: 'a1', within }, { since }).finish();
    expect(judgeScenario(story.events)).to.not.have.any.keys('blame', 'decidedBy');
  });

  it('is the lost act, the loss of the relay, its return, the deadline and the question', () => {
    const { events } = outage();
    const { verdict, blame, decidedBy } = judgeScenario(events);
    expect({ verdict, blame }).to.deep.equal({ verdict: 'fail', blame: 'product' });
    expect(kindsOf(events)).to.deep.equal(['fault.verified', 'act.started', 'fault.verified', 'check']);
    const [gone, act, back] = decidedBy?.events ?? [];
    expect(act?.event).to.include({ act: 'a2' });
    expect(act?.seconds).to.equal((gone?.seconds ?? 0) + 0.5);
    expect(decidedBy?.deadline).to.deep.equal({
      from: back?.seconds,
      until: (back?.seconds ?? 0) + within / 1000,
    });
  });

  it('is the report as well that came too late', () => {
    const { events } = outage((story) => story.after(100).report('a2'));
    expect(kindsOf(events)).to.include('cloud.detection');
    expect(judgeScenario(events).decidedBy?.events.map(({ event }) => event)).to.deep.include(
      ofKind(events, 'cloud.detection').at(-1),
    );
  });

  it('is each change of the network once, however often it was changed', () => {
    const story = Story.closed().working();
    for (let i = 0; i < 20; i++)
      story
        .see({ kind: 'fault.injected', ...fault })
        .see({ kind: 'fault.verified', ...fault, state: 'in-force', detail: '' })
        .see({ kind: 'fault.verified', ...fault, state: 'gone', detail: '' });
    story.act('a1');
    const since = story.n;
    story
      .after(within + 1)
      .ask('detected', { act: 'a1', within }, { since })
      .finish();
    expect(kindsOf(story.events)).to.deep.equal(['fault.verified', 'fault.verified', 'act.started', 'check']);
  });

  it('is the hook that failed, also where it did not end in its time', () => {
    for (const outcome of ['failed', 'timeout'] as const) {
      const story = Story.closed().working();
      const since = story.n;
      story.after(6000).hook('uninstall', { outcome, exit: outcome === 'failed' ? 3 : null, ms: 5000 });
      story.ask('removed', { within: 5000 }, { since }).finish();
      const { decidedBy } = judgeScenario(story.events);
      expect(decidedBy?.events.map(({ event }) => event.kind)).to.deep.equal(['hook.finished', 'check']);
    }
  });

  it('is what was left behind, as it was read', () => {
    const story = Story.closed().state('processes', []).state('files', []).working();
    const since = story.n;
    story.hook('uninstall').state('processes', []).state('files', ['/opt/example/agent']);
    story.ask('removed', { within: 5000 }, { since }).finish();
    expect(judgeScenario(story.events).decidedBy?.events.map(({ event }) => event)).to.deep.include(
      story.events.findLast((event) => event.kind === 'endpoint.state'),
    );
  });

  it('is no more than a reader can take in', () => {
    const story = Story.closed().working();
    const acts = Array.from({ length: 30 }, (_, i) => `a${i}`);
    for (const act of acts) story.act(act);
    const since = story.n;
    story
      .after(within + 1)
      .ask('all-delivered', { acts, within }, { since })
      .finish();
    expect(kindsOf(story.events).length).to.be.within(5, 15);
  });

  it('is what the lab says of itself, with the blame that it gives', () => {
    const story = Story.closed().working().act('a1');
    const since = story.n;
    story.see({ kind: 'lab.failed', blame: 'cloud', what: 'the cloud', cause: 'gone' });
    const failed = story.n;
    story
      .after(within + 1)
      .ask('detected', { act: 'a1', within }, { since })
      .finish();
    const { blame, decidedBy } = judgeScenario(story.events);
    expect(blame).to.equal('cloud');
    expect(decidedBy?.events.map(({ event }) => event.n)).to.deep.equal([failed, story.n - 1]);
    expect(decidedBy).to.not.have.property('deadline');
  });

  it('is the end of a scenario in which not everything was asked, or its failure', () => {
    const story = Story.closed().working().finish(false);
    expect(kindsOf(story.events)).to.deep.equal(['scenario.finished']);
    const failed = Story.closed().working();
    failed.see({ kind: 'lab.failed', blame: 'engine', what: 'act', cause: 'gone' }).finish(false);
    expect(kindsOf(failed.events)).to.deep.equal(['lab.failed']);
  });

  it('is the decision before the start, by whoever is answerable for it', () => {
    const decided = (
      verdict: 'unsupported' | 'fail' | 'inconclusive' | 'not-observable',
      blame?: 'product',
    ) => {
      const reason = both('because of this', 'この理由です。');
      const story = Story.closed();
      story.see({ kind: 'applicability', verdict, reason, ...(blame ? { blame } : {}) }).finish(false);
      return [judgeScenario(story.events).blame, ...kindsOf(story.events)];
    };
    expect(decided('unsupported')).to.deep.equal(['product', 'applicability']);
    expect(decided('fail')).to.deep.equal(['product', 'applicability']);
    expect(decided('inconclusive')).to.deep.equal(['platform', 'baseline', 'applicability']);
    expect(decided('not-observable')).to.deep.equal(['harness', 'baseline', 'applicability']);
    expect(decided('not-observable', 'product')[0]).to.equal('product');
  });
});

describe('what decided the verdict of a recorded history', () => {
  const recorded = (name: string) =>
    readHistory(new URL(`${name}.recorded.ndjson`, import.meta.url).pathname);

  it('is the act whose report is taken out', async () => {
    const events = await recorded('det-03');
    const uids = new Map(
      [...Map.groupBy(ofKind(events, 'cloud.detection'), ({ uid }) => uid)].map(([uid, all]) => [
        uid,
        all.length,
      ]),
    );
    const once = ofKind(events, 'cloud.detection').findLast(({ uid }) => uids.get(uid) === 1);
    const act = ofKind(events, 'act.started').find(({ nonce }) => once?.body.includes(nonce));
    const { decidedBy, verdict } = judgeScenario(without(events, once?.n ?? 0));
    expect(verdict).to.equal('fail');
    expect(decidedBy?.events.map(({ event }) => (event.kind === 'act.started' ? event.act : ''))).to.include(
      act?.act,
    );
    expect(decidedBy?.events.map(({ event }) => event.kind)).to.include.members(['fault.verified', 'check']);
  });

  it('is the packet that leaked', async () => {
    const events = await recorded('net-03');
    const asked = ofKind(events, 'check').at(-1)?.n ?? 0;
    const leak = inserted(events, asked - 1, {
      kind: 'packet', point: 'pc', direction: 'out', protocol: 'udp', from: '10.91.0.12', to: '203.0.113.9', toPort: 53,
      peer: 'other', zone: 'closed', payload: 31,
    }); // prettier-ignore
    expect(judgeScenario(leak).decidedBy?.events.map(({ event }) => event)).to.deep.include(leak[asked - 1]);
  });
});

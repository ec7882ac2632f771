/** The accounts of detections: each once, at its time, in its order. */
import { describe, it } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Finding } from './finding.ts';
import { runCheck } from './testing-texts.ts';
import { AGENT, inTurn, nonceOf, Story } from './testing.ts';

const figure = (finding: Finding, name: string): unknown =>
  finding.measures.find((measure) => measure.name === name)?.value;

describe('exactly-once', () => {
  const args = { acts: ['a1', 'a2'], control: 'a0', fault: 'lost-ack', within: 5000, watch: 2000 };
  const RULE = 'T1204.002';
  const series = { uid: 'uid-series', analytic: 'a-series', body: `${nonceOf('a1')} ${nonceOf('a2')}` };
  /** The control, then a1 while the cloud fails; it comes back, and a2 is played. */
  function failing(hit = true, analytics: readonly string[] = [RULE]): { story: Story; back: number } {
    const story = Story.closed().working().act('a0').acted('a0').after(100);
    analytics.forEach((analytic, index) => story.report('a0', { uid: `a0-${index}`, analytic }));
    story.after(100);
    story
      .see({ kind: 'cloud.fault', fault: 'lost-ack', state: 'on' }, 'cloud')
      .act('a1')
      .acted('a1')
      .after(100);
    if (hit) story.see({ kind: 'cloud.fault', fault: 'lost-ack', state: 'hit' }, 'cloud').report('a1');
    story.after(100).see({ kind: 'cloud.fault', fault: 'lost-ack', state: 'off' }, 'cloud');
    return { story, back: story.n };
  }
  const ask = ({ story, back }: { story: Story; back: number }, later: number): Finding =>
    runCheck('exactly-once', story.view(back, story.now + later), args);

  it('is satisfied by the same uid again, and only after its time', () => {
    const played = failing();
    played.story.act('a2').acted('a2').after(100).report('a1', { copy: 2 }).report('a2');
    expect(ask(played, 0).state).to.equal('undecided');
    const finding = ask(played, 5000);
    expect(finding.state).to.equal('satisfied');
    expect(figure(finding, 'delivery.duplicated')).to.equal(1);
    expect(figure(finding, 'delivery.identities')).to.equal(2);
    expect(figure(finding, 'delivery.interrupted')).to.equal(1);
  });
  it('is violated by another uid, at once', () => {
    const played = failing();
    played.story.act('a2').acted('a2').after(100).report('a1', { uid: 'uid-other' });
    const finding = ask(played, 0);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('1 of 3 acts are at the cloud more than once').and.contain('a1');
  });
  it('allows as many findings of one act as the control made', () => {
    const two = failing(true, [RULE, RULE]);
    two.story.act('a2').acted('a2').after(100).report('a1', { uid: 'a1-second' }).report('a2');
    expect(ask(two, 5000).state).to.equal('satisfied');
    two.story.report('a1', { uid: 'a1-third' });
    expect(ask(two, 5000).state).to.equal('violated');
  });
  it('takes no finding for a copy that is of another kind than those of the control', () => {
    const played = failing();
    played.story.act('a2').acted('a2').after(100).report('a2').report('a2', series);
    const finding = ask(played, 5000);
    expect(finding.state, finding.reason.en).to.equal('satisfied');
    expect(figure(finding, 'delivery.identities')).to.equal(4);
    played.story.report('a2', { uid: 'a2-second' });
    const renamed = ask(played, 5000);
    expect(renamed.state).to.equal('violated');
    expect(renamed.reason.en).to.contain('1 of 3 acts').and.contain('a2').and.not.to.contain('a1');
  });
  it('is violated where the control comes again, whatever else was to be survived', () => {
    const { story, back } = failing(false);
    story.report('a1').act('a2').acted('a2').after(100).report('a2');
    const { acts, control, within, watch } = args;
    const restarted = { acts, control, within, watch };
    const asked = () => runCheck('exactly-once', story.view(back, story.now + 5000), restarted);
    expect(asked().state).to.equal('satisfied');
    const told = story.view(0).events.find((event) => event.kind === 'cloud.detection');
    story.report(args.control, {
      uid: 'control-again',
      ...(told?.kind === 'cloud.detection' ? { startTime: told.startTime } : {}),
    });
    expect(asked().reason.en).to.contain('1 of 3 acts').and.contain(args.control);
  });
  it('takes nothing for sent again that says that it was found after the start', () => {
    const { story, back } = failing(false);
    story.report('a1').after(2000);
    const started = story.now;
    story.act('a2').acted('a2').after(100).report('a2').report('a1', { uid: 'a1-found-by-a-scan' });
    const { acts, control, within, watch } = args;
    const asked = (more: object) =>
      runCheck('exactly-once', story.view(back, story.now + 5000), { acts, control, within, watch, ...more });
    expect(asked({ started }).state).to.equal('satisfied');
    expect(asked({}).state).to.equal('violated');
  });
  it('is violated by a finding of several acts that comes again', () => {
    const joined = failing();
    const body = `${nonceOf('a1')} ${nonceOf('a2')} joined`;
    joined.story.act('a2').acted('a2').after(100).report('a2', { uid: 'joined', body });
    expect(ask(joined, 5000).state).to.equal('satisfied');
    joined.story.report('a2', { uid: 'joined-again', body, startTime: joined.story.now });
    expect(ask(joined, 5000).state).to.equal('violated');
  });
  it('is violated by the same again, also of a kind that the control had not, and not by a word of a series', () => {
    const own = failing(true, ['other']);
    own.story.act('a2').acted('a2').after(100).report('a2');
    expect(ask(own, 5000).state).to.equal('satisfied');
    const [told] = own.story
      .view(0)
      .events.filter((event) => event.kind === 'cloud.detection')
      .slice(-1);
    own.story.report('a2', { uid: 'again', ...(told ? { startTime: told.startTime } : {}) });
    expect(ask(own, 5000).reason.en).to.contain('a2');
    const word = failing();
    word.story
      .act('a2')
      .acted('a2')
      .after(100)
      .report('a2')
      .report('a2', { ...series, analytic: RULE });
    expect(ask(word, 5000).state).to.equal('satisfied');
  });
  it('counts each kind by itself', () => {
    const two = failing(true, [RULE, RULE]);
    two.story.act('a2').acted('a2').after(100).report('a2', { uid: 'a2-first' }).report('a2', series);
    two.story.report('a2', { uid: 'a2-second' });
    expect(ask(two, 5000).state).to.equal('satisfied');
    two.story.report('a2', { uid: 'a2-third' });
    expect(ask(two, 5000).state).to.equal('violated');
    const sides = failing(true, [RULE, 'sha256-indicator']);
    sides.story.act('a2').acted('a2').after(100).report('a2');
    expect(ask(sides, 5000).state).to.equal('satisfied');
    sides.story.report('a2', { uid: 'a2-second' });
    expect(ask(sides, 5000).state).to.equal('violated');
  });
  it('blames nobody for the silence about an act that was not played to its end', () => {
    const played = failing();
    played.story.act('a2').acted('a2', 'unknown').after(100);
    const finding = ask(played, 6000);
    expect([finding.state, finding.blame]).to.deep.equal(['incomplete', 'host']);
    expect(finding.reason.en).to.contain('a2');
    played.story.report('a2');
    expect(ask(played, 6000).state).to.equal('satisfied');
  });
  it('waits for what is missing, then is violated', () => {
    const played = failing();
    played.story.act('a2').acted('a2').after(100);
    expect(ask(played, 0).state).to.equal('undecided');
    const finding = ask(played, 6000);
    expect(finding.state).to.equal('violated');
    expect(figure(finding, 'delivery.lost')).to.equal(1);
    expect(finding.missed).to.not.equal(undefined);
  });
  it('says nothing where nothing was interrupted, or the control was silent', () => {
    const quiet = failing(false);
    quiet.story.act('a2').acted('a2').after(100).report('a1').report('a2');
    expect(ask(quiet, 9000).state).to.equal('incomplete');
    const { story } = failing();
    const silent = runCheck('exactly-once', story.view(0, story.now + 9000), { ...args, control: 'a1' });
    expect(silent.state).to.equal('incomplete');
    expect(runCheck('exactly-once', story.view(0), { ...args, control: 'a9' }).blame).to.equal('harness');
  });
});

/** The relay is away while acts happen, then comes back. */
function outage(ids: readonly string[]): { story: Story; begun: Map<string, number>; back: number } {
  const story = Story.closed().working().after(100);
  const begun = inTurn(story, ids);
  story.after(5000).see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
  return { story, begun, back: story.n };
}

describe('time-of-act', () => {
  const args = { acts: ['a1', 'a2'], within: 5000, tolerance: 1000 };
  it('is satisfied by the time of the act, also to the second', () => {
    const { story, begun, back } = outage(args.acts);
    story.after(100);
    for (const id of args.acts)
      story.report(id, { startTime: Math.floor((begun.get(id) ?? 0) / 1000) * 1000 });
    const finding = runCheck('time-of-act', story.view(back), args);
    expect(finding.state, finding.reason.en).to.equal('satisfied');
  });
  it('is violated by the time of sending', () => {
    const { story, begun, back } = outage(args.acts);
    story
      .after(100)
      .report('a1', { startTime: begun.get('a1') ?? 0 })
      .report('a2');
    const finding = runCheck('time-of-act', story.view(back), args);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('1 of 2 reports').and.contain('a2');
  });
  /** Three acts, each told by itself, and one finding that names them all and has the time that `time` makes of them. */
  const inSeries = (time: (begun: readonly number[]) => number): Finding => {
    const acts = ['a1', 'a2', 'a3'];
    const story = Story.closed().working().after(100);
    const begun = acts.map((id) => {
      story.after(3000).act(id).after(LASTING).acted(id);
      return story.now - LASTING;
    });
    story.after(5000).see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
    const back = story.n;
    acts.forEach((id, index) => story.after(100).report(id, { startTime: begun[index] ?? 0 }));
    const body = JSON.stringify(acts.map(nonceOf));
    story.report('a3', { uid: 'uid-series', analytic: 'a-series', body, startTime: time(begun) });
    return runCheck('time-of-act', story.view(back), { ...args, acts });
  };
  const LASTING = 200;
  it('is satisfied by a finding of several acts with the time of any of them', () => {
    for (const index of [0, 1, 2]) {
      const finding = inSeries((begun) => begun[index] ?? 0);
      expect(finding.state, finding.reason.en).to.equal('satisfied');
      expect(figure(finding, 'occurrence.off')).to.equal(0);
    }
    const brink = args.tolerance;
    expect(inSeries(([first = 0]) => first - brink).state).to.equal('satisfied');
    expect(inSeries((begun) => (begun[2] ?? 0) + LASTING + brink).state).to.equal('satisfied');
  });
  it('is violated by one with a time before the first of them, or after the end of the last', () => {
    const over = args.tolerance + 1;
    expect(inSeries(([first = 0]) => first - over).state).to.equal('violated');
    expect(inSeries((begun) => (begun[2] ?? 0) + LASTING + over).state).to.equal('violated');
  });
  it('waits for all of them', () => {
    const { story, begun, back } = outage(args.acts);
    story.after(100).report('a1', { startTime: begun.get('a1') ?? 0 });
    expect(runCheck('time-of-act', story.view(back), args).state).to.equal('undecided');
    expect(runCheck('time-of-act', story.view(back, story.now + 9000), args).state).to.equal('violated');
  });
  it('says nothing if reports came too soon for the two times to differ', () => {
    const story = Story.closed().working().after(100);
    const begun = inTurn(story, args.acts);
    for (const id of args.acts) story.report(id, { startTime: begun.get(id) ?? 0 });
    expect(runCheck('time-of-act', story.view(story.n - 3), args).state).to.equal('incomplete');
  });
  it('goes by the clock of the host of the lab', () => {
    const { story, begun, back } = outage(args.acts);
    const ahead = 60_000;
    story
      .after(100)
      .see({ kind: 'cloud.heartbeat', agent: AGENT, via: 'relay' }, 'cloud', story.now + ahead - 3);
    for (const id of args.acts) story.report(id, { startTime: (begun.get(id) ?? 0) + ahead });
    expect(runCheck('time-of-act', story.view(back), args).state).to.equal('satisfied');
  });
});

describe('in-order', () => {
  const ids = ['a1', 'a2', 'a3'];
  const ask = (
    arrivals: readonly string[],
    order: string,
    rest: (id: string, begun: number) => Parameters<Story['report']>[1] = (_, begun) => ({
      startTime: begun,
    }),
  ): Finding => {
    const { story, begun, back } = outage(ids);
    story.after(100);
    for (const id of arrivals) story.report(id, rest(id, begun.get(id) ?? 0));
    return runCheck('in-order', story.view(back, story.now + 9000), { acts: ids, within: 5000, order });
  };
  it('is satisfied by the stated order', () => {
    expect(ask(['a1', 'a2', 'a3'], 'oldest-first').state).to.equal('satisfied');
    expect(ask(['a3', 'a2', 'a1'], 'newest-first').state).to.equal('satisfied');
    expect(ask(['a2', 'a3', 'a1'], 'none').state).to.equal('satisfied');
  });
  it('is violated by another one', () => {
    const finding = ask(['a3', 'a2', 'a1'], 'oldest-first');
    expect(finding.state).to.equal('violated');
    expect(figure(finding, 'delivery.reordered')).to.equal(2);
    expect(ask(['a1', 'a2', 'a3'], 'newest-first').state).to.equal('violated');
    expect(ask(['a1', 'a3', 'a2'], 'oldest-first').state).to.equal('violated');
  });
  it('is violated if times are alike, unless they are numbered', () => {
    const alike = ask(ids, 'oldest-first', () => ({ startTime: 5 }));
    expect(alike.state).to.equal('violated');
    expect(alike.reason.en).to.contain('cannot be told');
    const numbered = ask(ids, 'oldest-first', (id) => ({
      startTime: 5,
      body: JSON.stringify({ title: nonceOf(id), metadata: { sequence: Number(id.slice(1)) } }),
    }));
    expect(numbered.state).to.equal('satisfied');
    expect(figure(numbered, 'order.rebuilt-by')).to.equal('sequence');
  });
  /** Made and sent as a1, a3, a2, and numbered so. */
  const numberedAsMade = (order: string, startTime: (begun: number) => number): Finding => {
    let sequence = 0;
    return ask(['a1', 'a3', 'a2'], order, (id, begun) => ({
      startTime: startTime(begun),
      body: JSON.stringify({ title: nonceOf(id), metadata: { sequence: ++sequence } }),
    }));
  };
  it('goes by the times where the numbers are those of making and sending', () => {
    const finding = numberedAsMade('none', (begun) => begun);
    expect(finding.state, finding.reason.en).to.equal('satisfied');
    expect(figure(finding, 'order.rebuilt-by')).to.equal('start-time');
    expect(numberedAsMade('oldest-first', (begun) => begun).reason.en).to.contain(
      'did not come oldest first',
    );
  });
  it('is violated where neither the numbers nor the times have the order', () => {
    for (const time of [() => 5, (begun: number) => -begun]) {
      const finding = numberedAsMade('none', time);
      expect(finding.state).to.equal('violated');
      expect(finding.reason.en).to.contain('cannot be told');
      expect(figure(finding, 'order.rebuilt-by')).to.equal('nothing');
    }
  });
  it('is violated if one is missing', () => {
    expect(ask(['a1', 'a2'], 'none').state).to.equal('violated');
  });
});

describe('the account', () => {
  it('counts what was overtaken in any order of arrival', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['a1', 'a2', 'a3', 'a4'], { minLength: 4 }), (arrivals) => {
        const { story, begun, back } = outage(['a1', 'a2', 'a3', 'a4']);
        story.after(100);
        for (const id of arrivals) story.report(id, { startTime: begun.get(id) ?? 0 });
        const args = { acts: ['a1', 'a2', 'a3', 'a4'], within: 5000, order: 'oldest-first' };
        const { state } = runCheck('in-order', story.view(back), args);
        expect(state).to.equal(arrivals.join() === 'a1,a2,a3,a4' ? 'satisfied' : 'violated');
      }),
    );
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { Finding } from './finding.ts';
import { runCheck } from './testing-texts.ts';
import { AGENT, inTurn, nonceOf, Story } from './testing.ts';

const figure = (finding: Finding, name: string): unknown =>
  finding.measures.find((measure) => measure.name === name)?.value;

describe('overflow-announced', () => {
  const ids = ['a1', 'a2', 'a3', 'a4'];
  const args = { acts: ids, keeps: 2, overflow: 'drop-oldest', within: 5000 };
  const beat = (story: Story, dropped: number): Story =>
    story.see({ kind: 'cloud.heartbeat', agent: AGENT, via: 'relay', queued: 0, dropped }, 'cloud');
  /** `unended`: the act that was not played to its end */
  function full(kept: readonly string[], dropped: number, unended = ''): { story: Story; back: number } {
    const story = beat(Story.closed().working(), 7).after(100);
    for (const id of ids)
      if (id === unended) story.act(id).after(200).acted(id, 'unknown').after(100);
      else inTurn(story, [id]);
    story.see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
    const back = story.n;
    story.after(100);
    for (const id of kept) story.report(id);
    return { story: beat(story, dropped), back };
  }
  const ask = ({ story, back }: { story: Story; back: number }, later = 0): Finding =>
    runCheck('overflow-announced', story.view(back, story.now + later), args);

  it('is satisfied by the number of what is missing, counted from before', () => {
    const finding = ask(full(['a3', 'a4'], 9));
    expect(finding.state).to.equal('satisfied');
    expect(figure(finding, 'overflow.lost')).to.equal(2);
    expect(figure(finding, 'overflow.announced')).to.equal(2);
    expect(finding.findings).to.deep.equal([]);
  });
  it('has nothing to say where all of it was kept, unless that was what is asked or declared', () => {
    const { story, back } = full(ids, 7);
    const asked = (more: object) => runCheck('overflow-announced', story.view(back), { ...args, ...more });
    expect(asked({}).state).to.equal('incomplete');
    expect(asked({ mayKeepAll: true }).state).to.equal('satisfied');
    expect(asked({ overflow: 'block' }).state).to.equal('satisfied');
  });
  it('waits for it, then is violated', () => {
    expect(ask(full(['a3', 'a4'], 8)).state).to.equal('undecided');
    const silent = ask(full(['a3', 'a4'], 7), 9000);
    expect(silent.state).to.equal('violated');
    expect(silent.reason.en).to.contain('2 of 4 acts were lost').and.contain('told the cloud of 0');
  });
  /** Nothing told at first; what is said `ms` after the return of the relay, where the number has 3 s more. */
  const later = ({ story, back }: { story: Story; back: number }, ms: number): Finding => {
    const now = (story.events[back - 1]?.t ?? 0) + ms;
    return runCheck('overflow-announced', story.view(back, now), { ...args, announce: 3000 });
  };
  it('waits for a heartbeat that comes later than the reports, then is violated', () => {
    const silent = full(['a3', 'a4'], 7);
    expect([5001, 8000].map((ms) => later(silent, ms).state)).to.deep.equal(['undecided', 'undecided']);
    const finding = later(silent, 8001);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('within 8 s').and.contain('told the cloud of 0');
    const from = silent.story.events[silent.back - 1]?.t ?? 0;
    expect(finding.missed).to.deep.equal({ from, until: from + 8000 });
  });
  it('is satisfied by the number in that heartbeat, and reports have no more time for it', () => {
    const told = full(['a3', 'a4'], 7);
    told.story.after(5900).report('a2').after(2000);
    expect(later(told, 8000).state).to.equal('undecided');
    beat(told.story, 9);
    const finding = later(told, 8000);
    expect(finding.state).to.equal('satisfied');
    expect(figure(finding, 'overflow.lost')).to.equal(2);
    const late = full(['a3', 'a4'], 7);
    beat(late.story.after(7901), 9);
    expect(later(late, 8001).state).to.equal('violated');
  });
  it('blames nobody for the silence about an act that was not played to its end', () => {
    const finding = ask(full(['a3', 'a4'], 9, 'a1'), 9000);
    expect([finding.state, finding.blame]).to.deep.equal(['incomplete', 'host']);
    expect(finding.reason.en).to.contain('a1');
    expect(ask(full(['a3', 'a4'], 9, 'a4'), 9000).state).to.equal('satisfied');
  });
  it('says nothing if nothing was lost', () => {
    expect(ask(full(ids, 9), 9000).state).to.equal('incomplete');
  });
  it('remarks that others are missing than the statement says', () => {
    expect(ask(full(['a1', 'a2'], 9)).findings?.map(({ kind }) => kind)).to.deep.equal([
      'overflow-not-as-declared',
    ]);
  });
});

describe('detections-outlive', () => {
  const args = { acts: ['a1'], events: 'e1', count: 3, sentinel: 'e2', within: 5000, logged: 5000 };
  function flooded(
    reported: boolean,
    logged: readonly number[],
    sentinel = true,
  ): { story: Story; back: number } {
    const story = Story.closed().working();
    inTurn(story, ['a1', 'e1']);
    story.see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
    const back = story.n;
    story.act('e2').after(100);
    if (reported) story.report('a1');
    for (const number of logged) story.telemetry('e1', { body: `true ${nonceOf('e1')}-000${number}` });
    if (sentinel) story.telemetry('e2', { body: `true ${nonceOf('e2')}-0001` });
    return { story, back };
  }
  const ask = ({ story, back }: { story: Story; back: number }, later = 0): Finding =>
    runCheck('detections-outlive', story.view(back, story.now + later), args);

  it('is satisfied if events are missing and attacks are not', () => {
    const finding = ask(flooded(true, [2, 3]));
    expect(finding.state).to.equal('satisfied');
    expect(figure(finding, 'events.lost')).to.equal(1);
  });
  it('is violated by an attack that is missing, when its time is over', () => {
    expect(ask(flooded(false, [2, 3])).state).to.equal('undecided');
    expect(ask(flooded(false, [2, 3]), 9000).state).to.equal('violated');
  });
  it('says nothing if no event is missing, or the log has not come yet', () => {
    expect(ask(flooded(true, [1, 2, 3])).state).to.equal('incomplete');
    expect(ask(flooded(true, [], false)).state).to.equal('undecided');
    expect(ask(flooded(true, [], false), 9000).state).to.equal('incomplete');
  });
  it('needs acts that were played', () => {
    const { story } = flooded(true, []);
    for (const changes of [{ events: 'e9' }, { sentinel: 'e9' }])
      expect(runCheck('detections-outlive', story.view(0), { ...args, ...changes }).state).to.equal(
        'incomplete',
      );
  });
});

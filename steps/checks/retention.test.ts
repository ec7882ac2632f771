import { expect } from 'chai';
import { describe, it } from 'node:test';
import type { HistoryEvent, Measure } from '../../history/events.ts';
import type { Finding } from './finding.ts';
import { AGENT, inserted, nonceOf, Story, without } from './testing.ts';
import { judgeScenario, runCheck } from './testing-texts.ts';
import { ofKind } from './window.ts';

const ARGS = { act: 'a1', days: 30, margin: 1 };
const asked = (story: Story): Finding => runCheck('kept-as-declared', story.view(0), ARGS);
const bounds = ({ measures }: { measures: readonly Measure[] }) =>
  measures.map(
    ({ name, value, unit, declared }) => `${name} ${String(value)} ${unit} of ${String(declared)}`,
  );

/** One act is logged, and others after it as time goes on. */
const logged = (): Story =>
  Story.closed().working().act('a1').acted('a1').after(500).telemetry('a1').after(20);

interface Found {
  readonly old: boolean;
  /** the entry that has come just now; absent: none has come */
  readonly recent?: boolean;
  readonly crowdedOut?: number;
  readonly agent?: string;
}
let acts = 1;
/** So many days later another act is logged, and both are looked up. */
function later(story: Story, days: number, { old, recent, crowdedOut = 0, agent = AGENT }: Found): Story {
  if (days > 0) story.see({ kind: 'cloud.log-aged', days }, 'cloud').after(10);
  const act = `a${++acts}`;
  if (recent !== undefined) story.act(act).acted(act).after(500).telemetry(act).after(20);
  const found = { [nonceOf('a1')]: old ? 1 : 0, [nonceOf(act)]: recent === true ? 1 : 0 };
  return story.see({ kind: 'cloud.log-read', agent, entries: 5, found, crowdedOut }, 'cloud').after(10);
}
const THERE = { old: true, recent: true };
const GONE = { old: false, recent: true };
const kept = (): Story => later(later(later(logged(), 0, THERE), 29, THERE), 2, GONE);

describe('kept-as-declared', () => {
  it('is satisfied by a log that is there until the end and gone after it', () => {
    const finding = asked(kept());
    expect(finding.state).to.equal('satisfied');
    expect(bounds(finding)).to.deep.equal(['log.kept 29 days of 30', 'log.gone 31 days of 30']);
  });

  it('is violated by one that is gone before its time', () => {
    const finding = asked(later(later(later(logged(), 0, THERE), 29, GONE), 2, GONE));
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('less than the 30 days').and.to.contain('gone 29 days after');
    expect(finding.reason.ja).to.contain('短く');
    expect(bounds(finding)).to.deep.equal(['log.kept 0 days of 30', 'log.gone 29 days of 30']);
  });

  it('is violated by one that is there after its time', () => {
    const finding = asked(later(later(later(logged(), 0, THERE), 29, THERE), 2, THERE));
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('longer than the 30 days').and.to.contain('still there 31 days');
    expect(finding.reason.ja).to.contain('長く');
    expect(bounds(finding)).to.deep.equal(['log.kept 31 days of 30']);
  });

  it('does not take an empty store, or a reading that does not work, for a deletion', () => {
    const empty = asked(later(later(logged(), 29, THERE), 2, { old: false, recent: false }));
    expect(empty).to.include({ state: 'incomplete', blame: 'cloud' });
    expect(empty.reason.en).to.contain('could not be looked up');
    const unproven = asked(later(later(logged(), 29, THERE), 2, { old: false }));
    expect(unproven).to.include({ state: 'incomplete', blame: 'cloud' });
  });

  it('does not take an entry from before for one that has just come', () => {
    const story = logged().act('b').acted('b').telemetry('b').see({ kind: 'cloud.log-aged', days: 31 });
    const found = { [nonceOf('a1')]: 0, [nonceOf('b')]: 1 };
    story.see({ kind: 'cloud.log-read', agent: AGENT, entries: 1, found, crowdedOut: 0 });
    expect(asked(story).state).to.equal('incomplete');
  });

  it('does not hold against the product what its mock had no room for', () => {
    const finding = asked(later(later(logged(), 29, THERE), 2, { ...GONE, crowdedOut: 7 }));
    expect(finding).to.include({ state: 'incomplete', blame: 'cloud' });
    expect(finding.reason.en).to.contain('no room for 7');
  });

  it('wants both sides of the end to have been looked at, in the log of that agent', () => {
    for (const story of [
      logged(),
      later(logged(), 29, THERE),
      later(logged(), 31, GONE),
      later(later(logged(), 10, THERE), 21, GONE),
      later(later(logged(), 29, THERE), 60, GONE),
      later(later(logged(), 29, THERE), 2, { ...GONE, agent: 'somebody' }),
    ])
      expect(asked(story)).to.include({ state: 'incomplete', blame: 'harness' });
  });

  it('counts the time that has really passed, too', () => {
    const story = later(logged(), 29, THERE).after(2 * 86_400_000);
    expect(bounds(asked(later(story, 0, GONE)))).to.deep.include('log.gone 31 days of 30');
  });

  it('says nothing of an act that was not played, or whose entry never came', () => {
    expect(asked(Story.closed().working()).state).to.equal('incomplete');
    expect(asked(Story.closed().working().act('a1').acted('a1')).reason.en).to.contain('No log entry');
  });
});

describe('a history of a log that grew old', () => {
  const whole = kept().ask('kept-as-declared', ARGS).finish().events;
  const verdict = (events: readonly HistoryEvent[]): string => judgeScenario(events).verdict;
  const reads = ofKind(whole, 'cloud.log-read');
  const ages = ofKind(whole, 'cloud.log-aged');
  const changed = (n: number, old: boolean): HistoryEvent[] =>
    whole.map((event) =>
      event.n === n && event.kind === 'cloud.log-read'
        ? { ...event, found: { ...event.found, [nonceOf('a1')]: old ? 1 : 0 } }
        : event,
    );

  it('passes, and is judged from the record alone', () => {
    expect(verdict(whole)).to.equal('pass');
  });
  it('fails if any one reading had found something else', () => {
    const [first, before, after] = reads;
    expect([first, before, after].map((read) => read && verdict(changed(read.n, false)))).to.deep.equal([
      ...['fail', 'fail', 'pass'],
    ]);
    expect(verdict(changed(after?.n ?? 0, true))).to.equal('fail');
  });
  it('is inconclusive without a reading at the end, or without what shows that reading works', () => {
    for (const read of reads.slice(1)) expect(verdict(without(whole, read.n))).to.equal('inconclusive');
    const control = ofKind(whole, 'cloud.telemetry').at(-1);
    expect(verdict(without(whole, control?.n ?? 0))).to.equal('inconclusive');
  });
  it('fails if the log was not as old, or older, than it was thought to be', () => {
    expect(ages).to.have.length(2);
    // Gone after 2 days, or gone before 30 of 29.
    for (const { n } of ages) expect(verdict(without(whole, n))).to.equal('fail');
    const older = inserted(whole, reads[0]?.n ?? 0, { kind: 'cloud.log-aged', days: 5 });
    expect(verdict(older)).to.equal('fail');
  });
});

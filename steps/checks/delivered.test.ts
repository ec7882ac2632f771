import { describe, it } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Finding } from './finding.ts';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const figure = (finding: Finding, name: string): unknown =>
  finding.measures.find((measure) => measure.name === name)?.value;

/** How one act fares: after how many ms its report arrives each time; none: lost. */
const Fate = fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 4 });

function played(fates: readonly (readonly number[])[]): Story {
  const story = Story.closed().working();
  fates.forEach((_, index) => story.act(`a${index}`));
  const arrivals = fates
    .flatMap((times, index) => times.map((at) => ({ at, act: `a${index}` })))
    .sort((a, b) => a.at - b.at);
  const begun = story.now;
  const copies = new Map<string, number>();
  for (const { at, act } of arrivals) {
    const copy = (copies.get(act) ?? 0) + 1;
    copies.set(act, copy);
    story.after(begun + at - story.now).report(act, { copy });
  }
  return story;
}
const ids = (fates: readonly unknown[]): string[] => fates.map((_, index) => `a${index}`);

describe('all-delivered', () => {
  it('names a few of many that are lost, and counts them all', () => {
    const fates = Array.from({ length: 9 }, () => []);
    const story = played(fates);
    const { reason } = runCheck('all-delivered', story.view(0, story.now + 20_000), {
      acts: ids(fates),
      within: 10_000,
    });
    expect(reason.en).to.match(/^9 of 9 acts .*: a0 \([^)]+\), .*a4 \([^)]+\) and 4 more\.$/);
    expect(reason.ja).to.match(/ほか4件。$/);
  });
  it('counts what was injected, delivered, lost and duplicated exactly, in any order', () => {
    fc.assert(
      fc.property(fc.array(Fate, { minLength: 1, maxLength: 12 }), (fates) => {
        const story = played(fates);
        const lost = fates.filter((times) => times.length === 0).length;
        const view = story.view(0, story.now + 20_000);
        const finding = runCheck('all-delivered', view, { acts: ids(fates), within: 10_000 });
        expect(finding.state).to.equal(lost === 0 ? 'satisfied' : 'violated');
        expect(figure(finding, 'delivery.injected')).to.equal(fates.length);
        expect(figure(finding, 'delivery.delivered')).to.equal(fates.length - lost);
        expect(figure(finding, 'delivery.lost')).to.equal(lost);
        const arrivals = fates.flat().length;
        expect(figure(finding, 'delivery.duplicated')).to.equal(arrivals - (fates.length - lost));
        const firsts = fates
          .flatMap((times) => (times.length > 0 ? [Math.min(...times)] : []))
          .sort((a, b) => a - b);
        if (firsts.length > 0)
          expect(figure(finding, 'delivery.p95')).to.equal(
            firsts[Math.ceil(firsts.length * 0.95) - 1]! / 1000,
          );
      }),
    );
  });

  it('counts the deadline from the anchor and says what is missing', () => {
    const story = Story.closed().working().act('a1').act('a2').after(60_000);
    story.see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
    const since = story.n;
    story.after(800).report('a1');
    const args = { acts: ['a1', 'a2'], within: 3000 };
    expect(runCheck('all-delivered', story.view(since), args).state).to.equal('undecided');
    const finding = runCheck('all-delivered', story.view(since, story.now + 9000), args);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('1 of 2 acts').and.contain('a2 (T1204.002)');
    expect(runCheck('all-delivered', story.report('a2').view(since), args).state).to.equal('satisfied');
  });

  it('measures from the anchor what is older than it, and the rest from the act', () => {
    const story = Story.closed().working().act('a1').after(60_000);
    story.see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
    const since = story.n;
    story.after(300).report('a1').after(5000).act('a2').after(100).report('a2');
    const args = { acts: ['a1', 'a2'], within: 9000 };
    const finding = runCheck('all-delivered', story.view(since), args);
    expect(figure(finding, 'delivery.p50')).to.equal(0.1);
    expect(figure(finding, 'delivery.p95')).to.equal(0.3);
  });

  it('counts reports from before the anchor', () => {
    const story = Story.closed().working().act('a1').report('a1').after(50);
    story.see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
    expect(runCheck('all-delivered', story.view(story.n), { acts: ['a1'], within: 10 }).state).to.equal(
      'satisfied',
    );
  });

  it('blames nobody for the silence about an act that was not played to its end', () => {
    const story = Story.closed().working().act('a1').acted('a1').act('a2').acted('a2', 'unknown');
    story.after(100).report('a1');
    const args = { acts: ['a1', 'a2'], within: 3000 };
    const finding = runCheck('all-delivered', story.view(0, story.now + 9000), args);
    expect([finding.state, finding.blame]).to.deep.equal(['incomplete', 'host']);
    expect(finding.reason.en).to.contain('a2 (T1204.002)');
    const told = story.report('a2').view(0, story.now + 9000);
    expect(runCheck('all-delivered', told, args).state).to.equal('satisfied');
  });

  it('has no answer without acts', () => {
    const story = Story.closed().working();
    expect(runCheck('all-delivered', story.view(0), { acts: ['a1'], within: 10 }).state).to.equal(
      'incomplete',
    );
    expect(runCheck('all-delivered', story.view(0), { acts: [], within: 10 }).state).to.equal('incomplete');
  });
});

describe('each-in-time', () => {
  const args = { acts: ['a1', 'a2'], within: 1000 };

  it('gives each act its own deadline', () => {
    const story = Story.closed()
      .working()
      .act('a1')
      .after(900)
      .report('a1')
      .after(5000)
      .act('a2')
      .after(900)
      .report('a2');
    const finding = runCheck('each-in-time', story.view(0), args);
    expect(finding.state).to.equal('satisfied');
    expect(figure(finding, 'delivery.p50')).to.equal(0.9);
  });
  it('waits for the last, and says no as soon as one is overdue', () => {
    const story = Story.closed().working().act('a1').after(900).act('a2');
    expect(runCheck('each-in-time', story.view(0), args).state).to.equal('undecided');
    expect(runCheck('each-in-time', story.view(0, story.now + 101), args).state).to.equal('violated');
    const late = story.after(200).report('a1').report('a2');
    expect(runCheck('each-in-time', late.view(0), args).reason.en).to.contain('1 of 2 acts');
  });
  it('blames nobody for the silence about an act that was not played to its end', () => {
    const story = Story.closed().working().act('a1').acted('a1').report('a1');
    story.act('a2').after(200).acted('a2', 'unknown').after(100);
    const finding = runCheck('each-in-time', story.view(0, story.now + 9000), args);
    expect([finding.state, finding.blame]).to.deep.equal(['incomplete', 'host']);
    expect(finding.reason.en).to.contain('a2 (T1204.002)');
    const told = story.report('a2').view(0, story.now + 9000);
    expect(runCheck('each-in-time', told, args).state).to.equal('satisfied');
  });
  it('blames nobody either while a later one has its time yet', () => {
    const story = Story.closed().working().act('a1').after(200).acted('a1', 'unknown').after(900);
    story.act('a2').acted('a2');
    const finding = runCheck('each-in-time', story.view(0, story.now + 200), args);
    expect([finding.state, finding.blame]).to.deep.equal(['incomplete', 'host']);
  });
});

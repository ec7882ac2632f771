import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const EDR = 'edr.cloud.test:443';
const CDN = 'cdn.cloud.test:443';
const ARGS = {
  within: 2000,
  tried: [
    { destination: EDR, act: 'a1', needed: true },
    { destination: CDN, act: 'a2', needed: false },
  ],
};
const allow = (story: Story, ...destinations: string[]) =>
  story.see({
    kind: 'relay.changed',
    relay: 'relay',
    what: 'allowlist',
    detail: destinations.join(', ') || 'empty',
  });

/** Each is taken away for an act; `reported` says which acts are reported meanwhile. */
function taken(...reported: string[]): Story {
  const story = Story.closed().working();
  const play = (act: string): void => {
    story.after(10).act(act).acted(act).after(500);
    if (reported.includes(act)) story.report(act);
    story.after(2000);
  };
  allow(story, CDN);
  play('a1');
  allow(story, EDR);
  play('a2');
  return allow(story, EDR, CDN).after(10);
}
const run = (story: Story, args = ARGS) => runCheck('minimal-allowlist', story.view(0), args);

describe('minimal-allowlist', () => {
  it('tells what is needed from what is not', () => {
    const finding = run(taken('a2'));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures.map(({ value }) => value)).to.deep.equal([EDR, CDN]);
    expect(finding.findings).to.deep.equal([]);
  });
  it('is violated when reports stop without a destination that is not declared for them', () => {
    const finding = run(taken());
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain(`stopped without ${CDN}`);
  });
  it('finds a destination that is declared for reports and not needed', () => {
    expect(run(taken('a1', 'a2')).findings?.map(({ kind }) => kind)).to.deep.equal([
      'destination-not-needed',
    ]);
  });
  it('counts a report only within its time', () => {
    const story = taken();
    expect(run(story.report('a2')).state).to.equal('violated');
  });
  it('does not pass when the destination was there, or back too soon', () => {
    expect(
      run(Story.closed().working().act('a1').acted('a1').act('a2').acted('a2').after(9000)).state,
    ).to.equal('incomplete');
    const soon = allow(Story.closed().working(), CDN).act('a1').acted('a1').after(500);
    allow(soon, EDR, CDN).after(5000);
    const [first] = ARGS.tried;
    expect(run(soon, { ...ARGS, tried: first ? [first] : [] }).state).to.equal('incomplete');
    expect(run(Story.closed().working()).state).to.equal('incomplete');
  });
});

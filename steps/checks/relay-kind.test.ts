import { describe, it } from 'node:test';
import { expect } from 'chai';
import { both } from '../../history/both.ts';
import { judgeScenario, runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const args = { kind: 'digest', declared: true, within: 5000 };
const installed = () => Story.closed().after(1000).hook('install');
const run = (story: Story, declared: boolean) =>
  runCheck('relay-kind', story.view(story.events.findLast((e) => e.kind === 'hook.finished')?.n ?? 0), {
    ...args,
    declared,
  });

describe('relay-kind', () => {
  it('records a declared kind as working or broken', () => {
    expect(run(installed().after(400).enrol(), true)).to.include({ state: 'satisfied' });
    expect(run(installed().after(4000), true).state).to.equal('undecided');
    const broken = run(installed().after(6000), true);
    expect(broken.state).to.equal('violated');
    expect(broken.measures[0]?.value).to.equal('digest: broken');
    expect(run(installed().after(5500).enrol().after(1000), true).state).to.equal('violated');
  });
  it('does not take another way for it', () => {
    expect(run(installed().after(400).enrol('direct').after(6000), true).state).to.equal('violated');
  });
  it('finds an undeclared kind that works, and charges nobody with one that does not', () => {
    const works = run(installed().after(400).enrol(), false);
    expect(works.findings?.map(({ kind }) => kind)).to.deep.equal(['undeclared-relay-kind-works']);
    const not = run(installed().after(6000), false);
    expect(not).to.include({ state: 'satisfied' });
    expect(not.findings ?? []).to.deep.equal([]);
  });
});

describe('a kind that is tried although it is not declared', () => {
  const tried = (story: Story) => {
    story.see({
      kind: 'applicability',
      verdict: 'unsupported',
      reason: both('It does not declare it.', '申告していません。'),
    });
    story.after(1000).hook('install');
    const since = story.n;
    story.after(400).enrol();
    return story.ask('relay-kind', { ...args, declared: false }, { since });
  };
  it('is unsupported, and the finding is kept', () => {
    const judgement = judgeScenario(tried(Story.closed()).finish(false).events);
    expect(judgement.verdict).to.equal('unsupported');
    expect(judgement.findings.map(({ kind }) => kind)).to.include('undeclared-relay-kind-works');
  });
  it('stays unsupported when the lab breaks meanwhile', () => {
    const story = tried(Story.closed()).see({ kind: 'lab.failed', blame: 'relay', what: 'x', cause: 'y' });
    story.ask('relay-kind', { ...args, declared: false });
    expect(judgeScenario(story.finish(false).events).verdict).to.equal('unsupported');
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const working = () => Story.closed().working();
const give = (story: Story, uid: string) =>
  story.see({ kind: 'cloud.command', agent: AGENT, command: 'ping', uid }, 'cloud');
const answer = (story: Story, uid: string, agent = AGENT) =>
  story.see({ kind: 'cloud.command-result', agent, uid, outcome: 'done' }, 'cloud');

describe('commands-in-time', () => {
  const args = { commands: ['c1', 'c2'], within: 2000 };
  const run = (story: Story) => runCheck('commands-in-time', story.view(0), args);

  it('gives each command its own time', () => {
    const story = answer(give(working(), 'c1').after(300), 'c1').after(60_000);
    answer(give(story, 'c2').after(900), 'c2').after(60_000);
    const finding = run(story);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures.at(-1)).to.include({ name: 'command.slowest', value: 0.9 });
  });
  it('is violated by one that is late, unanswered, or answered by another agent', () => {
    const first = () => answer(give(working(), 'c1').after(300), 'c1');
    expect(run(give(first(), 'c2').after(1000)).state).to.equal('undecided');
    expect(run(give(first(), 'c2').after(3000)).state).to.equal('violated');
    expect(run(answer(give(first(), 'c2').after(2500), 'c2')).state).to.equal('violated');
    expect(run(answer(give(first(), 'c2').after(100), 'c2', 'agent-2').after(3000)).state).to.equal(
      'violated',
    );
  });
  it('does not pass when a command was not given', () => {
    expect(run(answer(give(working(), 'c1'), 'c1')).state).to.equal('incomplete');
  });
});

describe('reconnects-bounded', () => {
  const args = { point: 'pc', most: 30, watch: 20_000 };
  const connect = (story: Story, fromPort: number) =>
    story.packet('relay', { flags: 'S', fromPort, payload: 0 });
  const cut = () => {
    const story = working().see({
      kind: 'fault.verified',
      fault: 'idle-cut',
      target: 'relay',
      state: 'in-force',
      detail: '',
    });
    return { story, since: story.n };
  };
  const run = ({ story, since }: { story: Story; since: number }) =>
    runCheck('reconnects-bounded', story.view(since), args);

  it('counts connections, and not the repetitions of one', () => {
    const { story, since } = cut();
    for (let port = 40_000; port < 40_010; port++) connect(connect(story.after(2000), port), port);
    const finding = run({ story: story.endCapture(), since });
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'reconnects.per-minute', value: 30, ceiling: 30 });
  });
  it('is violated by a storm', () => {
    const { story, since } = cut();
    for (let port = 40_000; port < 40_020; port++) connect(story.after(1500), port);
    expect(run({ story: story.endCapture(), since }).state).to.equal('violated');
  });
  it('leaves out what came after the end that it is given', () => {
    const { story, since } = cut();
    for (let port = 40_000; port < 40_020; port++) connect(story.after(500), port);
    const until = story.view(since).now;
    story.after(60_000).endCapture();
    const judged = (rest: object) =>
      runCheck('reconnects-bounded', story.view(since), { ...args, watch: 10_000, ...rest });
    expect(judged({}).state).to.equal('satisfied');
    expect(judged({ until }).state).to.equal('violated');
    expect(judged({ until, watch: 10_001 }).state).to.equal('incomplete');
    for (let port = 41_000; port < 41_500; port++) connect(story, port);
    expect(judged({ until }).measures[0]).to.include({ value: 120 });
  });
  it('does not pass unwatched, with a hole in the capture, or when nothing was sent', () => {
    const early = cut();
    connect(early.story, 40_000).after(5000).endCapture();
    expect(run(early).state).to.equal('incomplete');
    const lossy = cut();
    connect(lossy.story, 40_000).after(30_000).endCapture({ dropped: 1 });
    expect(run(lossy).state).to.equal('incomplete');
    const silent = cut();
    silent.story.after(30_000).endCapture();
    expect(run(silent).state).to.equal('violated');
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { jitterOf } from './herd.ts';
import { runCheck } from './testing-texts.ts';
import { BEGIN, Story } from './testing.ts';

const POINTS = ['pc', 'pc-2', 'pc-3'];
const address = (point: string): string => `10.91.0.${20 + POINTS.indexOf(point)}`;
const agent = (point: string): string => `agent-of-${point}`;

function office(): Story {
  const story = Story.closed();
  story.see({
    kind: 'lab.ready',
    ...{ lab: 'lab-1', topology: 'closed-office-four' },
    nodes: POINTS.map((name) => ({ name, kind: 'endpoint', addresses: { closed: address(name) } })),
  });
  for (const point of POINTS) story.enrol('relay', agent(point), point);
  return story;
}
const fault = (story: Story): Story =>
  story.see({ kind: 'fault.verified', fault: 'refused', target: 'relay', state: 'in-force', detail: '' });
/** Tries after each of these waits, ms; all endpoints' in order of time. */
function outage(waits: readonly (readonly number[])[]): Story {
  const story = fault(office());
  const begun = story.now;
  const tries = waits.flatMap((list, i) =>
    [0, ...list].map((_, k) => ({ i, at: list.slice(0, k).reduce((sum, wait) => sum + wait, 0) })),
  );
  for (const { i, at } of tries.sort((one, other) => one.at - other.at)) {
    story.after(begun + at - story.now);
    story.packet('relay', { point: POINTS[i]!, flags: 'S', payload: 0, fromPort: 40_000 + at });
  }
  return story.after(100).see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
}
function back(story: Story, starts: readonly number[]): Story {
  const healed = story.now;
  for (const [i, start] of starts.entries())
    story.see(
      {
        kind: 'relay.request',
        ...{ relay: 'relay', client: address(POINTS[i % POINTS.length]!), method: 'CONNECT' },
        ...{ target: 'edr.cloud.test:443', status: 200, decision: 'TCP_TUNNEL', hostHeader: null },
        ...{ ms: 5000, ours: false },
      },
      'relay',
      healed + start + 5000,
    );
  story.after(10_000);
  for (const point of POINTS) story.endCapture({ point });
  return story;
}
const APART = [
  [500, 900, 700, 400],
  [800, 500, 600, 900],
  [600, 700, 1000, 500],
];
const IN_STEP = [
  [500, 1000, 2000, 4000],
  [510, 1000, 2010, 4000],
  [500, 1020, 2000, 4010],
];

describe('all-back', () => {
  const run = (story: Story, since: number) =>
    runCheck('all-back', story.view(since), { endpoints: 3, within: 5000 });
  const beat = (story: Story, point: string, via: 'relay' | 'direct' = 'relay') =>
    story.see({ kind: 'cloud.heartbeat', agent: agent(point), via }, 'cloud');

  it('waits for the last of them', () => {
    const story = outage(APART);
    const since = story.n;
    beat(story.after(500), 'pc');
    beat(story.after(500), 'pc-2');
    expect(run(story, since).state).to.equal('undecided');
    beat(story.after(1000), 'pc-3');
    const finding = run(story, since);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[1]).to.include({ name: 'herd.slowest', value: 2 });
  });
  it('counts who came once the end of the fault had begun, before it was seen', () => {
    const healed = (ms?: number): { story: Story; since: number } => {
      const story = fault(office());
      for (const point of POINTS.slice(1)) beat(story.after(300), point);
      const ended = { fault: 'refused', target: 'relay', ...(ms === undefined ? {} : { ms }) };
      story.after(100).see({ kind: 'fault.healed', ...ended });
      return { story, since: story.n };
    };
    const { story, since } = healed(400);
    expect(run(story, since).state).to.equal('undecided');
    const finding = run(beat(story, 'pc'), since);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[1]).to.include({ name: 'herd.slowest', value: 0 });
    // One of them was too early, or nobody knows.
    for (const ms of [399, undefined]) {
      const early = healed(ms);
      expect(run(beat(early.story, 'pc'), early.since).state).to.equal('undecided');
    }
  });
  it('is violated by one that stays away, comes late or goes around the relay', () => {
    const story = outage(APART);
    const since = story.n;
    for (const point of ['pc', 'pc-2']) beat(story.after(500), point);
    beat(story, 'pc-3', 'direct').after(4500);
    expect(run(story, since).state).to.equal('violated');
    expect(run(beat(story, 'pc-3'), since).state).to.equal('violated');
  });
  it('counts endpoints: one that enrolled anew is none more', () => {
    const story = outage(APART);
    const since = story.n;
    beat(story.after(500), 'pc');
    story.after(500).enrol('relay', 'agent-anew', 'pc-2').enrol('relay', 'agent-once-more', 'pc-2');
    expect(run(story, since).reason.en).to.contain('2 of 3 endpoints');
    const finding = run(beat(story.after(500), 'pc-3'), since);
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'herd.endpoints', value: 3 });
  });
  it('does not take one endpoint with several records for several', () => {
    const story = Story.closed();
    for (const point of POINTS) story.enrol('relay', agent(point));
    expect(run(story, story.n).state).to.equal('incomplete');
  });
  it('does not answer unless all of them had enrolled', () => {
    const story = Story.closed().enrol('relay', 'agent-1');
    expect(run(story, story.n).state).to.equal('incomplete');
  });
});

describe('spread-out', () => {
  const run = (story: Story, connections = 2) => {
    const since = story.events.find(({ kind }) => kind === 'fault.healed')?.n ?? story.n;
    const args = { points: POINTS, limits: { connections, jitter: 0.2 } };
    return runCheck('spread-out', story.view(since), args);
  };
  const CALM = [100, 700, 1500, 2400];

  it('sees waits that differ, and a recovery that is spread', () => {
    const finding = run(back(outage(APART), CALM));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'herd.jitter', declared: 0.2 });
    expect(finding.measures[2]).to.include({ name: 'herd.peak', value: 2 });
  });
  it('is violated by endpoints that stay in step, however their waits grow', () => {
    expect(run(back(outage(IN_STEP), CALM)).state).to.equal('violated');
  });
  it('is violated by a stampede at the relay', () => {
    const rush = Array.from({ length: 12 }, (_, i) => 100 + i * 50);
    expect(run(back(outage(APART), rush)).state).to.equal('violated');
    expect(run(back(outage(APART), rush), 4).state).to.equal('satisfied');
  });
  it('is violated by too few tries: nothing is seen to be spread', () => {
    expect(run(back(outage(APART.map((list) => list.slice(2))), CALM)).state).to.equal('violated');
  });
  it('does not answer with a hole in a capture, without a fault, or without a line of the relay', () => {
    const lossy = back(outage(APART), CALM).endCapture({ point: 'pc-2', dropped: 1 });
    expect(run(lossy).state).to.equal('incomplete');
    expect(run(back(office().packet('relay', { point: 'pc' }), CALM)).state).to.equal('incomplete');
    expect(run(back(outage(APART), [])).state).to.equal('incomplete');
  });
  it('is violated by several loops side by side, each of which is in step with itself', () => {
    // Three loops of 2 s each; where in its cycle an endpoint was met by the outage differs.
    const cycle = [300, 500, 1200];
    const shifted = [0, 1, 2].map((by) =>
      Array.from({ length: 9 }, (_, i) => cycle[(i + by) % cycle.length] ?? 0),
    );
    expect(jitterOf(shifted)).to.equal(0);
    expect(run(back(outage(shifted), CALM), 20).state).to.equal('violated');
  });
  it('counts a beginning that is sent again once', () => {
    expect(
      jitterOf([
        [500, 500, 500],
        [500, 500, 500],
      ]),
    ).to.equal(0);
    expect(
      jitterOf([
        [500, 500],
        [500, 500],
      ]),
    ).to.equal(undefined);
    expect(BEGIN).to.be.greaterThan(0);
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { nonceOf, Story } from './testing.ts';

const ACTS = ['a1', 'a2', 'a3'];
const body = (act: string) => `{"file":"${nonceOf(act)}","padding":"${'x'.repeat(2000)}"}`;

/** Acts while nothing passes, then a limit instead. */
function limited(bytes = 4096): { story: Story; since: number } {
  const story = Story.closed().working();
  for (const act of ACTS) story.act(act).acted(act).after(500);
  story.see({ kind: 'fault.injected', fault: 'body-limit', target: 'relay', settings: { bytes } });
  story.see({ kind: 'fault.verified', fault: 'body-limit', target: 'relay', state: 'in-force', detail: '' });
  return { story, since: story.n };
}
/** What carried them, so many bytes in all. */
const carried = (story: Story, bytesUp: number): Story =>
  story.see(
    {
      kind: 'cloud.request',
      ...{ peer: '10.92.0.11', via: 'relay', relay: 'relay', host: 'edr.cloud.test', method: 'POST' },
      ...{ path: '/v1/detections', status: 200, bytesUp, bytesDown: 20, problems: [] },
    },
    'cloud',
  );
const run = ({ story, since }: { story: Story; since: number }) =>
  runCheck('backlog-drains', story.view(since), { acts: ACTS, within: 8000, via: 'relay' });

describe('backlog-drains', () => {
  it('is satisfied when all of a backlog larger than the limit arrives', () => {
    const { story, since } = limited();
    for (const act of ACTS) story.after(1000).report(act, { body: body(act) });
    const finding = run({ story: carried(story, 7000), since });
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'backlog.bytes', unit: 'B' });
    expect(finding.reason.en).to.contain('4096');
  });
  it('is violated when it does not drain', () => {
    const { story, since } = limited();
    story.after(1000).report('a1', { body: body('a1') });
    expect(run({ story, since }).state).to.equal('undecided');
    story.after(9000);
    expect(run({ story, since }).state).to.equal('violated');
  });
  it('shows nothing when the limit did not matter', () => {
    const small = limited(65_536);
    for (const act of ACTS) small.story.report(act, { body: body(act) });
    expect(run(small)).to.include({ state: 'incomplete' });
    const healed = limited();
    healed.story.see({ kind: 'fault.healed', fault: 'body-limit', target: 'relay' });
    for (const act of ACTS) healed.story.report(act, { body: body(act) });
    expect(run(healed).state).to.equal('incomplete');
  });
  it('shows nothing when it was packed so well that it passed at once', () => {
    const { story, since } = limited();
    for (const act of ACTS) story.report(act, { body: body(act) });
    expect(run({ story: carried(story, 1500), since }).state).to.equal('incomplete');
  });
  it('shows nothing when a report had come before', () => {
    const story = Story.closed().working();
    for (const act of ACTS) story.act(act).acted(act);
    story.report('a1', { body: body('a1') });
    story.see({ kind: 'fault.injected', fault: 'body-limit', target: 'relay', settings: { bytes: 4096 } });
    story.see({
      kind: 'fault.verified',
      fault: 'body-limit',
      target: 'relay',
      state: 'in-force',
      detail: '',
    });
    const since = story.n;
    for (const act of ['a2', 'a3']) story.report(act, { body: body(act) });
    expect(run({ story, since }).state).to.equal('incomplete');
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const EDR = 'edr.cloud.test:443';
const PAGE = { status: 200, decision: 'TCP_DENIED' } as const;
const run = (story: Story, now = story.now) =>
  runCheck('block-page-shown', story.view(0, now), { within: 3000, destinations: [EDR] });

describe('block-page-shown', () => {
  it('is satisfied by a page in the place of the destination', () => {
    const finding = run(Story.closed().working().tunnel(EDR, PAGE).tunnel(EDR, PAGE));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]?.value).to.equal(2);
  });
  it('takes neither a tunnel, nor a refusal, nor another destination for one', () => {
    for (const line of [
      {},
      { ...PAGE, status: 403 },
      { ...PAGE, ours: true },
      { ...PAGE, target: 'x.test:443' },
    ]) {
      const story = Story.closed().working().tunnel(EDR, line);
      expect(run(story, story.now).state).to.equal('undecided');
      expect(run(story.after(9000)).state).to.equal('violated');
    }
  });
});

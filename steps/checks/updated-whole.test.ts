import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { EventOf } from '../../history/events.ts';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const VERSION = '9.0.0';
const [OLD, NEW] = ['a'.repeat(64), 'b'.repeat(64)];
const args = { version: VERSION, within: 20_000 };

const part = (story: Story, from: number, to: number, rest: Partial<EventOf<'cloud.request'>> = {}): Story =>
  story.see(
    {
      kind: 'cloud.request',
      ...{ peer: '10.92.0.11', via: 'relay', relay: 'relay', host: 'cdn.cloud.test', method: 'GET' },
      ...{ path: `/v1/releases/${VERSION}`, status: 206, bytesUp: 0, bytesDown: to - from + 1, problems: [] },
      range: `bytes ${from}-${to}/400`,
      ...rest,
    },
    'cloud',
  );
const look = (story: Story, sha256: string | null, bytes = 10): Story =>
  story.state('installed-release', { file: '/opt/acme/release', sha256, bytes });
const offered = (): Story =>
  look(Story.closed().working(), OLD).see(
    { kind: 'cloud.release-offered', version: VERSION, size: 400, sha256: NEW },
    'cloud',
  );
/** Cut after 200 of 400 bytes, and back; the anchor is the return. */
function cut({ story = part(part(offered(), 0, 99), 100, 199), meanwhile = OLD } = {}) {
  story.after(1000).see({ kind: 'fault.injected', fault: 'refused', target: 'relay' });
  look(story.after(3000), meanwhile, 200).see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
  return { story: story.after(500), since: story.n };
}
const run = ({ story, since }: { story: Story; since: number }) =>
  runCheck('updated-whole', story.view(since), args);

describe('updated-whole', () => {
  it('is satisfied by a download that goes on and ends whole', () => {
    const { story, since } = cut();
    part(part(story, 200, 299), 300, 399);
    const finding = run({ story: look(story, NEW, 400), since });
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures.map(({ value }) => value)).to.deep.equal([0.5, 200, 0]);
    expect(finding.findings).to.equal(undefined);
  });
  it('tells what was fetched again, but for the last part, which may have been cut', () => {
    const { story, since } = cut();
    part(part(part(part(story, 0, 99), 100, 199), 200, 299), 300, 399);
    const finding = run({ story: look(story, NEW, 400), since });
    expect(finding.state).to.equal('satisfied');
    expect(finding.findings?.map(({ kind }) => kind)).to.deep.equal(['download-begun-anew']);
    expect(finding.measures.at(-1)).to.include({ name: 'update.fetched-again', value: 100 });
  });
  it('is violated by half a version, meanwhile or in the end', () => {
    const half = cut({ meanwhile: 'c'.repeat(64) });
    const finding = run({ ...half, story: look(half.story, NEW, 400) });
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('200 bytes');
    const late = cut();
    expect(run({ ...late, story: look(late.story, 'c'.repeat(64), 300) }).state).to.equal('violated');
    const gone = cut();
    expect(run({ ...gone, story: look(gone.story, null, 0) }).state).to.equal('violated');
  });
  it('is violated by half a version that has been there for a while, and not by a moment without any', () => {
    const late = cut();
    look(late.story, 'c'.repeat(64), 300);
    const found = run({ ...late, story: look(late.story.after(500), NEW, 400) });
    expect(found.state).to.equal('violated');
    const brief = cut();
    look(brief.story, null, 0);
    expect(run({ ...brief, story: look(brief.story.after(500), NEW, 400) }).state).to.equal('satisfied');
  });
  it('waits for its time, and is violated when the old version is still there', () => {
    const { story, since } = cut();
    expect(run({ story: look(story, OLD), since }).state).to.equal('undecided');
    const finding = run({ story: look(story.after(20_000), OLD), since });
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('200 of 400');
  });
  it('is violated where nothing is ever fetched, or the declared file is not there', () => {
    const never = cut({ story: offered() });
    const finding = run({ ...never, story: look(never.story.after(20_000), OLD) });
    expect([finding.state, finding.reason.en.includes('0 of 400')]).to.deep.equal(['violated', true]);
    const story = look(Story.closed().working(), null).see(
      { kind: 'cloud.release-offered', version: VERSION, size: 400, sha256: NEW },
      'cloud',
    );
    const absent = cut({ story: part(story, 0, 99) });
    expect(run({ ...absent, story: look(absent.story, null) }).state).to.equal('violated');
  });
  it('says nothing where it was not cut in the middle, or not looked at', () => {
    const whole = cut({ story: part(offered(), 0, 399) });
    expect(run({ ...whole, story: look(whole.story, NEW, 400) }).state).to.equal('incomplete');
    const later = cut({ story: offered() });
    expect(run({ ...later, story: look(part(later.story, 0, 399), NEW, 400) }).state).to.equal('incomplete');
    expect(run(cut()).state).to.equal('incomplete');
    const story = look(offered(), OLD);
    expect(run({ story, since: story.n }).state).to.equal('incomplete');
  });
  it('takes nobody else’s word for what is installed', () => {
    const { story, since } = cut();
    part(part(story, 200, 299), 300, 399);
    story.see({ kind: 'cloud.heartbeat', agent: 'agent-1', via: 'relay', version: VERSION }, 'cloud');
    story.state('installed-release', { sha256: NEW, bytes: 400 }, 'exec');
    expect(run({ story, since }).state).to.equal('incomplete');
  });
});

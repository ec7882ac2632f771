import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const ARGS = { sentinel: 'a9', within: 3000 };
const run = (story: Story) => runCheck('one-identity', story.view(0), ARGS);
const carried = () => Story.closed().working().moved('internet').moved('closed').hook('install');
const ended = (story: Story) => story.act('a9').after(300).report('a9');

describe('one-identity', () => {
  it('is satisfied by one that enrols again and again as the same', () => {
    const finding = run(ended(carried().enrol().enrol('direct')));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures.map(({ name, value }) => `${name} ${String(value)}`)).to.deep.equal([
      'identity.records 1',
      'identity.enrolments 3',
    ]);
  });
  it('is violated by a second one while the first is live', () => {
    const finding = run(ended(carried().enrol('relay', 'agent-2')));
    expect(finding.state).to.equal('violated');
    expect(finding.measures[0]).to.include({ value: 2 });
  });
  it('takes a new one after a good-bye, but not one that is told afterwards', () => {
    const bye = { kind: 'cloud.unenrolled', agent: AGENT } as const;
    const story = carried().see(bye, 'cloud').enrol('relay', 'agent-2').act('a9');
    expect(run(story.report('a9', { agent: 'agent-2' })).state).to.equal('satisfied');
    expect(run(ended(carried().enrol('relay', 'agent-2').see(bye, 'cloud'))).state).to.equal('violated');
  });
  it('does not pass when nothing works at the end', () => {
    const story = carried().act('a9').acted('a9');
    expect(run(story).state).to.equal('undecided');
    expect(run(story.after(3001)).state).to.equal('violated');
    expect(run(carried()).state).to.equal('incomplete');
  });
});

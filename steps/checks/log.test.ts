import { expect } from 'chai';
import { describe, it } from 'node:test';
import { nonceOf, Story } from './testing.ts';
import { runCheck } from './testing-texts.ts';

const HASH = 'a'.repeat(64);
const row = (act: string, fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  time: 1,
  activity: 'process',
  path: '/home/staff/Downloads/tool',
  commandLine: `tool ${nonceOf(act)}`,
  user: 'staff',
  parent: 'sh -ec tool',
  sha256: HASH,
  ...fields,
});
const body = (...rows: readonly unknown[]) => ({ body: JSON.stringify(rows) });
const ACTS = { acts: [{ act: 'a1', user: 'staff' }], within: 3000 };
const played = (): Story => Story.closed().working().act('a1').acted('a1').after(500);
const measure = (finding: { measures: readonly { name: string; value: unknown }[] }, name: string): unknown =>
  finding.measures.find((one) => one.name === name)?.value;

describe('log-context', () => {
  it('is satisfied by a log entry that says all five', () => {
    const story = played().telemetry('a1', body(row('a1')));
    const finding = runCheck('log-context', story.view(0), ACTS);
    expect(finding.state).to.equal('satisfied');
    expect(measure(finding, 'log.fields')).to.equal(5);
  });

  it('takes them from the finding and the log together', () => {
    const process = { cmd_line: `tool ${nonceOf('a1')}`, user: { name: 'staff' }, file: { path: '/x' } };
    const hashes = [{ algorithm_id: 3, value: HASH }];
    const found = JSON.stringify({ start_time: 1, evidences: [{ file: { path: '/x', hashes }, process }] });
    const story = played().report('a1', { body: found });
    expect(runCheck('log-context', story.view(0), ACTS).reason.en).to.contain('1 of 5 fields');
    story.telemetry('a1', body(row('a1', { commandLine: '', user: '', detail: nonceOf('a1') })));
    expect(runCheck('log-context', story.view(0), ACTS).state).to.equal('satisfied');
  });

  for (const [field, without] of [
    ['parent', { parent: '' }],
    ['parent', { parent: 'unknown' }],
    ['parent', { parent: '?' }],
    ['parent', { parent: '/opt/finish.sh' }],
    ['parent', { parent: undefined }],
    ['user', { user: 'root' }],
    ['command-line', { commandLine: 'tool', detail: nonceOf('a1') }],
    ['hash', { sha256: 'none' }],
    ['process', { path: undefined }],
  ] as const)
    it(`misses the ${field} where it is not, or not the true one: ${JSON.stringify(without)}`, () => {
      const story = played().telemetry('a1', body(row('a1', without)));
      const open = runCheck('log-context', story.view(0), ACTS);
      expect(open.state).to.equal('undecided');
      const over = runCheck('log-context', story.after(3001).view(0), ACTS);
      expect(over.state).to.equal('violated');
      expect(measure(over, 'log.missing')).to.equal(field);
    });

  for (const parent of ['sh', '/bin/sh', 'dash', '/usr/bin/dash -ec x', '-bash', '"/bin/sh" -ec x', 'sh[12]'])
    it(`knows the shell that has started the act as ${parent}`, () => {
      const story = played().telemetry('a1', body(row('a1', { parent })));
      expect(runCheck('log-context', story.view(0), ACTS).state).to.equal('satisfied');
    });

  for (const parent of [
    { cmd_line: 'sh -ec x' },
    { cmd_line: '', file: { path: '/bin/sh' } },
    { name: 'sh' },
  ])
    it(`reads from a finding which process was the parent: ${JSON.stringify(parent)}`, () => {
      const process = { name: 'tool', cmd_line: nonceOf('a1'), user: { name: 'staff' } };
      const file = { hashes: [{ algorithm_id: 3, value: HASH }] };
      const found = (parent_process: unknown) =>
        JSON.stringify({ start_time: 1, evidences: [{ file, process: { ...process, parent_process } }] });
      const judged = (one: unknown) =>
        runCheck(
          'log-context',
          played()
            .report('a1', { body: found(one) })
            .view(0),
          ACTS,
        );
      expect(judged(parent).state).to.equal('satisfied');
      expect(measure(judged({ pid: 7 }), 'log.missing')).to.equal('parent');
    });

  it('wants the hash that the file really had', () => {
    const story = played().state('hash-of-act', { act: 'a1', sha256: 'b'.repeat(64) });
    story.telemetry('a1', body(row('a1'))).after(3001);
    expect(measure(runCheck('log-context', story.view(0), ACTS), 'log.missing')).to.equal('hash');
  });

  it('does not count what others send, or what is about another act', () => {
    const story = played()
      .telemetry('a1', { ...body(row('a1')), agent: 'somebody' })
      .telemetry('a2', body(row('a2')))
      .after(3001);
    expect(measure(runCheck('log-context', story.view(0), ACTS), 'log.fields')).to.equal(0);
  });

  it('says nothing of an act that was not played, or not to its end', () => {
    const none = Story.closed().working();
    expect(runCheck('log-context', none.view(0), ACTS).state).to.equal('incomplete');
    const half = none.act('a1').acted('a1', 'unknown');
    expect(runCheck('log-context', half.view(0), ACTS).blame).to.equal('host');
  });
});

describe('in-log', () => {
  const ARGS = { acts: ['a1', 'a2'], within: 3000, gaps: true };
  const two = (): Story =>
    Story.closed().working().act('a1', { twin: true }).acted('a1').act('a2', { twin: true }).acted('a2');
  const gapAround = (story: Story, from: number, to: number): Story =>
    story.telemetry('other', { ...body(row('other')), gaps: [{ from, to, count: 3 }] });

  it('is satisfied when each act is in the log, lines or entries', () => {
    const story = two()
      .telemetry('a1', body(row('a1')))
      .telemetry('a2', { body: `{"MESSAGE":"x"}\n{"MESSAGE":"${nonceOf('a2')}"}` });
    const finding = runCheck('in-log', story.view(0), ARGS);
    expect(finding.state).to.equal('satisfied');
    expect(measure(finding, 'log.arrived')).to.equal(2);
  });

  it('is violated by one that is lost without a word, once its time is over', () => {
    const story = two().telemetry('a1', body(row('a1')));
    expect(runCheck('in-log', story.view(0), ARGS).state).to.equal('undecided');
    const finding = runCheck('in-log', story.after(3001).view(0), ARGS);
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('1 of 2').and.to.contain('a2');
  });

  it('takes a gap for the act if it covers its time, and only if it may be told', () => {
    const story = two().telemetry('a1', body(row('a1')));
    const { now } = story;
    const told = gapAround(story.after(1500), now - 100, now + 100).after(3001);
    const finding = runCheck('in-log', told.view(0), ARGS);
    expect(finding.state).to.equal('satisfied');
    expect(measure(finding, 'log.in-gaps')).to.equal(1);
    expect(runCheck('in-log', told.view(0), { ...ARGS, gaps: false }).state).to.equal('violated');
  });

  it('does not take a gap of another time, or of before the act', () => {
    const story = two().telemetry('a1', body(row('a1')));
    const { now } = story;
    const elsewhere = gapAround(story, now - 60_000, now - 30_000).after(3001);
    expect(runCheck('in-log', elsewhere.view(0), ARGS).state).to.equal('violated');
    const early = gapAround(Story.closed().working(), now - 100, now + 60_000)
      .act('a1')
      .acted('a1')
      .after(3001);
    expect(runCheck('in-log', early.view(0), { ...ARGS, acts: ['a1'] }).state).to.equal('violated');
  });

  it('counts from the return of the relay if that is later', () => {
    const story = two().after(9000).see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
    const anchor = story.n;
    expect(runCheck('in-log', story.after(2000).view(anchor), ARGS).state).to.equal('undecided');
    expect(runCheck('in-log', story.after(2000).view(anchor), ARGS).state).to.equal('violated');
  });

  it('says nothing of an act that was not played', () => {
    expect(runCheck('in-log', Story.closed().working().view(0), ARGS).state).to.equal('incomplete');
  });
});

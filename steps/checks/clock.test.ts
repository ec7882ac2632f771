import { expect } from 'chai';
import { describe, it } from 'node:test';
import { AGENT, Story } from './testing.ts';
import { runCheck } from './testing-texts.ts';

const HOUR = 3_600_000;

describe('same-identity', () => {
  const wrong = (): Story =>
    Story.closed().working().see({ kind: 'cloud.fault', fault: 'clock-off', state: 'on' });

  it('is satisfied when the old identity is heard, also if it has enrolled again', () => {
    const story = wrong();
    const anchor = story.n;
    story.enrol('relay', AGENT).see({ kind: 'cloud.heartbeat', agent: AGENT, via: 'relay' }, 'cloud');
    expect(runCheck('same-identity', story.view(anchor), {}).state).to.equal('satisfied');
  });

  it('is violated by a second identity, even beside the old one', () => {
    const story = wrong();
    const anchor = story.n;
    story.see({ kind: 'cloud.heartbeat', agent: AGENT, via: 'relay' }, 'cloud').enrol('relay', 'agent-2');
    const finding = runCheck('same-identity', story.view(anchor), {});
    expect(finding.state).to.equal('violated');
    expect(finding.reason.en).to.contain('1 new');
  });

  it('is violated by silence, and cannot tell without an enrolment before', () => {
    const story = wrong();
    expect(runCheck('same-identity', story.view(story.n), {}).state).to.equal('violated');
    expect(runCheck('same-identity', Story.closed().view(0), {}).state).to.equal('incomplete');
  });
});

describe('times-right', () => {
  const ARGS = { acts: ['a1'], tolerance: 60_000 };
  const finding = (start: number, offset?: number): string =>
    JSON.stringify({
      start_time: start,
      metadata: { version: '1', ...(offset === undefined ? {} : { clock_offset_ms: offset }) },
      evidences: [{ file: { path: 'nonce-a1-0123456789' } }],
    });
  const reported = (off: number, offset?: number) => {
    const story = Story.closed().working().act('a1').after(500).acted('a1').after(1000);
    return story.report('a1', { body: finding(story.now - 1200 + off, offset) }).view(0);
  };

  it('is satisfied by the time at which the act happened', () => {
    const judged = runCheck('times-right', reported(0), ARGS);
    expect(judged.state).to.equal('satisfied');
    expect(judged.measures[0]?.value).to.equal(0);
  });

  it('is violated by hours that nobody tells of, and not by those that are told', () => {
    expect(runCheck('times-right', reported(-HOUR), ARGS).state).to.equal('violated');
    expect(runCheck('times-right', reported(10 * HOUR), ARGS).reason.en).to.contain('up to');
    expect(runCheck('times-right', reported(-HOUR, -HOUR), ARGS).state).to.equal('satisfied');
    expect(runCheck('times-right', reported(0, HOUR), ARGS).state).to.equal('violated');
  });

  it('reads the date of a shipped line', () => {
    const line = (at: number) =>
      `{"HOST":"pc","DATE":"${new Date(at).toISOString()}","MESSAGE":"nonce-a1-0123456789"}`;
    const shipped = (off: number) => {
      const story = Story.closed().working().act('a1', { stimulus: 'log-line' }).acted('a1');
      return story.telemetry('a1', { body: line(story.now + off) }).view(0);
    };
    expect(runCheck('times-right', shipped(0), ARGS).state).to.equal('satisfied');
    expect(runCheck('times-right', shipped(HOUR), ARGS).state).to.equal('violated');
  });

  it('cannot tell where the time of a line is in a form that is not known here', () => {
    const shipped = (said: Record<string, unknown>) => {
      const story = Story.closed().working().act('a1', { stimulus: 'log-line' }).acted('a1');
      const body = JSON.stringify({ HOST: 'pc', MESSAGE: 'nonce-a1-0123456789', ...said });
      return runCheck('times-right', story.telemetry('a1', { body }).view(0), ARGS);
    };
    const judged = shipped({ DATE: 'quarter past nine' });
    expect(judged.state).to.equal('incomplete');
    expect(judged.blame).to.equal('harness');
    expect(judged.evidence).to.have.length(1);
    expect(shipped({}).state).to.equal('violated');
    expect(shipped({ DATE: 'quarter past nine', timestamp: 1 }).state).to.equal('violated');
  });

  it('is violated by a wrong time, also beside one that cannot be read', () => {
    const story = Story.closed()
      .working()
      .act('a1')
      .acted('a1')
      .act('a2', { stimulus: 'log-line' })
      .acted('a2');
    story.report('a1', { body: finding(story.now + 10 * HOUR) });
    story.telemetry('a2', { body: '{"DATE":"soon","MESSAGE":"nonce-a2-0123456789"}' });
    expect(runCheck('times-right', story.view(0), { ...ARGS, acts: ['a1', 'a2'] }).state).to.equal(
      'violated',
    );
    expect(runCheck('times-right', story.view(0), { ...ARGS, acts: ['a2'] }).state).to.equal('incomplete');
  });

  it('is violated where no report has a time, and cannot tell of an act that was not played', () => {
    const undated = Story.closed().working().act('a1').acted('a1');
    expect(runCheck('times-right', undated.view(0), ARGS).state).to.equal('violated');
    expect(runCheck('times-right', Story.closed().working().view(0), ARGS).state).to.equal('incomplete');
  });
});

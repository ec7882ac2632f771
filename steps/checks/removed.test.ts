import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { Finding } from './finding.ts';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const figure = (finding: Finding, name: string): unknown =>
  finding.measures.find((measure) => measure.name === name)?.value;
const kinds = (finding: Finding): string[] => (finding.findings ?? []).map((remark) => remark.kind);

const before = () =>
  Story.closed().state('processes', ['init'], 'top').state('files', ['/etc/boot.d']).working();
const gone = (story: Story, processes: string[] = ['init'], files: string[] = []) =>
  story.state('processes', processes, 'top').state('files', files);

describe('removed', () => {
  const offline = () => before().moved(null).after(5000);
  const since = offline().n;
  const run = (story: Story, args = {}) =>
    runCheck('removed', story.view(since), { within: 3000, protection: 'local-secret', ...args });

  it('is satisfied when the hook ended well and nothing new is left', () => {
    const finding = run(gone(offline().hook('uninstall', { ms: 1200 })));
    expect(finding.state).to.equal('satisfied');
    expect(figure(finding, 'removal.seconds')).to.equal(1.2);
    expect(figure(finding, 'removal.kind')).to.equal('local-secret');
  });
  it('is violated by what is left, and by taking too long', () => {
    const left = run(gone(offline().hook('uninstall'), ['init', '/opt/acme/agent'], ['/opt/acme/agent']));
    expect(left.state).to.equal('violated');
    expect(left.reason.en).to.contain('process /opt/acme/agent');
    const slow = run(gone(offline().hook('uninstall', { ms: 3001 })));
    expect(slow.state).to.equal('violated');
    // for the stalls of the machine that fall into it
    expect(slow.missed && slow.missed.until - slow.missed.from).to.equal(3000);
  });
  it('goes by the last reading, as a service may end a moment later', () => {
    const story = gone(offline().hook('uninstall'), ['init', '/opt/acme/agent']).after(300);
    expect(run(gone(story)).state).to.equal('satisfied');
    expect(run(gone(story, ['init', '/opt/acme/watchdog'])).state).to.equal('violated');
  });
  it('names the deadlock of a removal that needs the cloud', () => {
    const finding = run(
      offline().hook('uninstall', { outcome: 'failed', exit: 3, output: 'protected by policy' }),
      {
        protection: 'cloud-policy',
      },
    );
    expect(finding.state).to.equal('violated');
    expect(figure(finding, 'removal.kind')).to.equal('needs-cloud');
    expect(kinds(finding)).to.deep.equal(['removal-deadlock']);
  });
  it('remarks where the statement says otherwise', () => {
    const easier = run(gone(offline().hook('uninstall')), { protection: 'cloud-policy' });
    expect(kinds(easier)).to.deep.equal(['removal-easier-than-declared']);
    const harder = run(offline().hook('uninstall', { outcome: 'failed' }), { protection: 'none' });
    expect(kinds(harder)).to.deep.equal(['removal-refused-although-unprotected']);
  });
  it('is violated by a hook that is broken or missing, which has refused nothing', () => {
    for (const exit of [126, 127])
      for (const [outcome, protection] of [
        ['broken', 'cloud-policy'],
        ['failed', 'none'],
      ] as const) {
        const broken = run(offline().hook('uninstall', { outcome, exit }), { protection });
        expect(broken.state).to.equal('violated');
        expect(broken.reason.en).to.contain('broken');
        expect(kinds(broken)).to.deep.equal([]);
        expect(figure(broken, 'removal.kind')).to.equal('not-removed');
      }
    expect(run(offline().hook('uninstall', { outcome: 'missing', exit: null })).reason.en).to.contain(
      'not in the manifest',
    );
  });
  it('is incomplete when nobody removed it or looked afterwards', () => {
    expect(run(offline())).to.include({ state: 'incomplete', blame: 'harness' });
    expect(run(offline().hook('uninstall')).state).to.equal('incomplete');
    // What a process inside the endpoint says of itself is no evidence.
    const forged = offline().hook('uninstall').state('processes', [], 'exec').state('files', [], 'exec');
    expect(run(forged).state).to.equal('incomplete');
  });
  it('can demand that the cloud was out of reach', () => {
    const args = { unreachable: true };
    const quiet = gone(offline().hook('uninstall')).packet('other').endCapture({}, { other: 1, relay: 1 });
    expect(run(quiet, args).state).to.equal('satisfied');
    const reached = gone(offline().hook('uninstall').packet('relay', { direction: 'in' })).endCapture();
    expect(run(reached, args)).to.include({ state: 'incomplete', blame: 'lab' });
  });
});

describe('removed after the policy has allowed it', () => {
  const args = { within: 7000, allowed: { revision: 4, within: 10_000 } };
  const allowed = () => before().see({ kind: 'cloud.policy-set', revision: 4, policy: {} }, 'cloud');
  const read = (story: Story) =>
    story.see(
      { kind: 'cloud.policy-read', agent: 'agent-1', revision: 4, notModified: false, via: 'relay' },
      'cloud',
    );
  const since = allowed().n;
  const run = (story: Story) => runCheck('removed', story.view(since), args);
  const refused = { outcome: 'failed', exit: 3, output: 'it is protected' } as const;

  it('measures from the policy to the end of the removal that succeeded, refusals between included', () => {
    const story = read(allowed().after(500).hook('uninstall', refused).after(1000)).after(1000);
    const finding = run(gone(story.hook('uninstall', { ms: 400 })));
    expect(finding.state).to.equal('satisfied');
    const whole = finding.measures.find((measure) => measure.name === 'unprotect.seconds');
    expect(whole).to.include({ value: 2.5, unit: 's', declared: 2, ceiling: 10 });
    expect(figure(finding, 'removal.seconds')).to.equal(0.4);
  });
  it('ends when the hook ended, not when that was recorded', () => {
    const story = allowed().after(3000);
    const ended = { kind: 'hook.finished', hook: 'uninstall', endpoint: 'pc', outcome: 'ok' } as const;
    story.see({ ...ended, exit: 0, ms: 400, output: '' }, 'harness', story.now - 800);
    expect(figure(run(gone(story)), 'unprotect.seconds')).to.equal(2.2);
  });
  it('is violated when it comes too late, however quick the hook itself is', () => {
    const late = run(gone(allowed().after(10_001).hook('uninstall', { ms: 100 })));
    expect(late.state).to.equal('violated');
    expect(late.reason.en).to.contain('10.001 s after the policy allowed it; 10 s were allowed');
    expect(run(gone(allowed().after(10_000).hook('uninstall', { ms: 100 }))).state).to.equal('satisfied');
  });
  it('is violated when it was never allowed, and says whether the policy had arrived', () => {
    const never = run(allowed().after(11_000).hook('uninstall', refused));
    expect(never.state).to.equal('violated');
    expect(never.reason.en).to.contain('it is protected').and.contain('which it had not read');
    expect(never.missed?.until).to.equal((never.missed?.from ?? 0) + 10_000);
    expect(run(read(allowed()).after(11_000).hook('uninstall', refused)).reason.en).to.contain('it had read');
  });
  it('is violated by what is left, in time or not', () => {
    const left = gone(allowed().after(500).hook('uninstall'), ['init', '/opt/acme/agent']);
    expect(run(left).reason.en).to.contain('process /opt/acme/agent');
  });
  it('is incomplete when no such policy was set', () => {
    expect(run(gone(before().hook('uninstall')))).to.include({ state: 'incomplete', blame: 'harness' });
  });
});

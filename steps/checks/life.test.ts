/** recovery, says-disconnected, refused */
import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { Finding } from './finding.ts';
import { runCheck } from './testing-texts.ts';
import { Story } from './testing.ts';

const working = () => Story.closed().working();
const figure = (finding: Finding, name: string): unknown =>
  finding.measures.find((measure) => measure.name === name)?.value;
const kinds = (finding: Finding): string[] => (finding.findings ?? []).map((remark) => remark.kind);

describe('recovery', () => {
  const moved = () =>
    working().moved('internet').tried('itself', 'begun').tried('itself', 'done').after(500).act('a1');
  const anchor = moved().events.findIndex((event) => event.kind === 'move.finished') + 1;
  const run = (story: Story, declared: string) => runCheck('recovery', story.view(anchor), { declared });

  it('is graded by what was tried last before the first report', () => {
    const itself = run(moved().after(1000).report('a1', { via: 'direct' }), 'itself');
    expect(itself.state).to.equal('satisfied');
    expect(figure(itself, 'recovery.method')).to.equal('itself');
    expect(figure(itself, 'recovery.seconds')).to.equal(1.5);
    expect(figure(itself, 'recovery.total-seconds')).to.equal(1.5);
    expect(figure(itself, 'recovery.manual-steps')).to.equal(0);
  });
  const byHand = () =>
    moved()
      .after(4000)
      .tried('policy', 'begun')
      .tried('policy', 'not-possible')
      .tried('local-command', 'begun')
      .see({ kind: 'manual.step', text: 'set-relay none', site: false })
      .tried('local-command', 'done')
      .act('a2')
      .after(500)
      .report('a2', { via: 'direct' });

  it('measures a method from when it was begun, and the whole from the move', () => {
    const finding = run(byHand(), 'local-command');
    expect(figure(finding, 'recovery.seconds')).to.equal(0.5);
    expect(figure(finding, 'recovery.total-seconds')).to.equal(5);
    expect(finding.reason.en).to.contain('in 0.5 s (5 s after the move)');
  });
  it('accepts what is declared, and what is better, with a remark', () => {
    const asDeclared = run(byHand(), 'local-command');
    expect(asDeclared.state).to.equal('satisfied');
    expect(kinds(asDeclared)).to.deep.equal([]);
    expect(figure(asDeclared, 'recovery.manual-steps')).to.equal(1);
    const better = run(byHand(), 'reinstall');
    expect(better.state).to.equal('satisfied');
    expect(kinds(better)).to.deep.equal(['recovery-better-than-declared']);
  });
  it('refuses what is worse, and no recovery at all', () => {
    const worse = run(byHand(), 'itself');
    expect(worse.state).to.equal('violated');
    expect(kinds(worse)).to.deep.equal(['recovery-worse-than-declared']);
    // for the stalls of the machine that fall into it
    const [begun, next] = byHand().events.filter(
      (event) => event.kind === 'recovery.attempt' && event.state === 'begun',
    );
    expect(worse.missed).to.deep.equal({ from: begun?.t, until: next?.t });
    const never = run(moved(), 'none');
    expect(never.state).to.equal('violated');
    expect(figure(never, 'recovery.method')).to.equal('none');
  });
  it('says what was tried in vain, and what could not be', () => {
    const stuck = run(moved().tried('reinstall', 'begun').tried('reinstall', 'not-possible'), 'reinstall');
    expect(stuck.reason.en).to.contain('Tried: itself; not possible: reinstall;');
    expect(stuck.reason.ja).to.contain('試した方法：自動／実行できなかった方法：再インストール');
    expect(stuck.findings?.map(({ en }) => en)).to.deep.equal([
      'After the move nothing brought it back; it declares "reinstall".',
    ]);
  });
  it('does not credit a method that was not possible', () => {
    const story = moved().tried('policy', 'begun').report('a1').tried('policy', 'not-possible');
    expect(figure(run(story, 'itself'), 'recovery.method')).to.equal('itself');
  });
  const byEdit = () =>
    moved()
      .after(4000)
      .tried('local-command', 'begun')
      .tried('local-command', 'not-possible')
      .tried('edited-configuration', 'begun')
      .see({ kind: 'manual.step', text: 'edit the relay in /etc/acme', site: false })
      .see({ kind: 'manual.step', text: 'stop the service and start it again', site: false })
      .tried('edited-configuration', 'done')
      .act('a2')
      .after(500)
      .report('a2', { via: 'direct' });

  it('grades an edit of the configuration between a command and a new installation', () => {
    const asDeclared = run(byEdit(), 'edited-configuration');
    expect(asDeclared.state).to.equal('satisfied');
    expect(figure(asDeclared, 'recovery.method')).to.equal('edited-configuration');
    expect(figure(asDeclared, 'recovery.manual-steps')).to.equal(2);
    expect(figure(asDeclared, 'recovery.site-visits')).to.equal(0);
    expect(run(byEdit(), 'local-command').state).to.equal('violated');
    expect(kinds(run(byEdit(), 'reinstall'))).to.deep.equal(['recovery-better-than-declared']);
  });
  it('does not grade by an edit that its maker does not document', () => {
    const story = moved()
      .tried('edited-configuration', 'begun')
      .tried('edited-configuration', 'not-possible')
      .tried('reinstall', 'begun')
      .act('a2')
      .report('a2', { via: 'direct' });
    expect(figure(run(story, 'reinstall'), 'recovery.method')).to.equal('reinstall');
  });
  it('does not count what a detour to the old network lets through', () => {
    const detour = moved().tried('reinstall', 'begun').moved('closed').report('a1');
    expect(run(detour, 'reinstall').state).to.equal('violated');
    const after = detour.moved('internet').act('a2').after(500).report('a2', { via: 'direct' });
    expect(figure(run(after, 'reinstall'), 'recovery.total-seconds')).to.equal(1);
  });
  it('does not count an act from before the move', () => {
    const story = working().act('a0').moved('internet').tried('itself', 'done').report('a0');
    expect(runCheck('recovery', story.view(anchor + 1), { declared: 'itself' }).state).to.equal('violated');
  });
  it('is incomplete when nothing was tried', () => {
    expect(run(working().moved('internet'), 'itself')).to.include({ state: 'incomplete', blame: 'harness' });
  });
});

describe('says-disconnected', () => {
  const cut = () => working().moved('internet').after(100);
  const since = cut().n;
  const args = { within: 2000 };
  const run = (story: Story) => runCheck('says-disconnected', story.view(since), args);
  const off = '{"connected":false,"via":null,"reason":"relay unreachable"}';

  it('is satisfied by a reason, also after other lines and other answers', () => {
    const story = cut()
      .hook('status', { output: '{"connected":true}' })
      .after(500)
      .hook('status', { output: `agent 1.0\n${off}\n` });
    expect(run(story).state).to.equal('satisfied');
  });
  it('waits until the deadline, and says what was said', () => {
    const story = cut().hook('status', { output: '{"connected":true,"via":"relay"}' });
    expect(run(story).state).to.equal('undecided');
    expect(run(story.after(5000))).to.include({ state: 'violated' });
    expect(run(story).reason.en).to.contain('said that it is connected');
    expect(run(cut().hook('status', { output: '{"connected":false}' }).after(5000)).reason.en).to.contain(
      'no reason',
    );
    expect(run(cut().hook('status', { output: 'oops' }).after(5000)).reason.en).to.contain('no JSON');
  });
  it('is violated where there is no such hook, incomplete where nobody asked', () => {
    expect(run(cut().hook('status', { outcome: 'missing', exit: null })).state).to.equal('violated');
    expect(run(cut().after(5000)).state).to.equal('incomplete');
    expect(run(cut().after(5000).hook('status', { output: off })).state).to.equal('violated');
  });
});

describe('refused', () => {
  const judged = (rest: Parameters<Story['hook']>[1]) => {
    const story = working().hook('uninstall', rest);
    return runCheck('refused', story.view(story.n - 1), { hook: 'uninstall' });
  };
  const run = (rest: Parameters<Story['hook']>[1]) => judged(rest).state;
  it('is a status of its own making, and nothing else', () => {
    expect(run({ outcome: 'failed', exit: 3 })).to.equal('satisfied');
    for (const outcome of ['ok', 'timeout', 'broken', 'missing'] as const)
      expect(run({ outcome })).to.equal('violated');
    for (const exit of [126, 127, 128, 137, 143, 255, null])
      expect(run({ outcome: 'failed', exit })).to.equal('violated');
    for (const exit of [126, 127])
      for (const outcome of ['failed', 'broken'] as const) {
        const { reason } = judged({ outcome, exit });
        expect(reason.en).to.contain('payload is broken').and.not.contain('refus');
      }
    expect(runCheck('refused', working().view(0), { hook: 'uninstall' }).state).to.equal('incomplete');
  });
});

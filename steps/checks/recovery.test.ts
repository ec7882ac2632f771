/** recovery */
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
  const ofMethods = (finding: Finding): Record<string, unknown> =>
    Object.fromEntries(
      finding.measures.flatMap(({ name, value }) => {
        const [, method, what] = name.split('.');
        return what === undefined ? [] : [[`${method} ${what}`, value]];
      }),
    );
  it('measures each method that was tried until the next one, and none that was not possible', () => {
    const story = moved()
      .after(4000)
      .tried('policy', 'begun')
      .after(300)
      .tried('policy', 'not-possible')
      .tried('local-command', 'begun')
      .see({ kind: 'manual.step', text: 'set-relay none', site: false })
      .tried('local-command', 'done')
      .act('a2')
      .after(2000)
      .tried('reinstall', 'begun')
      .see({ kind: 'manual.step', text: 'remove the product', site: false })
      .see({ kind: 'manual.step', text: 'install the product', site: false })
      .after(700)
      .tried('reinstall', 'done')
      .act('a3');
    const inVain = { 'itself seconds': 4.5, 'itself manual-steps': 0 };
    const byHand = { 'local-command seconds': 2, 'local-command manual-steps': 1 };
    expect(ofMethods(run(story, 'reinstall')), 'until the check, as nothing came').to.deep.equal({
      ...inVain,
      ...byHand,
      'reinstall seconds': 0.7,
      'reinstall manual-steps': 2,
    });
    const finding = run(story.after(500).report('a3', { via: 'direct' }).after(9000), 'reinstall');
    expect(ofMethods(finding), 'until the report').to.deep.equal({
      ...inVain,
      ...byHand,
      'reinstall seconds': 1.2,
      'reinstall manual-steps': 2,
    });
    expect(figure(finding, 'recovery.seconds')).to.equal(1.2);
  });
  it('measures no method that was begun when the product had come back', () => {
    const story = moved()
      .tried('policy', 'begun')
      .after(100)
      .report('a1', { via: 'direct' })
      .tried('policy', 'not-possible')
      .tried('local-command', 'begun')
      .see({ kind: 'manual.step', text: 'set-relay none', site: false })
      .tried('local-command', 'done');
    expect(ofMethods(run(story, 'itself'))).to.deep.equal({
      'itself seconds': 0.6,
      'itself manual-steps': 0,
    });
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

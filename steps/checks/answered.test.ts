import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const [PROGRAM, TWIN] = ['/home/staff/Downloads/work-1', '/opt/business/bin/work-1'];
const base = { act: 'a1', program: PROGRAM, twin: TWIN, detect: 2000, within: 3000 };
const run = (story: Story, whom: string) => runCheck('answered-by', story.view(0), { ...base, whom });
/** `ends`: of the attack's program, where it was started. */
const look = (story: Story, running: readonly string[], ends?: number) =>
  story
    .state('program-ends', { [TWIN]: 0, ...(ends === undefined ? {} : { [PROGRAM]: ends }) })
    .state('programs', running, 'top');
const attacked = () => look(Story.closed().working(), [TWIN]).act('a1').after(200).report('a1').after(300);
const order = (story: Story, by?: 'rule') =>
  story.see(
    { kind: 'cloud.command', agent: AGENT, command: 'kill-process', uid: 'c1', ...(by ? { by } : {}) },
    'cloud',
  );

describe('answered-by', () => {
  it('is satisfied when whoever answers has ended the attack and left the twin alone', () => {
    for (const [whom, by] of [
      ['analyst', undefined],
      ['rule', 'rule'],
    ] as const) {
      const finding = run(look(order(attacked(), by).after(900), [TWIN], 1), whom);
      expect(finding.state, whom).to.equal('satisfied');
      expect(finding.measures[0]).to.deep.include({ name: `answer.${whom}.seconds`, value: 1.2 });
    }
  });
  it('rests on detection where the attack was not reported, and was late then', () => {
    const silent = look(look(Story.closed().working(), [TWIN]).act('a1').after(200), [PROGRAM, TWIN], 0);
    const finding = run(silent, 'analyst');
    expect(finding).to.include({ state: 'violated', root: 'DET-01' });
    expect((finding.missed?.until ?? 0) - (finding.missed?.from ?? 0)).to.equal(2000);
  });
  it('needs not have listed it: who is quick has ended it before, and who ends its parents leaves no word of it', () => {
    expect(run(look(order(attacked(), 'rule').after(50), [TWIN], 1), 'rule').state).to.equal('satisfied');
    expect(run(look(order(attacked(), 'rule').after(50), [TWIN], 0), 'rule').state).to.equal('satisfied');
    const listed = look(attacked(), [PROGRAM, TWIN], 0);
    expect(run(look(order(listed, 'rule').after(50), [TWIN], 0), 'rule').state).to.equal('satisfied');
  });
  it('is violated when it was not there yet at one look, and goes on', () => {
    const early = look(order(attacked(), 'rule'), [TWIN]).after(500);
    expect(run(look(early, [PROGRAM, TWIN], 0), 'rule').state).to.equal('violated');
  });
  it('is violated when it goes on, was ended too late, or by nobody’s order', () => {
    expect(run(look(order(attacked()).after(3000), [PROGRAM, TWIN], 0), 'analyst').state).to.equal(
      'violated',
    );
    expect(run(look(order(attacked()).after(3000), [TWIN], 1), 'analyst').state).to.equal('violated');
    expect(run(look(order(attacked()).after(900), [TWIN], 1), 'rule').state).to.equal('violated');
    expect(run(look(attacked(), [TWIN], 1), 'rule').state).to.equal('violated');
  });
  it('is violated when the twin was ended, whoever answers', () => {
    expect(run(look(order(attacked()).after(900), [], 1), 'analyst').state).to.equal('violated');
    expect(run(look(attacked(), [PROGRAM], 0), 'nobody').state).to.equal('violated');
  });
  it('says how long it goes on when nobody answers, and does not let the product act by itself', () => {
    const finding = run(look(attacked().after(2000), [PROGRAM, TWIN], 0), 'nobody');
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.deep.include({ name: 'answer.nobody.seconds', value: 2.3 });
    expect(run(look(attacked(), [TWIN], 1), 'nobody').state).to.equal('violated');
  });
  it('is violated without a report, and has no answer where nobody looked', () => {
    const unreported = look(Story.closed().working(), [TWIN]).act('a1').after(5000);
    expect(run(look(unreported, [PROGRAM, TWIN], 0), 'analyst').state).to.equal('violated');
    expect(run(attacked(), 'nobody').state).to.equal('incomplete');
    expect(run(Story.closed().working().act('a1').report('a1'), 'nobody').state).to.equal('incomplete');
    expect(run(look(attacked(), [TWIN]), 'nobody').state).to.equal('incomplete');
  });
});

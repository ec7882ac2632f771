import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { Finding } from './finding.ts';
import { sameTechnique } from './ocsf.ts';
import { runCheck } from './testing-texts.ts';
import { nonceOf, Story } from './testing.ts';

const figure = (finding: Finding, name: string): unknown =>
  finding.measures.find((measure) => measure.name === name)?.value;

/** A finding that is whole, about an act. */
function body(act: string, changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    ...{ activity_id: 1, category_uid: 2, class_uid: 2004, type_uid: 200401, severity_id: 4, time: 1000 },
    metadata: { version: '1.5.0', product: { name: 'P', vendor_name: 'V' } },
    finding_info: {
      ...{ uid: `uid-${act}`, title: nonceOf(act) },
      attacks: [{ version: '19', technique: { uid: 'T1204.002' } }],
    },
    evidences: [{ file: { name: 'tool', type_id: 1 } }],
    ...changes,
  });
}
describe('whole-findings', () => {
  const ask = (text: string): Finding => {
    const story = Story.closed().working().act('a1').acted('a1').after(100).report('a1', { body: text });
    return runCheck('whole-findings', story.view(0), { acts: ['a1'], within: 2000 });
  };
  it('is satisfied by all that the schema requires', () => {
    const finding = ask(body('a1'));
    expect(finding.state, finding.reason.en).to.equal('satisfied');
    expect(figure(finding, 'ocsf.techniques')).to.equal('T1204.002');
  });
  const INFO = { uid: 'uid-a1', title: nonceOf('a1') };
  const lacks: [string, Readonly<Record<string, unknown>>, string][] = [
    ['a severity', { severity_id: undefined }, 'severity_id'],
    ['a class', { class_uid: undefined }, 'class_uid'],
    ['the right type', { type_uid: 200402 }, 'type_uid'],
    ['who made it', { metadata: { version: '1.5.0', product: { vendor_name: 'V' } } }, 'metadata.product'],
    ['what an attack was', { finding_info: { ...INFO, attacks: [{}] } }, 'finding_info.attacks.0'],
    ['a type of its file', { evidences: [{ file: { name: 'tool' } }] }, 'evidences.0.file.type_id'],
    ['a technique', { finding_info: INFO }, 'finding_info.attacks'],
    [
      'a technique that is one',
      { finding_info: { ...INFO, attacks: [{ technique: { uid: 'X1' } }] } },
      'finding_info.attacks',
    ],
  ];
  for (const [what, changes, named] of lacks)
    it(`is violated by one that lacks ${what}`, () => {
      const finding = ask(body('a1', changes));
      expect(finding.state).to.equal('violated');
      expect(finding.reason.en).to.contain(named);
    });
  it('is violated by what is no JSON', () => {
    expect(ask(`no JSON, ${nonceOf('a1')}`).state).to.equal('violated');
  });
  it('remarks that another technique is named', () => {
    const attacks = (uid: string) => ({ finding_info: { ...INFO, attacks: [{ sub_technique: { uid } }] } });
    const other = ask(body('a1', attacks('T1059.004')));
    expect(other.state).to.equal('satisfied');
    expect(other.findings?.map(({ kind }) => kind)).to.deep.equal(['other-technique-named']);
    expect(ask(body('a1', attacks('T1204'))).findings).to.deep.equal([]);
  });
  it('waits for the report', () => {
    const story = Story.closed().working().act('a1').acted('a1').after(100);
    expect(runCheck('whole-findings', story.view(0), { acts: ['a1'], within: 2000 }).state).to.equal(
      'undecided',
    );
  });
  it('knows the numbers that ATT&CK has given anew', () => {
    expect(sameTechnique('T1562.001', 'T1685')).to.equal(true);
    expect(sameTechnique('T1685', 'T1562.001')).to.equal(true);
    expect(sameTechnique('T1098', 'T1098.007')).to.equal(true);
    expect(sameTechnique('T1098.001', 'T1098.007')).to.equal(false);
  });
});

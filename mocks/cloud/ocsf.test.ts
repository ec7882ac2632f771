import { expect } from 'chai';
import { describe, it } from 'node:test';
import { toDetection } from './ocsf.ts';
import { finding } from './testing.ts';

describe('toDetection', () => {
  it('names what was found by its analytic, else its technique, else its title', () => {
    const analytic = (info: object) =>
      toDetection('a', finding('uid-1', { finding_info: { uid: 'uid-1', title: 'T', ...info } }), 1).analytic;
    const attacks = [{ version: '16' }, { technique: { uid: 'T1204.002' } }];
    expect(analytic({ attacks, analytic: { type_id: 1, uid: 'sha256-indicator' } })).to.equal(
      'sha256-indicator',
    );
    expect(analytic({ attacks })).to.equal('T1204.002');
    expect(analytic({})).to.equal('T');
  });

  it('knows what each disposition says of the act', () => {
    const of = (id: number) => toDetection('a', finding('uid-1', { disposition_id: id }), 1).disposition;
    expect([15, 1, 16].map(of)).to.deep.equal(['detected', 'detected', 'detected']);
    expect([2, 6].map(of)).to.deep.equal(['blocked', 'blocked']);
    expect([3, 5].map(of)).to.deep.equal(['removed', 'removed']);
    expect([0, 4, 7, 99].map(of)).to.deep.equal(['other', 'other', 'other', 'other']);
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { HONEST } from './flaws.ts';
import { parcel } from './parcel.ts';
import { findingOf } from './rules/finding.ts';

const findings = ['a', 'b', 'c'].map((title) =>
  findingOf({ analytic: 'T1204.002', title, startTime: 1 }, 15, { hostname: 'pc' }),
);
const uids = findings.map((one) => one.finding_info.uid);
const queue = { size: findings.length, oldest: (count: number) => findings.slice(0, count) };
const made = (changes: Partial<typeof HONEST.delivery> = {}, most = 2) =>
  parcel(queue, most, { ...HONEST.delivery, ...changes });

describe('what is sent of what waits', () => {
  it('is the oldest, as it is', () => {
    const { findings: sent, acceptedOf } = made();
    expect(sent).to.deep.equal(findings.slice(0, 2));
    expect(acceptedOf([uids[0] ?? '', 'not-ours'])).to.deep.equal([uids[0]]);
  });
  it('can be the newest', () => {
    const titles = made({ order: 'newest-first' }).findings.map((one) => one.finding_info.title);
    expect(titles).to.deep.equal(['c', 'b']);
  });
  it('can go under new uids each time, and is still known by its own', () => {
    const [first, second] = [made({ keepsUid: false }), made({ keepsUid: false })];
    const sent = [...first.findings, ...second.findings].map((one) => one.finding_info.uid);
    expect(new Set([...sent, ...uids]).size).to.equal(4 + 3);
    expect(first.acceptedOf(sent)).to.deep.equal(uids.slice(0, 2));
  });
  it('can lack parts, or be dated anew', () => {
    const [bare] = made({ omits: ['severity', 'techniques'], startTime: 'of-sending' }, 1).findings;
    expect(bare).to.not.have.property('severity_id');
    expect(bare?.finding_info).to.not.have.property('attacks');
    expect(bare?.start_time).to.be.greaterThan(1);
  });
});

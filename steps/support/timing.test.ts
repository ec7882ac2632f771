import { describe, it } from 'node:test';
import { expect } from 'chai';
import { TIMING_KEYS, type TimingKey } from '../../products/schema.ts';
import { ALLOWANCE, CEILINGS, cutTimes, declaredFor, slowestInterval, timeFor } from './timing.ts';

const every = (ms: number) =>
  Object.fromEntries(TIMING_KEYS.map((key) => [key, ms])) as Record<TimingKey, number>;

describe('deadlines', () => {
  it('are what the product declares, with the allowance of the harness', () => {
    expect(declaredFor(every(3000), 'ci', 'detect')).to.equal(3000);
    expect(timeFor(every(3000), 'ci', 'detect')).to.equal(3000 + ALLOWANCE);
  });
  it('hold the detailed log to what is declared for it or else for reports, updates so or as policies', () => {
    const declared = { ...every(3000), policy: 5000, log: 12_000, update: 15_000 };
    expect(declaredFor(declared, 'ci', 'log')).to.equal(12_000);
    expect(declaredFor(declared, 'ci', 'update')).to.equal(15_000);
    const { log, update, ...without } = declared;
    expect(declaredFor(without, 'ci', 'log')).to.equal(3000);
    expect(declaredFor(without, 'ci', 'update')).to.equal(5000);
    expect(log + update).to.equal(27_000);
  });
  it('know the slowest time that comes again, which enrolment and removal do not', () => {
    const timing = { ...every(1000), enrol: 9000, uninstall: 9000, command: 4000, policy: 3000 };
    expect(slowestInterval((key) => timing[key])).to.equal(4000);
  });
  it('are told where the ceiling of the lane cuts them', () => {
    expect(cutTimes(every(1000), 'ci')).to.deep.equal([]);
    const cut = cutTimes({ ...every(1000), detect: 300_000 }, 'ci');
    expect(cut).to.deep.equal([{ key: 'detect', declared: 300_000, ceiling: CEILINGS.ci.detect }]);
    expect(cutTimes({ ...every(1000), detect: 300_000 }, 'evaluation')).to.deep.equal([]);
  });
  it('are never longer than the ceiling of the lane', () => {
    for (const key of TIMING_KEYS) expect(declaredFor(every(1e9), 'ci', key)).to.equal(CEILINGS.ci[key]);
  });
});

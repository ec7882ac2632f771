import { describe, it } from 'node:test';
import { expect } from 'chai';
import { TIMING_KEYS, type TimingKey } from '../../products/schema.ts';
import { ALLOWANCE, CEILINGS, declaredFor, slowestInterval, timeFor } from './timing.ts';

const every = (ms: number) =>
  Object.fromEntries(TIMING_KEYS.map((key) => [key, ms])) as Record<TimingKey, number>;

describe('deadlines', () => {
  it('are what the product declares, with the allowance of the harness', () => {
    expect(declaredFor(every(3000), 'ci', 'detect')).to.equal(3000);
    expect(timeFor(every(3000), 'ci', 'detect')).to.equal(3000 + ALLOWANCE);
  });
  it('hold the detailed log to what is declared for it, or else for reports', () => {
    expect(declaredFor({ ...every(3000), log: 12_000 }, 'ci', 'log')).to.equal(12_000);
    const { log: own, ...without } = every(3000);
    expect(declaredFor(without, 'ci', 'log')).to.equal(own);
  });
  it('know the slowest time that comes again, which enrolment and removal do not', () => {
    const timing = { ...every(1000), enrol: 9000, uninstall: 9000, command: 4000, policy: 3000 };
    expect(slowestInterval((key) => timing[key])).to.equal(4000);
  });
  it('are never longer than the ceiling of the lane', () => {
    for (const key of TIMING_KEYS) expect(declaredFor(every(1e9), 'ci', key)).to.equal(CEILINGS.ci[key]);
  });
});

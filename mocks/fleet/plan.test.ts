import { expect } from 'chai';
import { describe, it } from 'node:test';
import { account, ledger, peakPerSecond, uidOf } from './plan.ts';

describe('the ledger of a fleet', () => {
  const wave = { seed: 7, wave: 1, endpoints: 3, each: 2 };

  it('is the same for the same seed, and another for another wave', () => {
    expect(ledger(wave)).to.have.length(6);
    expect(ledger(wave)).to.deep.equal(ledger(wave));
    expect(ledger(wave)[3]).to.equal(uidOf(7, 1, 1, 1));
    expect(new Set([...ledger(wave), ...ledger({ ...wave, wave: 2 })]).size).to.equal(12);
  });

  it('finds what was lost, what came twice and what nobody has injected', () => {
    const all = ledger(wave);
    expect(account(all, all)).to.deep.equal({ injected: 6, lost: [], copies: 0, unknown: 0 });
    const arrived = [...all.slice(1), ...all.slice(1, 3), 'of-nobody'];
    expect(account(all, arrived)).to.deep.equal({ injected: 6, lost: [all[0]], copies: 2, unknown: 1 });
  });

  it('knows the busiest second, wherever it begins', () => {
    expect(peakPerSecond([])).to.equal(0);
    expect(peakPerSecond([0, 2000, 900, 1899, 1000])).to.equal(3);
    expect(peakPerSecond([0, 1000])).to.equal(1);
  });
});

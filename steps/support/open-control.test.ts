import { describe, it } from 'node:test';
import { expect } from 'chai';
import { relaysToTry } from './open-control.ts';

describe('the open control', () => {
  it("gives a product that is bound to its relay the network's, but only if it does not work without", () => {
    expect(relaysToTry('relay-only')).to.deep.equal(['none', 'of the network']);
  });
  it('gives any other product no relay', () => {
    expect(relaysToTry('relay-preferred')).to.deep.equal(['none']);
    expect(relaysToTry('direct-only')).to.deep.equal(['none']);
  });
});

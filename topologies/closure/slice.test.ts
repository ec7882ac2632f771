import { describe, it } from 'node:test';
import { expect } from 'chai';
import { sliceAround } from './slice.ts';

describe('a slice of a documentation range', () => {
  it('is known by any address in it', () => {
    expect(sliceAround('203.0.113.80')).to.equal('203.0.113.80/28');
    expect(sliceAround('203.0.113.95')).to.equal('203.0.113.80/28');
    expect(sliceAround('198.51.100.7')).to.equal('198.51.100.0/28');
  });
});

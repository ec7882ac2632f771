import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'node:test';
import { mergeMeasures } from './merge-measures.ts';

type Value = string | number | boolean;
const merged = (name: string, ...values: Value[]): Value | undefined =>
  mergeMeasures(values.map((value) => ({ measures: [{ name, value, unit: '' }] })))[0]?.value;

describe('one figure from several scenarios', () => {
  it('is never better than the worst that was seen', () => {
    expect(merged('delivery.lost', 1, 2, 0)).to.equal(3);
    expect(merged('wire.watched', 9, 4, 6)).to.equal(4);
    expect(merged('enrol.seconds', 0.2, 1.5, 0.3)).to.equal(1.5);
    expect(merged('x', true, false, true)).to.equal(false);
    expect(merged('recovery.method', 'itself', 'reinstall', 'policy')).to.equal('reinstall');
  });
  it('has each word once', () => {
    expect(merged('firewall.destinations', 'b:1, a:1', 'a:1', '')).to.equal('a:1, b:1');
    expect(merged('relay.kind', 'pac: works', 'tls: works', 'pac: works')).to.equal('pac: works, tls: works');
  });
  it('is the same in whatever order the scenarios ended', () => {
    const words = fc.constantFrom('a', 'b', 'c', 'b, a', '');
    const name = fc.constantFrom('firewall.destinations', 'disposition.reported');
    fc.assert(
      fc.property(name, fc.array(words, { minLength: 1 }), (name, values) => {
        expect(merged(name, ...values.toReversed())).to.equal(merged(name, ...values));
      }),
    );
  });
});

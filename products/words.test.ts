import { describe, it } from 'node:test';
import { expect } from 'chai';
import { mergePatch } from './merge-patch.ts';
import { editDistance, nearest } from './nearest.ts';
import { fillHook, placeholdersIn } from './placeholders.ts';

describe('nearest word', () => {
  it('counts changed, missing, further and swapped letters', () => {
    expect(editDistance('detect', 'detect')).to.equal(0);
    expect(editDistance('detect', 'detcet')).to.equal(1);
    expect(editDistance('detect', 'detct')).to.equal(1);
    expect(editDistance('', 'abc')).to.equal(3);
    expect(editDistance('kitten', 'sitting')).to.equal(3);
  });
  it('is not guessed when nothing is near', () => {
    expect(nearest('colour', ['enrol', 'detect'])).to.equal(undefined);
    expect(nearest('detection', ['enrol', 'detect'])).to.equal('detect');
    expect(nearest('Enrol', ['enrol'])).to.equal('enrol');
    expect(nearest('x', [])).to.equal(undefined);
  });
});

describe('merge patch', () => {
  // Cases of RFC 7396, appendix A.
  const cases: [target: unknown, patch: unknown, result: unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, result] of cases)
    it(`${JSON.stringify(target)} and ${JSON.stringify(patch)}`, () => {
      expect(mergePatch(target, patch)).to.deep.equal(result);
    });
});

describe('placeholders of a hook', () => {
  it('are filled once, wherever they stand', () => {
    const argv = ['/x', '--a={relay.address}', '{cloud.url}/{cloud.host}', '{"json": 1}'];
    const values = { 'relay.address': '{cloud.url}', 'cloud.url': 'https://c', 'cloud.host': 'c' };
    expect(fillHook(argv, values)).to.deep.equal(['/x', '--a={cloud.url}', 'https://c/c', '{"json": 1}']);
  });
  it('need a value', () => {
    expect(() => fillHook(['/x', '{cloud.ca}'], {})).to.throw(
      'no value was given for {cloud.ca} of the hook /x {cloud.ca}',
    );
  });
  it('are told apart from other braces', () => {
    expect(placeholdersIn('{a.b}{} {1} {secret.A_B} {"x":1}')).to.deep.equal(['a.b', 'secret.A_B']);
  });
});

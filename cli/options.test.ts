import { describe, it } from 'node:test';
import { expect } from 'chai';
import { fewKinds } from './options.ts';
import type { Scenario } from './scenarios.ts';

const scenario = (requirement: string, variant?: string): Scenario => ({
  requirement,
  name: variant ?? 'plain',
  slug: variant ?? 'plain',
  ...(variant === undefined ? {} : { variant }),
  uri: 'features/x.feature',
  line: 1,
  tags: [],
});
const ALL = [
  scenario('NET-01'),
  ...['refused', 'silent', 'paused', 'captive'].map((kind) => scenario('MOV-02', kind)),
  ...['fast', 'slow'].map((kind) => scenario('LOG-05', kind)),
];

describe('few kinds', () => {
  it('leaves all where no number is given, and all of what has fewer', () => {
    expect(fewKinds(ALL, undefined, 1)).to.equal(ALL);
    expect(fewKinds(ALL, 4, 1)).to.deep.equal(ALL);
  });
  it('draws so many of each requirement, in the order of the files, and what has no kinds stays', () => {
    const drawn = fewKinds(ALL, 2, 1);
    expect(drawn.map(({ requirement }) => requirement)).to.deep.equal([
      ...['NET-01', 'MOV-02', 'MOV-02', 'LOG-05', 'LOG-05'],
    ]);
    expect(drawn).to.deep.equal(ALL.filter((one) => drawn.includes(one)));
  });
  it('draws the same for a seed, and every kind for some seed', () => {
    expect(fewKinds(ALL, 1, 7)).to.deep.equal(fewKinds(ALL, 1, 7));
    const seen = new Set(
      Array.from({ length: 40 }, (_, seed) => fewKinds(ALL, 1, seed).find((s) => s.requirement === 'MOV-02')),
    );
    expect(seen.size).to.equal(4);
  });
});

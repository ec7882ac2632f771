import { describe, it } from 'node:test';
import { expect } from 'chai';
import { fewKinds, inShard, shard, WrongUsage } from './options.ts';
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

describe('a shard', () => {
  it('is a part and the number of parts', () => {
    expect(shard('2/3')).to.deep.equal({ part: 2, of: 3 });
    for (const wrong of ['', '3', '0/3', '4/3', '1/0', 'a/b', '1/3/5', '-1/3', '1.5/3'])
      expect(() => shard(wrong), wrong).to.throw(WrongUsage, 'e.g. --shard 1/3');
  });
  it('leaves nothing out and takes nothing twice, together with the others', () => {
    const all = Array.from({ length: 10 }, (_, n) => n);
    const parts = [1, 2, 3].map((part) => inShard(all, { part, of: 3 }));
    expect(parts.map((part) => part.length)).to.deep.equal([4, 3, 3]);
    expect(parts.flat().sort()).to.deep.equal(all);
    expect(inShard(all, undefined)).to.equal(all);
  });
});

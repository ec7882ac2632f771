import { describe, it } from 'node:test';
import { expect } from 'chai';
import { possible, type Step } from '../../steps/support/nemesis/verbs.ts';
import { draw, sequenceAt, shrink } from './sequences.ts';

const drawing = { seed: 7, steps: 10 };
const restarts = (steps: readonly Step[]): number => steps.filter((one) => one.do === 'restart').length;

describe('drawn sequences', () => {
  it('can be played as they are, and are not longer than asked', () => {
    for (const seed of [1, 2, 3])
      for (const sequence of draw({ seed, steps: 12 }, 300)) {
        expect(possible(sequence)).to.deep.equal(sequence);
        expect(sequence).to.have.length.within(1, 12);
      }
  });
  it('hold everything that can be done', () => {
    const done = new Set(draw(drawing, 300).flatMap((sequence) => sequence.map((one) => one.do)));
    expect([...done]).to.have.members([
      'attack',
      'move',
      'lose-relay',
      'heal-relay',
      'break-cloud',
      'heal-cloud',
      'restart',
    ]);
  });
  it('are the same for the same seed, and others for another', () => {
    expect(draw(drawing, 50)).to.deep.equal(draw(drawing, 50));
    expect(draw(drawing, 50)).to.deep.equal(draw(drawing, 80).slice(0, 50));
    expect(draw({ ...drawing, seed: 8 }, 50)).to.not.deep.equal(draw(drawing, 50));
  });
  it('are found again by their place in the list', () => {
    for (const [index, sequence] of draw(drawing, 10).entries())
      expect(sequenceAt(drawing, String(index))).to.deep.equal(sequence);
  });
});

describe('shrinking', () => {
  it('leaves what is needed, in its order, and a path that leads there again', async () => {
    const index = draw(drawing, 200).findIndex((sequence) => restarts(sequence) >= 2);
    const tried: (readonly Step[])[] = [];
    const found = await shrink(drawing, String(index), (sequence) => {
      tried.push(sequence);
      return Promise.resolve(restarts(sequence) >= 2);
    });
    expect(found?.steps.map((one) => one.do)).to.deep.equal(['restart', 'restart']);
    expect(sequenceAt(drawing, found?.path ?? '')).to.deep.equal(found?.steps);
    for (const sequence of tried) expect(possible(sequence)).to.deep.equal(sequence);
  });
  it('finds nothing where nothing fails, and takes an error for an error', async () => {
    expect(await shrink(drawing, '0', () => Promise.resolve(false))).to.equal(undefined);
    const broken = shrink(drawing, '0', () => Promise.reject(new Error('no disk')));
    expect(await broken.catch((cause: unknown) => String(cause))).to.equal('Error: no disk');
  });
  it('leads nowhere along a path that was never gone', () => {
    expect(sequenceAt(drawing, '0:999')).to.equal(undefined);
  });
});

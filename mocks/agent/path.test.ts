import { describe, it } from 'node:test';
import { expect } from 'chai';
import { behaviourOf, HONEST } from './flaws.ts';
import { PathChooser } from './path.ts';

describe('the choice of the way', () => {
  it('takes the relay first and looks for another way after a failure', () => {
    const chooser = new PathChooser('relay-preferred', 1, HONEST);
    expect(chooser.way).to.equal(0);
    expect(chooser.candidates(0)).to.deep.equal([]);
    chooser.failed('silent', 0);
    expect(chooser.candidates(0)).to.deep.equal(['direct']);
  });
  it('leaves the relay only after failures in a row, and only for a way that works', () => {
    const chooser = new PathChooser('relay-preferred', 1, HONEST);
    chooser.failed('silent', 0);
    expect(chooser.probed('direct', 0)).to.equal(false);
    chooser.worked();
    chooser.failed('silent', 0);
    expect(chooser.way).to.equal(0);
    chooser.failed('refused', 0);
    expect(chooser.way, 'no probe has worked yet').to.equal(0);
    expect(chooser.probed('direct', 0)).to.equal(true);
    expect(chooser.way).to.equal('direct');
  });
  it('returns to the relay as soon as a probe of it works', () => {
    const chooser = new PathChooser('relay-preferred', 1, HONEST);
    chooser.failed('denied', 0);
    chooser.failed('denied', 0);
    chooser.probed('direct', 0);
    expect(chooser.candidates(0)).to.deep.equal([0]);
    expect(chooser.probed(0, 0)).to.equal(true);
    expect(chooser.way).to.equal(0);
    expect(chooser.candidates(0)).to.deep.equal([]);
  });
  it('never goes around a relay that it is bound to', () => {
    const chooser = new PathChooser('relay-only', 1, HONEST);
    for (let i = 0; i < 100; i += 1) chooser.failed('silent', i * 1000);
    expect(chooser.candidates(100_000)).to.deep.equal([]);
    expect(chooser.probed('direct', 100_000)).to.equal(false);
  });
  it('goes directly where there is no relay, also when bound to one', () => {
    for (const mode of ['relay-only', 'relay-preferred', 'direct-only'] as const)
      expect(new PathChooser(mode, 0, HONEST).way).to.equal('direct');
    expect(new PathChooser('direct-only', 1, HONEST).way).to.equal('direct');
  });
  it('starts afresh with a new relay', () => {
    const chooser = new PathChooser('relay-preferred', 0, HONEST);
    chooser.relaysChanged(1);
    expect(chooser.way).to.equal(0);
    chooser.relaysChanged(0);
    expect(chooser.way).to.equal('direct');
  });
});

describe('the choice between two relays', () => {
  const failing = (chooser: PathChooser, times: number) => {
    for (let i = 0; i < times; i += 1) chooser.failed('silent', 0);
  };
  it('is the second while the first fails, and the direct way only if neither works', () => {
    const chooser = new PathChooser('relay-preferred', 2, HONEST);
    failing(chooser, 2);
    expect(chooser.candidates(0)).to.deep.equal([1, 'direct']);
    expect(chooser.probed(1, 0)).to.equal(true);
    expect(chooser.way).to.equal(1);
  });
  it('is the first again as soon as it works', () => {
    const chooser = new PathChooser('relay-only', 2, HONEST);
    failing(chooser, 2);
    chooser.probed(1, 0);
    expect(chooser.candidates(0)).to.deep.equal([0]);
    expect(chooser.probed(0, 0)).to.equal(true);
    expect(chooser.way).to.equal(0);
  });
  it('prefers either of them to the direct way', () => {
    const chooser = new PathChooser('relay-preferred', 2, HONEST);
    failing(chooser, 2);
    chooser.probed('direct', 0);
    expect(chooser.candidates(0)).to.deep.equal([0, 1]);
    expect(chooser.probed(1, 0)).to.equal(true);
    failing(chooser, 1);
    expect(chooser.candidates(0)).to.deep.equal([0, 'direct']);
    expect(chooser.probed('direct', 0), 'one failure is not enough').to.equal(false);
  });
  it('of stays-on-second-relay is the second until that fails, too', () => {
    const chooser = new PathChooser('relay-preferred', 2, behaviourOf('stays-on-second-relay'));
    failing(chooser, 2);
    chooser.probed(1, 0);
    expect(chooser.candidates(0)).to.deep.equal([]);
    failing(chooser, 2);
    expect(chooser.candidates(0)).to.deep.equal([0, 'direct']);
  });
});

describe('the choice of the broken ones', () => {
  it('ignores-relay never takes it', () => {
    expect(new PathChooser('relay-preferred', 1, behaviourOf('ignores-relay')).way).to.equal('direct');
  });
  it('retries-refused-forever goes around a silent relay, not a refusing one', () => {
    const chooser = new PathChooser('relay-preferred', 1, behaviourOf('retries-refused-forever'));
    for (const failure of ['refused', 'denied', 'closed'] as const) chooser.failed(failure, 0);
    expect(chooser.candidates(0)).to.deep.equal([]);
    chooser.failed('silent', 0);
    expect(chooser.candidates(0)).to.deep.equal(['direct']);
  });
  it('never-returns stays direct', () => {
    const chooser = new PathChooser('relay-preferred', 1, behaviourOf('never-returns'));
    chooser.failed('silent', 0);
    chooser.failed('silent', 0);
    chooser.probed('direct', 0);
    expect(chooser.candidates(0)).to.deep.equal([]);
  });
  it('leaks-when-moved tries directly after two seconds', () => {
    const chooser = new PathChooser('relay-only', 1, behaviourOf('leaks-when-moved'));
    chooser.failed('silent', 0);
    chooser.failed('silent', 1000);
    expect(chooser.candidates(1900)).to.deep.equal([]);
    expect(chooser.candidates(2000)).to.deep.equal(['direct']);
  });
});

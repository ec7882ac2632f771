import { describe, it } from 'node:test';
import { expect } from 'chai';
import { behaviourOf, HONEST } from './flaws.ts';
import { PathChooser } from './path.ts';

describe('the choice of the way', () => {
  it('takes the relay first and looks for another way after a failure', () => {
    const chooser = new PathChooser('relay-preferred', true, HONEST);
    expect(chooser.path).to.equal('relay');
    expect(chooser.probe(0)).to.equal(null);
    chooser.failed('silent', 0);
    expect(chooser.probe(0)).to.equal('direct');
  });
  it('leaves the relay only after failures in a row, and only for a way that works', () => {
    const chooser = new PathChooser('relay-preferred', true, HONEST);
    chooser.failed('silent', 0);
    expect(chooser.probed('direct', 0)).to.equal(false);
    chooser.worked();
    chooser.failed('silent', 0);
    expect(chooser.path).to.equal('relay');
    chooser.failed('refused', 0);
    expect(chooser.path, 'no probe has worked yet').to.equal('relay');
    expect(chooser.probed('direct', 0)).to.equal(true);
    expect(chooser.path).to.equal('direct');
  });
  it('returns to the relay as soon as a probe of it works', () => {
    const chooser = new PathChooser('relay-preferred', true, HONEST);
    chooser.failed('denied', 0);
    chooser.failed('denied', 0);
    chooser.probed('direct', 0);
    expect(chooser.probe(0)).to.equal('relay');
    expect(chooser.probed('relay', 0)).to.equal(true);
    expect(chooser.path).to.equal('relay');
    expect(chooser.probe(0)).to.equal(null);
  });
  it('never goes around a relay that it is bound to', () => {
    const chooser = new PathChooser('relay-only', true, HONEST);
    for (let i = 0; i < 100; i += 1) chooser.failed('silent', i * 1000);
    expect(chooser.probe(100_000)).to.equal(null);
    expect(chooser.probed('direct', 100_000)).to.equal(false);
  });
  it('goes directly where there is no relay, also when bound to one', () => {
    for (const mode of ['relay-only', 'relay-preferred', 'direct-only'] as const)
      expect(new PathChooser(mode, false, HONEST).path).to.equal('direct');
    expect(new PathChooser('direct-only', true, HONEST).path).to.equal('direct');
  });
  it('starts afresh with a new relay', () => {
    const chooser = new PathChooser('relay-preferred', false, HONEST);
    chooser.relayChanged(true);
    expect(chooser.path).to.equal('relay');
    chooser.relayChanged(false);
    expect(chooser.path).to.equal('direct');
  });
});

describe('the choice of the broken ones', () => {
  it('ignores-relay never takes it', () => {
    expect(new PathChooser('relay-preferred', true, behaviourOf('ignores-relay')).path).to.equal('direct');
  });
  it('retries-refused-forever goes around a silent relay, not a refusing one', () => {
    const chooser = new PathChooser('relay-preferred', true, behaviourOf('retries-refused-forever'));
    for (const failure of ['refused', 'denied', 'closed'] as const) chooser.failed(failure, 0);
    expect(chooser.probe(0)).to.equal(null);
    chooser.failed('silent', 0);
    expect(chooser.probe(0)).to.equal('direct');
  });
  it('never-returns stays direct', () => {
    const chooser = new PathChooser('relay-preferred', true, behaviourOf('never-returns'));
    chooser.failed('silent', 0);
    chooser.failed('silent', 0);
    chooser.probed('direct', 0);
    expect(chooser.probe(0)).to.equal(null);
  });
  it('leaks-when-moved tries directly after two seconds', () => {
    const chooser = new PathChooser('relay-only', true, behaviourOf('leaks-when-moved'));
    chooser.failed('silent', 0);
    chooser.failed('silent', 1000);
    expect(chooser.probe(1900)).to.equal(null);
    expect(chooser.probe(2000)).to.equal('direct');
  });
});

import { describe, it } from 'node:test';
import { expect } from 'chai';
import { Story } from '../steps/checks/testing.ts';
import { outcomeOf } from './outcome.ts';

const scenario = { requirement: 'NET-01', name: 'An example', slug: 'net-01' };

describe('the outcome of a scenario that the harness has not judged', () => {
  it('names the step that it had come to, and the last that was seen', () => {
    const { events } = Story.closed().see({ kind: 'step', text: 'the product is installed' }).working();
    const { result } = outcomeOf('example', scenario, undefined, [], events);
    expect(result).to.include({ verdict: 'inconclusive', blame: 'harness' });
    const step = events.find(({ kind }) => kind === 'step')?.n;
    expect(result.decidedBy?.events.map(({ n }) => n)).to.deep.equal([step, events.length]);
    expect(result.decidedBy?.events[0]?.text.en).to.contain('the product is installed');
  });
  it('names nothing where nothing was recorded', () => {
    const { result } = outcomeOf('example', scenario, undefined, []);
    expect(result).to.include({ verdict: 'inconclusive', blame: 'harness' });
    expect(result).to.not.have.property('decidedBy');
  });
});

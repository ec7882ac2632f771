import { describe, it } from 'node:test';
import { expect } from 'chai';
import { HistoryWriter } from '../../history/writer.ts';
import { ofKind } from '../checks/window.ts';
import { conclude, type Ended } from './conclude.ts';

async function concluded(ended: Ended, dispose = () => Promise.resolve()) {
  const history = HistoryWriter.inMemory();
  history.record('harness', { kind: 'step', text: 'something is done' });
  const judgement = await conclude({ history, [Symbol.asyncDispose]: dispose }, ended);
  expect(history.closed).to.equal(true);
  const failed = ofKind(history.events, 'lab.failed').map(({ blame, what }) => `${blame}: ${what}`);
  return { judgement, failed, finished: ofKind(history.events, 'scenario.finished') };
}

describe('the end of a session', () => {
  it('says that all was played, or that it was not', async () => {
    const whole = await concluded({ completed: true });
    expect(whole.finished).to.have.length(1);
    expect(whole.finished[0]?.completed).to.equal(true);
    expect(whole.judgement.reason.en).to.equal('The scenario did not ask anything of the product.');
    const cut = await concluded({
      completed: false,
      broke: { name: 'CheckViolated', text: 'it was not there' },
    });
    expect(cut.finished[0]?.completed).to.equal(false);
    expect(cut.failed).to.deep.equal([]);
  });
  it('takes an error that nobody has explained for one of the harness', async () => {
    const { judgement, failed } = await concluded({
      completed: false,
      broke: { name: 'TypeError', text: 'x' },
    });
    expect(failed).to.deep.equal(['harness: a step']);
    expect(judgement).to.include({ verdict: 'inconclusive', blame: 'harness' });
  });
  it('says that the lab could not be taken down', async () => {
    const { failed } = await concluded({ completed: true }, () => Promise.reject(new Error('no answer')));
    expect(failed).to.deep.equal(['lab: taking down the lab']);
  });
});

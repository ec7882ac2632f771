/** The harness's side, the cloud's program and the check together, in one process: only agent and lab are left out. */
import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { HistoryEvent, Observation } from '../../history/events.ts';
import { connectCloud } from '../../mocks/cloud/console.ts';
import type { CommandFrame } from '../../mocks/cloud/control.ts';
import { testCloud } from '../../mocks/cloud/testing.ts';
import { loadProduct } from '../../products/load.ts';
import { runCheck } from '../checks/testing-texts.ts';
import { ageLogTo, lookUp, retentionOf } from './retention.ts';
import type { PlayedAct, Session } from './session.ts';

/** What is seen of the log of that product's cloud, as the scenario plays it. */
async function judged(id: string) {
  const product = await loadProduct(id);
  const { days = 0 } = product.product.cloud.logRetention ?? {};
  const cloud = await testCloud({ logDays: days });
  const events: HistoryEvent[] = [];
  const record = (source: string, observation: Observation): HistoryEvent => {
    const event: HistoryEvent = { ...observation, n: events.length + 1, t: Date.now(), source };
    events.push(event);
    return event;
  };
  let told = 0;
  let listener: (frame: Record<string, unknown>) => void = () => undefined;
  const tell = (): void => {
    for (const event of cloud.events.slice(told)) listener({ event, at: Date.now() });
    told = cloud.events.length;
  };
  const channel = {
    send: (message: unknown) => {
      const { id: number, do: order } = message as CommandFrame;
      const value = cloud.cloud.obey(order);
      tell();
      listener({ reply: { id: number, value } });
      return Promise.resolve();
    },
    onFrame: (given: typeof listener) => (listener = given),
  };
  const console = connectCloud(channel, { record }, () => 'direct');
  const session = {
    product,
    history: { events },
    inCloud: (_: string, body: (cloud: typeof console) => unknown) => body(console),
  } as unknown as Session;

  const { agentId, key } = await cloud.enrol();
  const played = async (act: string): Promise<PlayedAct> => {
    const nonce = `nonce-of-${act}`;
    const what = { act, nonce, stimulus: 'T1204.002', twin: true, endpoint: 'pc', zone: 'closed' } as const;
    const started = record('harness', { kind: 'act.started', ...what });
    const row = { time: 1, activity: 'process', path: '/bin/x', detail: nonce };
    const sent = { key, body: { events: [row] } };
    expect(await cloud.call('POST', `/v1/agents/${agentId}/telemetry`, sent)).to.include({ status: 202 });
    tell();
    return { id: act, act: { nonce } as PlayedAct['act'], started };
  };
  const old = await played('a1');
  const retention = retentionOf(session);
  const { days: declared, margin } = retention;
  for (const [index, age] of [0, declared - margin, declared + margin].entries()) {
    await ageLogTo(session, age);
    await lookUp(session, old, await played(`a${index + 2}`));
  }
  return runCheck('kept-as-declared', { events, now: Date.now(), since: 0 }, { act: 'a1', ...retention });
}

describe('how long the log is kept at the cloud', () => {
  it('is as declared for the reference', async () => {
    expect((await judged('reference')).state).to.equal('satisfied');
  });
  it('is not for the two that are broken in it, each in its way', async () => {
    const early = await judged('forgets-log-early');
    expect(early.state).to.equal('violated');
    expect(early.reason.en).to.contain('kept for less than the 30 days');
    const late = await judged('keeps-log-too-long');
    expect(late.state).to.equal('violated');
    expect(late.reason.en).to.contain('kept for longer than the 30 days');
  });
  it('is looked for in less than whole days where the time is short', () => {
    const of = (days: number) =>
      retentionOf({ product: { product: { statement: { logRetention: { days } } } } } as unknown as Session);
    expect(of(30)).to.deep.equal({ days: 30, margin: 1 });
    expect(of(5)).to.deep.equal({ days: 5, margin: 0.5 });
  });
});

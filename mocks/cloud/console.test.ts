import { expect } from 'chai';
import { describe, it } from 'node:test';
import type { HistoryEvent, Observation, Recorder } from '../../history/events.ts';
import { connectCloud } from './console.ts';
import type { CommandFrame } from './control.ts';

function memory(): Recorder & { events: HistoryEvent[] } {
  const events: HistoryEvent[] = [];
  const record = (source: string, observation: Observation, at?: number): HistoryEvent => {
    const event = { ...observation, n: events.length + 1, t: 0, source, ...(at === undefined ? {} : { at }) };
    events.push(event);
    return event;
  };
  return { events, record };
}

function setUp(answer: (order: CommandFrame) => unknown) {
  let listener: (frame: Record<string, unknown>) => void = () => undefined;
  const recorder = memory();
  const channel = {
    send: (message: unknown) => {
      const reply = answer(message as CommandFrame);
      if (reply !== undefined) listener({ n: 1, at: 1, reply });
      return Promise.resolve();
    },
    onFrame: (given: typeof listener) => (listener = given),
  };
  const whoIs = (address: string) => (address === '10.0.0.3' ? 'relay' : 'direct');
  const console = connectCloud(channel, recorder, whoIs, { answerMs: 30, readyMs: 30 });
  return { console, recorder, say: (frame: Record<string, unknown>) => listener(frame) };
}

describe('connectCloud', () => {
  it('adds the way by the address plan and keeps the clock of the cloud', () => {
    const { recorder, say } = setUp(() => undefined);
    say({
      n: 1,
      at: 5,
      peer: '10.0.0.3',
      event: { kind: 'cloud.heartbeat', agent: 'a', queued: 0, dropped: 0 },
    });
    say({ n: 2, at: 6, event: { kind: 'cloud.fault', fault: '5xx', state: 'on' } });
    expect(recorder.events).to.deep.equal([
      {
        ...{ kind: 'cloud.heartbeat', agent: 'a', queued: 0, dropped: 0, via: 'relay' },
        ...{ n: 1, t: 0, source: 'cloud', at: 5 },
      },
      { kind: 'cloud.fault', fault: '5xx', state: 'on', n: 2, t: 0, source: 'cloud', at: 6 },
    ]);
  });

  it('an event that the history does not know is the fault of the cloud', () => {
    const { recorder, say } = setUp(() => undefined);
    say({ n: 1, at: 5, event: { kind: 'cloud.heartbeat' } });
    say({ n: 2, at: 5, event: { kind: 'cloud.dream' } });
    expect(recorder.events.map((e) => e.kind)).to.deep.equal(['lab.failed', 'lab.failed']);
  });

  it('gives back values, and refusals as errors', async () => {
    const { console } = setUp(({ id, do: order }) =>
      order.what === 'set-policy' ? { id, value: 7 } : { id, error: 'no such agent' },
    );
    expect(await console.setMode('block')).to.equal(7);
    const error = await console.command(undefined, 'kill').catch((e: unknown) => e as Error);
    expect(error).to.have.property('message', 'the cloud refused "command": no such agent');
  });

  it('says what was awaited when nothing comes', async () => {
    const { console } = setUp(() => undefined);
    const error = await console.ready().catch((e: unknown) => e as Error);
    expect(error).to.have.property('code', 'cloud-silent');
    expect((error as Error).message).to.match(/"ready" within 30 ms.*stderr/);
  });
});

/** What a person does in a lab that is not there: what is told must have been seen. */
import { beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { HistoryWriter } from '../../history/writer.ts';
import type { Endpoint, Relay, StartedLab } from '../../topologies/lab-types.ts';
import { loadTopology } from '../../topologies/schema.ts';
import { LabHands } from './hands.ts';

describe('hands in a lab', () => {
  let history: HistoryWriter;
  let hands: LabHands;
  /** what the relay does when it is broken */
  let inject: (fault: string) => Promise<void>;
  let zone: string | null;
  const verified = (fault: string, state: 'in-force' | 'gone'): void =>
    void history.record('lab', { kind: 'fault.verified', fault, target: 'relay', state, detail: 'seen so' });

  beforeEach(() => {
    history = HistoryWriter.inMemory();
    zone = 'closed';
    let now: string | undefined;
    inject = (fault) => {
      verified((now = fault), 'in-force');
      return Promise.resolve();
    };
    const relay: Pick<Relay, 'heal'> & { inject: (fault: string) => Promise<void> } = {
      inject: (fault) => inject(fault),
      heal: () => {
        if (now !== undefined) verified(now, 'gone');
        now = undefined;
        return Promise.resolve();
      },
    };
    const endpoint: Pick<Endpoint, 'name' | 'zone' | 'address' | 'move'> = {
      name: 'pc',
      get zone() {
        return zone;
      },
      get address() {
        return zone === null ? null : '10.0.0.5';
      },
      move: (to) => {
        zone = to;
        return Promise.resolve();
      },
    };
    const lab = { endpoint: () => endpoint, relay: () => relay } as unknown as StartedLab;
    hands = new LabHands({ lab, history, topology: loadTopology('closed-office') });
  });
  const failure = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'it did not fail',
      (error: unknown) => String(error),
    );

  it('tell of a fault what the lab saw', async () => {
    expect(await hands.fault({ op: 'fault', fault: 'refused', settings: {} })).to.equal(
      'refused of relay is in force; seen by the lab: seen so',
    );
    expect(hands.faultOf('relay')).to.equal('refused');
    expect(await hands.heal({ op: 'heal' })).to.equal('refused of relay is gone; seen by the lab: seen so');
    expect(hands.faultOf('relay')).to.equal(null);
    expect(await hands.heal({ op: 'heal' })).to.equal('relay has no fault');
  });
  it('do not say that a fault is in force when nobody saw it', async () => {
    inject = () => Promise.resolve();
    expect(await failure(hands.fault({ op: 'fault', fault: 'silent', settings: {} }))).to.contain(
      'not seen in-force',
    );
    expect(hands.faultOf('relay')).to.equal('silent (not seen in force)');
  });
  it('leave no fault behind that this machine cannot have', async () => {
    inject = () => Promise.reject(Object.assign(new Error('no netem'), { name: 'FaultUnavailable' }));
    expect(await failure(hands.fault({ op: 'fault', fault: 'paused', settings: {} }))).to.contain('no netem');
    expect(hands.faultOf('relay')).to.equal(null);
  });
  it('refuse what there is not, and list what there is', async () => {
    expect(await failure(hands.fault({ op: 'fault', fault: 'burnt', settings: {} }))).to.match(
      /there are: refused, /,
    );
    expect(await failure(hands.fault({ op: 'fault', fault: 'refused', relay: 'x', settings: {} }))).to.match(
      /there is no relay x; there are: relay/,
    );
    expect(await failure(hands.relocate({ op: 'relocate', zone: 'moon' }))).to.match(
      /closed, internet, none/,
    );
    expect(await failure(hands.begin({ op: 'exec', argv: ['id'], endpoint: 'x' }))).to.match(/no endpoint x/);
    expect(zone).to.equal('closed');
    expect(history.events, 'nothing was done').to.deep.equal([]);
  });
  it('tell where an endpoint is, and note who moved it', async () => {
    expect(await hands.relocate({ op: 'relocate', zone: 'internet' })).to.equal(
      'pc is in internet at 10.0.0.5',
    );
    expect(await hands.relocate({ op: 'relocate', zone: null })).to.equal('pc is on no network');
    const notes = history.events.filter((event) => event.kind === 'manual.step');
    expect(notes.map(({ text }) => text)).to.deep.equal(['move pc to internet', 'move pc to no network']);
  });
});

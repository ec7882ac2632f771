import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { HistoryEvent, Observation } from '../../history/events.ts';
import { clock, Narrator } from './narrator.ts';

const T = 1_700_000_000_000;
let n = 0;
const at = (t: number, observation: Observation): HistoryEvent => ({
  n: ++n,
  t: T + t,
  source: 'x',
  ...observation,
});
const packet = (t: number, more: Partial<HistoryEvent & { kind: 'packet' }> = {}): HistoryEvent =>
  at(t, {
    kind: 'packet',
    point: 'pc',
    direction: 'out',
    protocol: 'tcp',
    from: '10.0.0.5',
    fromPort: 40_000,
    to: '10.0.0.3',
    toPort: 3128,
    peer: 'relay',
    zone: 'closed',
    payload: 700,
    ...more,
  });

describe('the history in lines', () => {
  it('sums packets up by second, endpoint, peer and direction', () => {
    const narrator = new Narrator();
    const lines = [
      packet(100),
      packet(200),
      packet(300, { direction: 'in', from: '10.0.0.3', to: '10.0.0.5' }),
      packet(400, { point: 'server', peer: 'resolver', payload: 30 }),
      packet(1200),
    ].flatMap((event) => narrator.tell(event));
    expect(lines).to.deep.equal([
      `${clock(T)} packets   pc: relay 2 out 1 in 2.1 kB`,
      `${clock(T)} packets   server: resolver 1 out 0 in 30 B`,
    ]);
    expect(narrator.until(T + 1900)).to.deep.equal([]);
    expect(narrator.until(T + 2000)).to.deep.equal([
      `${clock(T + 1000)} packets   pc: relay 1 out 0 in 700 B`,
    ]);
    expect(narrator.until(Infinity)).to.deep.equal([]);
  });
  it('names the other ends of what goes past relay and resolver, a few of them', () => {
    const narrator = new Narrator();
    for (const last of [1, 2, 3, 4, 5])
      narrator.tell(packet(0, { peer: 'other', to: `203.0.113.${last}`, toPort: 443, payload: 0 }));
    narrator.tell(packet(0, { peer: 'other', to: '203.0.113.1', toPort: 443, payload: 0 }));
    const [line] = narrator.until(Infinity);
    expect(line).to.contain(
      'other 6 out 0 in 0 B (tcp 203.0.113.1:443, tcp 203.0.113.2:443, tcp 203.0.113.3:443 and 2 more)',
    );
  });
  it('keeps the order of time: packets of a second that is over come before what happened later', () => {
    const narrator = new Narrator();
    narrator.tell(packet(900));
    const lines = narrator.tell(at(1100, { kind: 'fault.injected', fault: 'refused', target: 'relay' }));
    expect(lines).to.have.length(2);
    expect(lines[0]).to.contain('packets');
    expect(lines[1]).to.equal(`${clock(T + 1100)} fault     refused at relay injected`);
  });
  it('tells what relay, resolver, cloud and person did', () => {
    const narrator = new Narrator();
    const relayed = {
      kind: 'relay.request',
      relay: 'relay',
      client: '10.0.0.5',
      method: 'CONNECT',
      target: 'edr.cloud.test:443',
      status: 403,
      decision: 'TCP_DENIED',
      hostHeader: null,
      bytesUp: 100,
      bytesDown: 2000,
      ms: 3,
    } as const;
    const tell = (observation: Observation): string => narrator.tell(at(0, observation)).join('\n');
    expect(tell({ ...relayed, ours: false })).to.match(
      /relay: 10\.0\.0\.5 CONNECT edr\.cloud\.test:443 403 TCP_DENIED, 100 B up, 2\.0 kB down, 3 ms$/,
    );
    expect(tell({ ...relayed, ours: true }), 'the lab’s own question').to.equal('');
    expect(
      tell({
        kind: 'resolver.query',
        resolver: 'gateway-closed',
        client: '10.0.0.5',
        name: 'a.test',
        type: 'A',
        answer: '',
      }),
    ).to.contain('asked for a.test A: no answer');
    expect(tell({ kind: 'move.finished', endpoint: 'pc', zone: null, address: null })).to.match(
      /pc is in no network$/,
    );
    expect(tell({ kind: 'manual.step', text: 'on pc: id', site: true })).to.contain('by hand   on pc: id');
    expect(
      tell({ kind: 'process.ended', node: 'relay', process: 'squid', exit: 1, declared: false, stderr: '' }),
    ).to.contain('BROKEN    squid of relay ended, status 1');
  });
});

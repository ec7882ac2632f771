/** A made-up history with bands, moves, packets and checks, for tests of what draws it. */
import type { HistoryEvent, Observation } from '../history/events.ts';

/** A short history of an outage: relay gone at 4 s, back at 8 s, moved at 12 s. */
export function fixtureHistory(): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  const start = Date.parse('2026-11-23T05:50:00.000Z');
  const add = (ms: number, source: string, event: Observation): void => {
    events.push({ ...event, n: 0, t: start + ms, source });
  };
  const packet = (ms: number, peer: 'relay' | 'resolver' | 'cloud' | 'gateway', zone: string): void =>
    add(ms, 'capture', {
      kind: 'packet', point: 'pc1', direction: 'out', protocol: peer === 'resolver' ? 'udp' : 'tcp',
      from: '192.0.2.10', to: '192.0.2.2', peer, zone, payload: 120,
    }); // prettier-ignore
  const judge = (ms: number, check: string): void =>
    add(ms, 'harness', { kind: 'check', check, args: { within: 5000 }, role: 'then', since: 1 });
  add(0, 'harness', {
    kind: 'scenario.started', product: 'reference', requirement: 'DET-03', scenario: 'An outage loses nothing',
    seed: 4711, lane: 'ci', statement: {}, timing: { detect: 3000 },
  }); // prettier-ignore
  add(300, 'harness', { kind: 'lab.ready', lab: 'k3f9', topology: 'closed-and-open', nodes: [] });
  add(900, 'hook', {
    kind: 'hook.finished',
    hook: 'install',
    endpoint: 'pc1',
    outcome: 'ok',
    exit: 0,
    ms: 410,
    output: '',
  });
  add(1600, 'cloud', {
    kind: 'cloud.enrolled',
    agent: 'a1',
    hostname: 'pc1',
    peer: '198.51.100.3',
    via: 'relay',
    again: false,
  });
  for (let ms = 1000; ms < 16_000; ms += 90)
    if (ms < 4000 || ms > 8000) packet(ms, ms > 12_400 ? 'cloud' : 'relay', 'closed');
  for (let ms = 4200; ms < 8000; ms += 400) packet(ms, 'relay', 'closed');
  for (const ms of [1100, 4300, 9000, 12_600]) packet(ms, 'resolver', 'closed');
  add(1700, 'relay', {
    kind: 'relay.request', relay: 'relay', client: '192.0.2.10', method: 'CONNECT', target: 'edr.cloud.test:443', status: 200,
    decision: 'TCP_TUNNEL', hostHeader: 'edr.cloud.test:443', bytesUp: 900, bytesDown: 2200, ms: 2200, ours: false,
  }); // prettier-ignore
  add(4000, 'harness', { kind: 'step', text: 'the relay is lost: refused' });
  add(4000, 'fault', { kind: 'fault.injected', fault: 'refused', target: 'relay' });
  add(4200, 'fault', {
    kind: 'fault.verified',
    fault: 'refused',
    target: 'relay',
    state: 'in-force',
    detail: 'connect refused in 1 ms',
  });
  add(5000, 'workload', {
    kind: 'act.started', act: 'act-1', stimulus: 'T1098.007', twin: false, nonce: 'k3f9x1', endpoint: 'pc1', zone: 'closed',
  }); // prettier-ignore
  add(5400, 'workload', { kind: 'act.finished', act: 'act-1', exit: 0, effect: 'happened', output: '' });
  add(7900, 'fault', { kind: 'fault.healed', fault: 'refused', target: 'relay' });
  add(8000, 'fault', {
    kind: 'fault.verified',
    fault: 'refused',
    target: 'relay',
    state: 'gone',
    detail: 'tunnel in 2 ms',
  });
  add(9300, 'cloud', {
    kind: 'cloud.detection', agent: 'a1', uid: 'u1', copy: 1, via: 'relay', analytic: 'T1098.007', disposition: 'detected',
    startTime: start + 5010, body: '{"nonce":"k3f9x1"}',
  }); // prettier-ignore
  judge(9400, 'all-delivered');
  add(12_000, 'lab', { kind: 'move.started', endpoint: 'pc1', from: 'closed', to: 'internet' });
  add(12_400, 'lab', { kind: 'move.finished', endpoint: 'pc1', zone: 'internet', address: '203.0.113.9' });
  add(14_000, 'recovery', {
    kind: 'recovery.attempt',
    method: 'itself',
    state: 'done',
    detail: 'delivered after 1.6 s',
  });
  judge(14_100, 'recovery');
  add(16_000, 'harness', { kind: 'scenario.finished', seconds: 16 });
  return events.sort((a, b) => a.t - b.t).map((event, i) => ({ ...event, n: i + 1 }));
}

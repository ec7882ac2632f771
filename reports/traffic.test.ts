import { expect } from 'chai';
import { describe, it } from 'node:test';
import type { HistoryEvent, Observation } from '../history/events.ts';
import { fixtureResults } from './fixture.ts';
import { Traffic } from './results.ts';
import { TrafficSums } from './traffic.ts';

const CLOUD = '203.0.113.4';
const install: Observation = {
  kind: 'hook.finished', hook: 'install', endpoint: 'pc1', outcome: 'ok', exit: 0, ms: 100, output: '',
}; // prettier-ignore
/** Events a second apart, from 0. */
const historyOf = (...all: readonly Observation[]): HistoryEvent[] =>
  all.map((event, i): HistoryEvent => ({ ...event, n: i + 1, t: i * 1000, source: 'x' }));

const line = (target: string, more: Partial<Observation & { kind: 'relay.request' }> = {}): Observation => ({
  kind: 'relay.request', relay: 'relay', client: '192.0.2.10', method: 'CONNECT', target, status: 200,
  decision: 'TCP_TUNNEL', hostHeader: null, bytesUp: 10, bytesDown: 100, ms: 5, ours: false, ...more,
}); // prettier-ignore
type PacketMore = Partial<Observation & { kind: 'packet' }>;
const out = (more: PacketMore = {}): Observation => ({
  kind: 'packet', point: 'pc1', direction: 'out', protocol: 'tcp', from: '192.0.2.10', fromPort: 5000, to: CLOUD,
  toPort: 443, peer: 'cloud', zone: 'internet', payload: 0, ...more,
}); // prettier-ignore
const back = (more: PacketMore = {}): Observation =>
  out({ direction: 'in', from: CLOUD, fromPort: 443, to: '192.0.2.10', toPort: 5000, ...more });

const CHANNELS = { enrol: 'edr.cloud.test:443', update: 'cdn.cloud.test:443' };
async function sumOf(...histories: readonly HistoryEvent[][]): Promise<Traffic | undefined> {
  const { products } = await fixtureResults();
  const sums = new TrafficSums();
  for (const history of histories) sums.add('reference', history, new Map(Object.entries(CHANNELS)));
  return sums.total(
    products.map((p) => ({ ...p, statement: p.id === 'reference' ? { channels: CHANNELS } : {} })),
  );
}

describe('what the firewall must open', () => {
  it('sums over scenarios, by destination and way, declared ones first', async () => {
    const one = historyOf(install, line('stats.cloud.test:443', { status: 403, bytesDown: 0 }), line('EDR.cloud.test:443')); // prettier-ignore
    const two = historyOf(install, line('edr.cloud.test:443'), line('edr.cloud.test:443', { status: 503 }));
    const traffic = await sumOf(one, two);
    expect(Traffic.parse(traffic).destinations).to.deep.equal([
      {
        product: 'reference', destination: 'edr.cloud.test:443', route: 'relay', channels: ['enrol'], zones: [],
        connections: 2, refused: 1, bytesUp: 30, bytesDown: 300, scenarios: 2,
      },
      {
        product: 'reference', destination: 'stats.cloud.test:443', route: 'relay', channels: [], zones: [],
        connections: 0, refused: 1, bytesUp: 10, bytesDown: 0, scenarios: 1,
      },
    ]); // prettier-ignore
    expect(traffic?.watched).to.deep.equal([{ product: 'reference', scenarios: 2, seconds: 4 }]);
  });

  it('leaves out what the lab does itself: its probes before the installation, and its own requests', async () => {
    const probe = out({ to: '203.0.113.129', toPort: 25003, peer: 'witness', flags: 'S' });
    const traffic = await sumOf(historyOf(probe, install, line('edr.cloud.test:443', { ours: true })));
    expect(traffic?.destinations).to.deep.equal([]);
  });

  it('knows nothing of a product that no history shows installed', async () => {
    expect(await sumOf(historyOf(line('edr.cloud.test:443')))).to.equal(undefined);
  });

  it('gives no sum of bytes where one line has none, rather than a small one', async () => {
    const uncounted = line('edr.cloud.test:443');
    if (uncounted.kind === 'relay.request') delete uncounted.bytesUp;
    const traffic = await sumOf(
      historyOf(install, uncounted),
      historyOf(install, line('edr.cloud.test:443')),
    );
    expect(traffic?.destinations[0]).to.include({ bytesDown: 200, connections: 2 }).and.not.to.have.property('bytesUp'); // prettier-ignore
  });

  it('counts what an inspecting relay reads inside of a tunnel as bytes, not as connections', async () => {
    const inside = line('https://edr.cloud.test/v1/enrol', { method: 'POST' });
    const traffic = await sumOf(historyOf(install, line('edr.cloud.test:443', { bytesUp: 0 }), inside));
    expect(traffic?.destinations).to.have.length(1);
    expect(traffic?.destinations[0]).to.include({ connections: 1, bytesUp: 10 });
  });
});

describe('what went past the relay', () => {
  const asked: Observation = {
    kind: 'resolver.query', resolver: 'r', client: '192.0.2.10', name: 'edr.cloud.test', type: 'A', answer: CLOUD,
  }; // prettier-ignore

  it('is a connection that the endpoint opened, by the name that led there', async () => {
    const history = historyOf(
      install,
      asked,
      out({ flags: 'S' }),
      back({ flags: 'S.' }),
      out({ flags: 'P.', payload: 40 }),
      back({ flags: 'P.', payload: 7 }),
      out({ flags: 'S', fromPort: 5001 }),
      out({ flags: 'S', fromPort: 5001 }),
      out({ flags: 'S', fromPort: 5002 }),
      back({ flags: 'R.', toPort: 5002 }),
    );
    expect((await sumOf(history))?.destinations).to.deep.equal([
      {
        product: 'reference', destination: 'edr.cloud.test:443', route: 'direct', channels: ['enrol'],
        zones: ['internet'], connections: 1, refused: 2, bytesUp: 40, bytesDown: 7, scenarios: 1,
      },
    ]); // prettier-ignore
  });

  it('is not the relay, the resolver, neighbours’ talk, or what others opened', async () => {
    const history = historyOf(
      install,
      out({ peer: 'relay', flags: 'S' }),
      out({ peer: 'resolver', protocol: 'udp', toPort: 53 }),
      out({ peer: 'gateway', protocol: 'arp' }),
      out({ peer: 'other', protocol: 'icmpv6', to: 'ff02::2' }),
      back({ flags: 'S', fromPort: 40000, toPort: 22, peer: 'endpoint' }),
      out({ flags: 'S.', fromPort: 22, toPort: 40000, peer: 'endpoint' }),
    );
    expect((await sumOf(history))?.destinations).to.deep.equal([]);
  });

  it('also has what is neither TCP nor named', async () => {
    const history = historyOf(
      install,
      out({ protocol: 'icmp', to: '192.0.2.1', peer: 'gateway', payload: 8 }),
      out({ protocol: 'udp', to: '192.0.2.1', toPort: 123, peer: 'gateway', payload: 48 }),
    );
    const names = (await sumOf(history))?.destinations.map(({ destination, refused }) => [destination, refused]); // prettier-ignore
    expect(names).to.have.length(2);
    expect(JSON.stringify(names)).to.contain('["192.0.2.1:123/udp",1]');
  });
});

describe('requests by channel', () => {
  const request = (host: string, path: string, via: 'relay' | 'direct' | 'unknown' = 'relay'): Observation => ({
    kind: 'cloud.request', peer: '198.51.100.3', via, host, method: 'POST', path, status: 200,
    bytesUp: 5, bytesDown: 6, problems: [],
  }); // prettier-ignore

  it('are told by the destination, or by the path where several channels share one', async () => {
    const traffic = await sumOf(
      historyOf(
        install,
        request('edr.cloud.test', '/v1/enrol'),
        request('edr.cloud.test', '/v1/enrol', 'direct'),
        request('shared.test', '/v1/agents/a/heartbeat'),
        request('shared.test', '/unheard-of', 'unknown'),
      ),
    );
    const of = (channel: string): object | undefined => traffic?.channels.find((c) => c.channel === channel);
    expect(of('enrol')).to.include({
      destination: 'edr.cloud.test:443',
      viaRelay: 1,
      direct: 1,
      bytesUp: 10,
    });
    expect(of('update')).to.include({ destination: 'cdn.cloud.test:443', viaRelay: 0, direct: 0 });
    expect(of('heartbeat')).to.include({ viaRelay: 1 }).and.not.to.have.property('destination');
    expect(of('other')).to.include({ viaRelay: 0, direct: 0, unknown: 1 });
  });
});

import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { openEngine } from './engine/docker.ts';
import type { Engine } from './engine/engine.ts';
import { createLabFactory } from './factory.ts';
import { ENDPOINT, MemoryHistory, fetchCloud, labSpec } from './lab-fixture.ts';
import type { LabFactory, LabSpec } from './lab-types.ts';

const PC = { image: ENDPOINT, capabilities: [], hostname: 'pc-001' };

describe('more than one site', () => {
  let engine: Engine;
  let labs: LabFactory;
  before(async () => {
    engine = await openEngine();
    labs = await createLabFactory(engine);
    await engine.image(ENDPOINT);
  });
  after(async () => {
    await labs[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });
  const specOf = (topology: string, history: MemoryHistory, ...more: readonly string[]): LabSpec => {
    const spec = labSpec(topology, history);
    return { ...spec, endpoints: { ...spec.endpoints, ...Object.fromEntries(more.map((pc) => [pc, PC])) } };
  };

  it('has two closed ones, each with its own relay, resolver and addresses', async () => {
    const history = new MemoryHistory();
    await using lab = await labs.start(specOf('two-sites', history, 'pc-b'));
    await lab.proveClosed();
    const pc = lab.endpoint('pc');
    const through = async (relay: string, zone: string): Promise<string> => {
      const argv = ['curl', '-sS', '-m', '10', '-p', '-x', `http://${lab.relay(relay).address(zone)}`];
      return (await pc.exec([...argv, 'http://edr.cloud.test:443/'])).stdout;
    };
    const before = (await pc.exec(['cat', '/etc/resolv.conf'])).stdout;
    expect(await through('relay', 'closed')).to.equal('cloud');
    expect(await through('relay-b', 'site-b')).to.equal('');
    await pc.move('site-b');
    expect(await through('relay-b', 'site-b')).to.equal('cloud');
    expect(await through('relay', 'closed')).to.equal('');
    expect((await pc.exec(['getent', 'hosts', 'relay.site-b.test'])).exit).to.equal(0);
    expect((await pc.exec(['getent', 'hosts', 'relay.closed.test'])).exit).to.equal(2);
    expect((await pc.exec(['cat', '/etc/resolv.conf'])).stdout).not.to.equal(before);
  });

  it('has a home with the office’s addresses, from which a router leads to the cloud', async () => {
    const history = new MemoryHistory();
    await using lab = await labs.start(specOf('home-office', history));
    await lab.proveClosed();
    const pc = lab.endpoint();
    const office = pc.address;
    await pc.move('home');
    const mtu = await lab.endpoint().exec(['cat', '/sys/class/net/zone0/mtu']);
    expect(mtu.stdout, 'as in the office').to.equal('1500\n');
    expect([pc.zone, pc.address]).to.deep.equal(['home', office]);
    expect((await pc.exec(['ip', '-o', 'addr'])).stdout).to.contain(` ${office ?? '-'}/28 `);
    expect(await fetchCloud(lab, null)).to.include({ stdout: 'cloud' });
    // Where the relay was is a device that refuses, and whom the office does not know has a name here.
    expect((await fetchCloud(lab, 'closed')).exit).to.equal(7);
    await pc.exec(['curl', '-sS', '-m', '10', 'http://www.outside.test/hello']);
    const heard = await history.awaited('outsider.heard', ({ ours, what }) => !ours && what === 'plain');
    expect(heard).to.include({ outsider: 'outside', role: 'witness', port: 80 });
    expect(heard.text).to.contain('GET /hello');
    const away = await history.awaited('packet', (p) => p.zone === 'home' && p.peer === 'cloud');
    expect(away).to.include({ point: 'pc' });
    await pc.move('closed');
    expect(await fetchCloud(lab, 'closed')).to.include({ stdout: 'cloud' });
    await lab.finishEvidence();
    const carried = history.of('packet').filter((p) => p.toPort === 4789 || p.fromPort === 4789);
    expect(carried).to.deep.equal([]);
    const out = history.of('packet').filter((p) => p.direction === 'out' && p.protocol !== 'arp');
    const counted = history.of('counters')[0]!.counters;
    for (const peer of ['relay', 'cloud', 'resolver', 'witness', 'other'] as const)
      expect(out.filter((p) => p.peer === peer).length, peer).to.be.at.least(counted[peer] ?? 0);
    expect(history.of('lab.failed')).to.deep.equal([]);
  });

  it('has a stranger where the relay was, who hears every byte', async () => {
    const history = new MemoryHistory();
    await using lab = await labs.start(specOf('stranger', history));
    await lab.proveClosed();
    const pc = lab.endpoint();
    expect(history.of('outsider.heard').filter(({ ours }) => !ours)).to.deep.equal([]);
    await pc.move('home');
    const relay = lab.relay().address('closed');
    const to = (...more: readonly string[]): Promise<unknown> =>
      pc.exec(['curl', '-sS', '-m', '20', '-p', '-x', `http://user:secret@${relay}`, ...more]);
    // A careful client sees the wrong certificate, a careless one talks.
    await to('https://edr.cloud.test/');
    const refused = await history.awaited('outsider.heard', ({ what }) => what === 'tls-refused');
    expect(refused).to.include({ outsider: 'stranger', role: 'stranger', ours: false, from: pc.address });
    const asked = await history.awaited('outsider.heard', ({ what, ours }) => what === 'request' && !ours);
    expect(asked.text).to.match(/^CONNECT edr\.cloud\.test:443 HTTP[\s\S]*Proxy-Authorization: Basic/);
    expect(history.of('outsider.heard').filter(({ what }) => what === 'application')).to.deep.equal([]);
    await to('-k', 'https://edr.cloud.test/telemetry');
    const talked = await history.awaited('outsider.heard', ({ what }) => what === 'application');
    expect(talked.text).to.contain('GET /telemetry');
    await to('http://edr.cloud.test/in-the-clear');
    const openly = await history.awaited('outsider.heard', ({ what }) => what === 'plain');
    expect(openly.text).to.contain('GET /in-the-clear');
  });
});

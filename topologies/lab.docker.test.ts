import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { openEngine } from './engine/docker.ts';
import type { Engine } from './engine/engine.ts';
import { LabNotClosed } from './errors.ts';
import { createLabFactory } from './factory.ts';
import { ENDPOINT, MemoryHistory, fetchCloud, labSpec, watched } from './lab-fixture.ts';
import type { LabFactory } from './lab-types.ts';

describe('a lab', () => {
  let opened: Engine;
  let spied: ReturnType<typeof watched>;
  let labs: LabFactory;
  before(async () => {
    opened = await openEngine();
    spied = watched(opened);
    labs = await createLabFactory(spied.engine);
    await opened.image(ENDPOINT);
  });
  after(async () => {
    await labs[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  });

  it('is closed, and has the relay as the only way to the cloud', async () => {
    const history = new MemoryHistory();
    const begun = performance.now();
    await using lab = await labs.start(labSpec('closed-office', history));
    await lab.proveClosed();
    process.stderr.write(`up and proven after ${Math.round(performance.now() - begun)} ms\n`);
    const { probes } = history.of('lab.closed')[0]!;
    expect(probes.filter(({ blocked, arrivesInControl }) => !blocked || !arrivesInControl)).to.deep.equal([]);
    expect(probes.length).to.be.greaterThan(20);

    expect(await fetchCloud(lab, 'closed')).to.include({ stdout: 'cloud' });
    const line = await history.awaited('relay.request', ({ ours }) => !ours);
    expect(line).to.include({ target: 'edr.cloud.test:443', status: 200, hostHeader: 'edr.cloud.test:443' });
    expect(line.client).to.equal(lab.endpoint().address);
    const forbidden = await fetchCloud(lab, 'closed', '--connect-to', '::other.cloud.test:443');
    expect(forbidden.stderr).to.match(/403/);

    // Nobody resolves the cloud here; who knows its address and tries directly is seen doing so.
    expect((await fetchCloud(lab, null)).exit).to.equal(6);
    const cloud = history.of('lab.ready')[0]!.nodes.find(({ name }) => name === 'cloud')!.addresses.internet!;
    await fetchCloud(lab, null, '--connect-to', `::${cloud}:443`, '-m', '1');
    const stray = await history.awaited(
      'packet',
      (p) => p.to === cloud && p.toPort === 443 && p.flags === 'S' && p.n > line.n,
    );
    expect(stray).to.include({ point: 'pc', direction: 'out', peer: 'cloud', zone: 'closed' });

    await lab.finishEvidence();
    const summary = history.of('capture.summary')[0]!;
    expect(summary.parsed).to.equal(summary.received);
    expect(summary.dropped).to.equal(0);
    const out = history.of('packet').filter((p) => p.direction === 'out' && p.protocol !== 'arp');
    const counted = history.of('counters')[0]!.counters;
    for (const peer of ['relay', 'cloud', 'resolver', 'witness'] as const)
      expect(out.filter((p) => p.peer === peer).length, peer).to.equal(counted[peer]);
    expect(history.of('process.ended').filter(({ declared }) => !declared)).to.deep.equal([]);
    expect(history.of('lab.failed')).to.deep.equal([]);
  });

  it('reads a capture as tcpdump reads it', async () => {
    const history = new MemoryHistory();
    const spec = labSpec('closed-office', history);
    await using lab = await labs.start(spec);
    await lab.proveClosed();
    await fetchCloud(lab, 'closed');
    await lab.finishEvidence();
    const node = spied.container('gateway-closed');
    await node.put([{ path: '/tmp/pc.pcap', content: readFileSync(`${spec.evidence}/pc.pcap`) }]);
    const { stdout } = await node.run(['tcpdump', '-n', '-r', '/tmp/pc.pcap', 'ip and tcp']);
    const theirs = stdout.split('\n').flatMap((line) => {
      const parts = / IP (\S+) > (\S+): Flags \[([^\]]+)\],.* length (\d+)/.exec(line);
      return parts === null ? [] : [parts.slice(1).join(' ')];
    });
    const ours = history
      .of('packet')
      .filter(({ protocol, from }) => protocol === 'tcp' && !from.includes(':'))
      .map((p) => `${p.from}.${p.fromPort ?? ''} ${p.to}.${p.toPort ?? ''} ${p.flags ?? ''} ${p.payload}`);
    expect(ours).to.deep.equal(theirs);
    expect(ours.length).to.be.greaterThan(10);
  });

  it('has every packet until its end, however late the capture reads', async () => {
    const history = new MemoryHistory();
    await using lab = await labs.start(labSpec('closed-office', history));
    await lab.proveClosed();
    const tcpdump = (signal: string): Promise<unknown> =>
      spied.container('pc-holder').run(['sh', '-c', `kill -${signal} $(cat /tmp/heiiki-tcpdump.pid)`]);
    await tcpdump('STOP');
    for (let round = 0; round < 3; round++)
      expect(await fetchCloud(lab, 'closed')).to.include({ stdout: 'cloud' });
    const finishing = lab.finishEvidence();
    await history.awaited('counters', () => true);
    await tcpdump('CONT');
    await finishing;
    const sent = history.of('packet').filter((p) => p.direction === 'out' && p.peer === 'relay').length;
    expect(sent).to.be.greaterThan(10);
    // What came after the count is in it as well.
    expect(sent).to.be.at.least(history.of('counters')[0]!.counters.relay!);
  });

  it('lets an endpoint move out, into the internet and back, and captures all the way', async () => {
    const history = new MemoryHistory();
    await using lab = await labs.start(labSpec('closed-office', history));
    const endpoint = lab.endpoint();
    await endpoint.move(null);
    expect([endpoint.zone, endpoint.address]).to.deep.equal([null, null]);
    expect((await fetchCloud(lab, 'closed')).exit).to.equal(7);
    await endpoint.move('internet');
    expect(await fetchCloud(lab, null)).to.include({ stdout: 'cloud' });
    const direct = await history.awaited('packet', (p) => p.peer === 'cloud' && p.direction === 'in');
    expect(direct.zone).to.equal('internet');
    // The old relay's address leads nowhere from here, and is still known as the relay's.
    expect((await fetchCloud(lab, 'closed', '-m', '1')).exit).to.equal(28);
    expect(await history.awaited('packet', (p) => p.peer === 'relay' && p.zone === 'internet')).to.include({
      flags: 'S',
    });
    await endpoint.move('closed');
    // What an interface takes with it when it goes was counted, and did not leave.
    expect(history.of('counters.leaving').map(({ point }) => point)).to.deep.equal(['pc', 'pc']);
    expect(await fetchCloud(lab, 'closed')).to.include({ stdout: 'cloud' });
    expect((await fetchCloud(lab, null)).exit).to.equal(6);
    expect(history.of('move.finished').map(({ zone }) => zone)).to.deep.equal([null, 'internet', 'closed']);
    await lab.finishEvidence();
    expect(history.of('capture.summary')[0]).to.include({ dropped: 0 });
  });

  it('forgets at a restart what a reboot forgets', async () => {
    const history = new MemoryHistory();
    await using lab = await labs.start(labSpec('closed-office', history));
    const endpoint = lab.endpoint();
    await endpoint.put([
      { path: '/tmp/gone', content: 'x' },
      { path: '/opt/kept', content: 'y' },
    ]);
    await endpoint.restart();
    expect(await endpoint.get('/tmp/gone')).to.equal(undefined);
    expect(String(await endpoint.get('/opt/kept'))).to.equal('y');
    expect((await endpoint.exec(['cat', '/etc/resolv.conf'])).stdout).to.match(
      /^nameserver 10\.201\.\d+\.\d+\n$/,
    );
    expect(await fetchCloud(lab, 'closed')).to.include({ stdout: 'cloud' });
    expect(history.of('endpoint.restarted')).to.have.length(1);
  });

  it('keeps what a program that has ended had still to send, until that is forgotten', async () => {
    await using lab = await labs.start(labSpec('closed-office', new MemoryHistory()));
    const endpoint = lab.endpoint();
    const [host = '', port = ''] = lab.relay().address('closed').split(':');
    const leave = async (): Promise<void> => {
      const program = `use IO::Socket::INET; $| = 1; my $c = IO::Socket::INET->new('${host}:${port}') or die;
        print "open\n"; <STDIN>; syswrite $c, "CONNECT edr.cloud.test:443 HTTP/1.1\r\n";`;
      const started = await endpoint.begin(['perl', '-e', program]);
      await once(started.stdout, 'data');
      await endpoint.move(null);
      started.stdin.end('\n');
      await started.ended;
    };
    const unsent = async (): Promise<number> => {
      const { stdout } = await spied.container('pc-holder').run(['ss', '-Htn', 'state', 'fin-wait-1']);
      return stdout.split('\n').filter((line) => line.includes(`:${port}`)).length;
    };
    await leave();
    expect(await unsent()).to.equal(1);
    await endpoint.forgetConnections();
    expect(await unsent()).to.equal(0);
    await endpoint.move('closed');
    await leave();
    expect(await unsent()).to.equal(1);
    await endpoint.restart();
    expect(await unsent(), 'after a reboot').to.equal(0);
  });

  it('notices when a part of it dies, whoever did it', async () => {
    const history = new MemoryHistory();
    const lab = await labs.start(labSpec('closed-office', history));
    const parts = [
      ['pc-holder', 'tcpdump', 'pc'],
      ['-relay', 'squid', 'relay'],
      ['gateway-closed', 'dnsmasq', 'gateway-closed'],
      ['-cloud', 'app', 'cloud'],
    ] as const;
    for (const [container, name, node] of parts) {
      await spied.container(container).run(['sh', '-c', `kill -9 $(cat /tmp/heiiki-${name}.pid)`]);
      expect(await history.awaited('process.ended', (e) => e.node === node)).to.include({
        process: name,
        declared: false,
        exit: 137,
      });
    }
    await Promise.allSettled([lab[Symbol.asyncDispose]()]);
  });

  it('speaks with an app in numbered frames, and notices one that is missing', async () => {
    const history = new MemoryHistory();
    await using lab = await labs.start(labSpec('closed-office', history));
    const frames: unknown[] = [];
    lab.app('cloud').onFrame((frame) => frames.push(frame.kind));
    await lab.app('cloud').send({ please: 'skip' });
    expect(await history.awaited('stream.gap', () => true)).to.include({ stream: 'app:cloud' });
    expect(frames).to.include.members(['ready', 'said']);
  });

  it('has a relay that is strict about the Host header, if asked', async () => {
    const history = new MemoryHistory();
    await using lab = await labs.start(labSpec('closed-office-strict', history));
    expect(await fetchCloud(lab, 'closed')).to.include({ stdout: 'cloud' });
    const [host = '', port = ''] = lab.relay().address('closed').split(':');
    const request = 'CONNECT edr.cloud.test:443 HTTP/1.1\\r\\nHost: relay.closed.test\\r\\n\\r\\n';
    const script = `exec 3<>/dev/tcp/${host}/${port}; printf '${request}' >&3; read -rt 2 line <&3; echo "$line"`;
    expect((await lab.endpoint().exec(['bash', '-c', script])).stdout).to.match(/ 400 /);
    const refused = await history.awaited('relay.request', (line) => line.hostHeader === 'relay.closed.test');
    expect(refused).to.include({ status: 400, ours: false, client: lab.endpoint().address });
  });

  it('starts in the open, where the relay can be used, too', async () => {
    const history = new MemoryHistory();
    await using lab = await labs.start(labSpec('open-office', history));
    await lab.proveClosed();
    expect(await fetchCloud(lab, null)).to.include({ stdout: 'cloud' });
    expect(await fetchCloud(lab, 'internet')).to.include({ stdout: 'cloud' });
  });

  it('leaves nothing behind when it cannot start, and says whose fault it was', async () => {
    const history = new MemoryHistory();
    const spec = labSpec('closed-office', history);
    const cloud = { ...spec.apps.cloud!, argv: ['sh', '-c', 'echo no certificate >&2; exit 3'] };
    const before = (await opened.leftovers()).filter(({ run }) => run === opened.run).length;
    const error = await labs.start({ ...spec, apps: { cloud } }).catch(String);
    expect(error).to.match(/cloud ended with 3: no certificate/);
    expect(history.of('lab.failed')[0]).to.include({ blame: 'cloud', what: 'cloud ended with 3' });
    expect((await opened.leftovers()).filter(({ run }) => run === opened.run)).to.have.length(before);
  });

  it('does not meet another lab that runs at the same time', async () => {
    const histories = [new MemoryHistory(), new MemoryHistory()] as const;
    const [one, other] = await Promise.all(
      histories.map((history) => labs.start(labSpec('closed-office', history))),
    );
    await using first = one!;
    await using second = other!;
    const there = second.relay().address('closed');
    const met = await first.endpoint().exec(['curl', '-sS', '-m', '1', `http://${there}/`]);
    expect(met.exit).to.equal(28);
    await Promise.all([first.proveClosed(), second.proveClosed()]);
    expect(histories[1].of('relay.request').filter(({ ours }) => !ours)).to.deep.equal([]);
  });

  it('proves nothing any more when a witness of the open control has ended', async () => {
    const own = await createLabFactory(spied.engine);
    try {
      await using first = await own.start(labSpec('closed-office', new MemoryHistory()));
      await first.proveClosed();
      const witness = spied.container('-witness');
      await witness.run(['sh', '-c', 'kill -9 $(cat /tmp/heiiki-witness-witness.pid)']);
      const refused = await first.proveClosed().catch((error: unknown) => error);
      expect(String(refused)).to.contain('a witness ended: witness');
    } finally {
      await own[Symbol.asyncDispose]();
    }
  });

  it('refuses a lab that leaks, and names what gets through', async () => {
    const history = new MemoryHistory();
    await using leaky = await createLabFactory(spied.engine, { networkKind: 'open' });
    await using lab = await leaky.start(labSpec('closed-office', history));
    const failure = await lab.proveClosed().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(LabNotClosed);
    const through = history.of('lab.closed')[0]!.probes.filter(({ blocked }) => !blocked);
    const names = through.map(({ probe }) => probe).join('\n');
    for (const way of ['gateway-address', 'host-tcp', 'host-udp', 'host-icmp']) expect(names).to.contain(way);
  });
});

import { after, before, describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { openEngine } from '../engine/docker.ts';
import type { Engine } from '../engine/engine.ts';
import { createLabFactory } from '../factory.ts';
import { ENDPOINT, MemoryHistory } from '../lab-fixture.ts';
import type { LabFactory, RelayAccess, RelayKind, StartedLab } from '../lab-types.ts';
import { CLOUD, POLL_MS, WEBSOCKET, fetchThrough, relayLab, tlsCloud } from './relays-fixture.ts';
import type { TlsCloud } from './relays-fixture.ts';

interface Case {
  readonly topology: string;
  readonly kind: RelayKind;
  readonly url: string;
  /** the way that the relay's log tells the request by which the destination is reached */
  readonly method: string;
  /** curl's words when the destination is not allowed */
  readonly refusal: RegExp;
  /** and the relay's status for it */
  readonly status: number;
}
const HTTP = {
  method: 'CONNECT',
  refusal: /response 403/,
  status: 403,
  url: 'http://relay.closed.test:3128',
};
const CASES: readonly Case[] = [
  { ...HTTP, topology: 'closed-office', kind: 'connect' },
  { ...HTTP, topology: 'closed-office-basic', kind: 'basic' },
  { ...HTTP, topology: 'closed-office-digest', kind: 'digest' },
  { ...HTTP, topology: 'closed-office-tinyproxy', kind: 'connect' },
  { ...HTTP, topology: 'closed-office-pac', kind: 'pac' },
  { ...HTTP, topology: 'closed-office-tls', kind: 'tls', url: 'https://relay.closed.test:3128' },
  { ...HTTP, topology: 'closed-office-chain', kind: 'connect' },
  {
    ...HTTP,
    topology: 'closed-office-inspected-trusted',
    kind: 'inspected',
    method: 'GET',
    refusal: /Access Denied/,
  },
  // It says 200 to CONNECT, and then its page where a client begins TLS.
  {
    ...HTTP,
    topology: 'closed-office-filtered',
    kind: 'connect',
    refusal: /wrong version number/,
    status: 200,
  },
  {
    topology: 'closed-office-socks5',
    kind: 'socks5',
    url: 'socks5://relay.closed.test:1080',
    method: 'SOCKS5',
    refusal: /SOCKS5 connection to/,
    status: 403,
  },
  {
    topology: 'closed-office-sni',
    kind: 'sni',
    url: 'http://relay.closed.test:443',
    method: 'SNI',
    refusal: /SSL|reset/i,
    status: 403,
  },
];

describe('relays of every kind', { concurrency: 2 }, () => {
  let engine: Engine;
  let labs: LabFactory;
  let cloud: TlsCloud;
  before(async () => {
    engine = await openEngine();
    labs = await createLabFactory(engine);
    await engine.image(ENDPOINT);
    cloud = await tlsCloud(engine);
  });
  after(async () => {
    await labs[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });
  const started = (topology: string, history = new MemoryHistory()): Promise<StartedLab> =>
    labs.start(relayLab(topology, history, cloud));
  /** whom a client has to trust at the destination's place */
  const trustOf = ({ kind, ca }: RelayAccess): string =>
    kind === 'inspected' ? (ca ?? '') : cloud.authority;

  for (const { topology, kind, url, method, refusal, status } of CASES)
    it(`${topology}: lets through what it should, polls and WebSocket too, and refuses the rest`, async () => {
      const history = new MemoryHistory();
      await using lab = await started(topology, history);
      await lab.proveClosed();
      const access = lab.relay('relay').access('closed');
      expect(access).to.include({ kind, url, name: 'relay.closed.test' });
      const trust = trustOf(access);

      expect(await fetchThrough(lab, access, trust)).to.include({ stdout: 'cloud', exit: 0 });
      const poll = await fetchThrough(lab, access, trust, { url: `https://${CLOUD}/poll` });
      expect(poll, 'long poll').to.include({ stdout: 'late', exit: 0 });
      expect(poll.ms).to.be.greaterThan(POLL_MS - 100);
      const socket = await fetchThrough(lab, access, trust, { more: WEBSOCKET });
      expect(socket.stdout, 'WebSocket').to.match(/HTTP\/1.1 101 [\s\S]*frame/);
      const elsewhere =
        kind === 'sni'
          ? { url: 'https://other.cloud.test/', more: ['--connect-to', `::${access.address}`] }
          : { url: kind === 'socks5' ? `https://${CLOUD}:444/` : 'https://other.cloud.test/' };
      const other = await fetchThrough(lab, access, trust, elsewhere);
      expect(`${other.stdout}${other.stderr}`).to.match(refusal);

      await lab.finishEvidence();
      const lines = history.of('relay.request').filter(({ ours, relay }) => !ours && relay === 'relay');
      const client = lab.endpoint().address;
      const inspected = method === 'GET' ? `https://${CLOUD}/` : `${CLOUD}:443`;
      const passed = lines.find(
        (line) => line.method === method && line.target === inspected && line.status === 200,
      );
      expect(passed, JSON.stringify(lines)).to.include({ client });
      if (kind === 'basic' || kind === 'digest') expect(passed).to.include({ user: access.user });
      if (kind === 'sni') expect(passed).to.include({ sni: CLOUD });
      if (topology !== 'closed-office-tinyproxy') expect(passed?.bytesDown).to.be.greaterThan(4);
      const refused = lines.filter(({ target }) => !target.includes(CLOUD) || target.endsWith(':444'));
      expect(refused.map((line) => line.status)).to.include(status);
      expect(history.of('lab.failed')).to.deep.equal([]);
      expect(history.of('process.ended').filter(({ declared }) => !declared)).to.deep.equal([]);
      if (access.password !== undefined)
        expect(JSON.stringify(history.events)).not.to.contain(access.password);
    });

  it('are told apart by who signs in: without, and with a wrong password, nothing is let through', async () => {
    for (const topology of ['closed-office-basic', 'closed-office-digest']) {
      const history = new MemoryHistory();
      await using lab = await started(topology, history);
      const access = lab.relay().access('closed');
      for (const credentials of [{ user: access.user ?? '', password: 'wrong' }, undefined]) {
        const { user, password, ...nobody } = access;
        expect([user, password]).not.to.include(undefined);
        const answer = await fetchThrough(lab, { ...nobody, ...credentials }, cloud.authority);
        expect(answer.stderr, topology).to.match(/407/);
      }
      const denied = await history.awaited('relay.request', (line) => !line.ours && line.status === 407);
      expect(denied.decision).to.equal('TCP_DENIED');
    }
  });

  it('have a page for what they filter, as if it had been the answer', async () => {
    await using lab = await started('closed-office-filtered');
    const { url } = lab.relay().access('closed');
    const argv = ['curl', '-sS', '-m', '20', '-x', url, '-w', ' %{http_code}', 'http://other.cloud.test/'];
    const { stdout } = await lab.endpoint().exec(argv, { user: 'nobody' });
    expect(stdout).to.match(/Access to this page is blocked[\s\S]* 200$/);
  });

  it('show a certificate that nobody was told to trust, where they inspect with an unknown authority', async () => {
    await using lab = await started('closed-office-inspected');
    const access = lab.relay().access('closed');
    expect(access).to.include({ kind: 'inspected' }).and.not.to.have.property('ca');
    expect((await fetchThrough(lab, access, cloud.authority)).exit).to.equal(60);
  });

  it('are named by a proxy.pac, which the zone serves', async () => {
    await using lab = await started('closed-office-pac');
    const { pac = '', name, port } = lab.relay().access('closed');
    const { stdout } = await lab.endpoint().exec(['curl', '-sS', '-m', '20', '-i', pac], { user: 'nobody' });
    expect(stdout).to.match(/content-type: application\/x-ns-proxy-autoconfig/i);
    const script = stdout.slice(stdout.indexOf('function'));
    const find = (host: string): unknown =>
      runInNewContext(`${script}; FindProxyForURL('https://' + host + '/', host)`, {
        host,
        isPlainHostName: (text: string) => !text.includes('.'),
        dnsDomainIs: (text: string, domain: string) => text.endsWith(domain),
      });
    expect(find(CLOUD)).to.equal(`PROXY ${name}:${port}`);
    expect(find(name)).to.equal('DIRECT');
    expect(find('printer')).to.equal('DIRECT');
  });

  it('are in a chain: both logs show what the client asked for, and who it is', async () => {
    const history = new MemoryHistory();
    await using lab = await started('closed-office-chain', history);
    const access = lab.relay('relay').access('closed');
    expect(await fetchThrough(lab, access, cloud.authority)).to.include({ stdout: 'cloud' });
    await lab.finishEvidence();
    for (const relay of ['relay', 'outer'])
      expect(history.of('relay.request').filter((line) => !line.ours && line.relay === relay)).to.have.length(
        1,
      );
    const outer = history.of('relay.request').find((line) => !line.ours && line.relay === 'outer');
    expect(outer).to.include({ target: `${CLOUD}:443`, client: lab.endpoint().address, status: 200 });
  });

  it('are two: each is used by itself, and one is there when the other is gone', async () => {
    const history = new MemoryHistory();
    await using lab = await started('closed-office-two-relays', history);
    const [first, second] = [lab.relay('relay'), lab.relay('second')].map((relay) => relay.access('closed'));
    expect(first!.address).not.to.equal(second!.address);
    await lab.relay('relay').inject('refused');
    expect((await fetchThrough(lab, first!, cloud.authority)).exit).to.equal(7);
    expect(await fetchThrough(lab, second!, cloud.authority)).to.include({ stdout: 'cloud' });
    await history.awaited('relay.request', (line) => !line.ours && line.relay === 'second');
    await lab.relay('relay').heal();
    expect(await fetchThrough(lab, first!, cloud.authority)).to.include({ stdout: 'cloud' });
  });
});

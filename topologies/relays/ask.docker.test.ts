import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { openEngine } from '../engine/docker.ts';
import type { Engine, StartedContainer, StartedExec } from '../engine/engine.ts';
import { toolsImage } from '../engine/images/index.ts';
import type { RelayAccess, RelayKind } from '../lab-types.ts';
import { ask } from './ask.ts';
import type { Answer } from './ask.ts';

/** A destination that never says anything, and relays that say nothing, hang up, or listen nowhere. */
const WORLD = `
ip route add unreachable 203.0.113.0/24
perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(LocalPort=>7777,Listen=>5); push @c,$_ while $_=$s->accept' &
perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(LocalPort=>3999,Listen=>5); push @c,$_ while $_=$s->accept' &
perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(LocalPort=>3998,Listen=>5); while($c=$s->accept){sysread $c,$x,1;close $c}' &
for port in 7777 3999 3998 3128 1080; do for try in $(seq 3000); do ss -ltn | grep -q ":$port " && break; sleep 0.02; done; done
echo ready; exec cat`;
const SQUID = `http_port 3128
acl good port 7777
http_access allow good
http_access deny all
pid_filename none
netdb_filename none
pinger_enable off
cache_log /dev/null
access_log none
`;
const DANTE = `logoutput: stdout
internal: 127.0.0.1 port = 1080
external: lo
clientmethod: none
socksmethod: none
client pass { from: 0/0 to: 0/0 }
socks pass { from: 0/0 to: 127.0.0.1/32 port = 7777 }
`;

/** Where an answer comes, a busy machine may take long over it; where none comes, all of the time is used. */
const PATIENCE_S = 30;
const SILENCE_S = 3;

describe('asking a relay', () => {
  let engine: Engine;
  let node: StartedContainer;
  let world: StartedExec;
  before(async () => {
    engine = await openEngine();
    node = await engine.container({
      name: 'ask',
      image: await engine.image(toolsImage),
      argv: ['sleep', 'infinity'],
      attach: { kind: 'none' },
      capabilities: ['NET_ADMIN'],
    });
    await node.put([
      { path: '/tmp/squid.conf', content: SQUID },
      { path: '/tmp/dante.conf', content: DANTE },
    ]);
    const relays =
      '(squid -N -f /tmp/squid.conf; true) >/dev/null 2>&1 & danted -f /tmp/dante.conf >/dev/null 2>&1 &';
    world = await node.exec(['bash', '-c', `${relays}\n${WORLD}`]);
    for await (const chunk of world.stdout) if (String(chunk).includes('ready')) break;
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await node[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });

  const at = (kind: RelayKind, port: number, address = '127.0.0.1'): RelayAccess => ({
    kind,
    name: 'relay.test',
    address: `${address}:${port}`,
    port,
    url: `${{ tls: 'https', socks5: 'socks5' }[kind as string] ?? 'http'}://relay.test:${port}`,
  });
  const asked = (relay: RelayAccess, to = '127.0.0.1:7777', seconds = PATIENCE_S): Promise<Answer> =>
    ask(node, { relay, to, seconds, as: 'tunnel' });

  it('sees what is let through and what is not', async () => {
    expect(await asked(at('connect', 3128))).to.include({ outcome: 'answered', status: 200, through: true });
    const refused = await asked(at('connect', 3128), '127.0.0.1:7778');
    expect(refused).to.include({ outcome: 'answered', connected: true, status: 403, through: false });
    expect(refused.detail).to.match(/^HTTP 403, /);
    expect(await asked(at('socks5', 1080))).to.include({ outcome: 'answered', status: 0, through: true });
    const blocked = await asked(at('socks5', 1080), '127.0.0.1:7778');
    expect(blocked).to.include({ outcome: 'answered', connected: true, through: false });
  });
  it('is let through also where the destination then says nothing', async () => {
    for (const relay of [at('connect', 3128), at('socks5', 1080)]) {
      const answer = await ask(node, { relay, to: '127.0.0.1:7777', seconds: SILENCE_S });
      expect(answer, relay.kind).to.include({ outcome: 'answered', through: true, code: 0, exit: 28 });
    }
  });
  for (const kind of ['connect', 'basic', 'digest', 'tls', 'socks5', 'sni', 'inspected'] as const)
    it(`tells the ways to get no answer from one another (${kind})`, async () => {
      const none = { through: false, status: 0, code: 0 };
      expect(await asked(at(kind, 3999), undefined, SILENCE_S)).to.include({
        outcome: 'silent',
        connected: true,
        ...none,
      });
      expect(await asked(at(kind, 3997))).to.include({ outcome: 'refused', connected: false, ...none });
      expect(await asked(at(kind, 3998))).to.include({ outcome: 'answered', connected: true, ...none });
      const far = await asked(at(kind, 3128, '203.0.113.1'));
      expect(far).to.include({ outcome: 'unreachable', connected: false, ...none });
    });
});

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { LabNotClosed } from '../errors.ts';
import { parseProbeResults } from '../probes.ts';
import type { Outcome, Probe } from '../probes.ts';
import { judge } from './closure.ts';

const probe: Probe = { id: 'outside-tcp', kind: 'tcp', address: '198.51.100.10', port: 22000, text: 'n' };
const result = (outcome: Outcome, detail = ''): { id: string; outcome: Outcome; detail: string } => ({
  id: probe.id,
  outcome,
  detail,
});
const arrives = { arrives: true, detail: 'answered' };

describe('judgement of an attempt to get out', () => {
  for (const [outcome, blocked] of [
    ['silent', true],
    ['unreachable', true],
    ['refused', false],
    ['answered', false],
  ] as const)
    it(`${outcome}: ${blocked ? 'blocked' : 'gets through'}`, () => {
      expect(judge('pc', probe, result(outcome), arrives, false)).to.include({
        blocked,
        arrivesInControl: true,
      });
    });
  it('is that it gets through if the witness heard it, even without an answer', () => {
    expect(judge('pc', probe, result('silent'), arrives, true).blocked).to.equal(false);
  });
  it('is that it proves nothing if it does not arrive in the control', () => {
    const finding = judge('pc', probe, result('silent'), { arrives: false, detail: 'silent' }, false);
    expect(finding).to.include({ blocked: true, arrivesInControl: false });
    expect(new LabNotClosed('x', [finding]).message).to.match(
      /outside-tcp from pc to 198\.51\.100\.10:22000 proves nothing/,
    );
  });
  it('of a name asks for exactly NXDOMAIN: no answer is a dead resolver, not a closed zone', () => {
    const name: Probe = { ...probe, kind: 'name' };
    expect(judge('pc', name, result('answered', 'rcode 3'), arrives, false).blocked).to.equal(true);
    for (const other of [result('silent'), result('answered', 'rcode 0'), result('answered', 'rcode 2')])
      expect(judge('pc', name, other, arrives, false).blocked).to.equal(false);
  });
});

describe('probe script', () => {
  const run = async (lines: string): Promise<ReturnType<typeof parseProbeResults>> => {
    const child = spawn('perl', [`${import.meta.dirname}/probe.pl`, '1'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(lines);
    return parseProbeResults(await text(child.stdout));
  };
  it('tells answered, refused and silent apart, all at once', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end('hello\n'));
    const mute = createServer((socket) => socket.on('error', () => undefined));
    const ports = await Promise.all(
      [server, mute].map(
        (one) =>
          new Promise<number>((resolve) =>
            one.listen(0, '127.0.0.1', () => resolve((one.address() as AddressInfo).port)),
          ),
      ),
    );
    const begun = performance.now();
    const results = await run(
      [
        `a tcp 127.0.0.1 ${ports[0] ?? 0} nonce`,
        'b tcp 127.0.0.1 1 nonce',
        `c connect 127.0.0.1 ${ports[1] ?? 0} x.test:443`,
        'd udp 127.0.0.1 1 nonce',
        'e dns 127.0.0.1 1 no.such.test',
        '',
      ].join('\n'),
    );
    server.close();
    mute.close();
    expect(Object.fromEntries(results.map(({ id, outcome }) => [id, outcome]))).to.include({
      a: 'answered',
      b: 'refused',
      c: 'silent',
      d: 'refused',
    });
    expect(results.find(({ id }) => id === 'c')?.detail).to.equal('connected');
    expect(performance.now() - begun).to.be.lessThan(8000);
  });
});

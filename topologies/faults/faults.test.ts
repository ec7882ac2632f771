import { spawn } from 'node:child_process';
import { createServer, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { expect } from 'chai';
import { parseRelayLine } from '../evidence/relay-log.ts';
import { RELAY_FAULTS } from '../lab-types.ts';
import { DATAGRAMS, isLoss, isRate, numbersOf } from './measures.ts';
import { TABLE, burstBytes } from './rules.ts';
import { settingsFor } from './settings.ts';
import { FAULTS } from './table.ts';
import type { FaultKind } from './table.ts';

const place = { addresses: ['10.0.0.3', '10.1.0.3'], port: 3128 };

describe('the table of faults', () => {
  it('touches the relay’s side of its clients only, in one table', () => {
    for (const fault of RELAY_FAULTS) {
      const kind: FaultKind = FAULTS[fault];
      const script = kind.rules?.(place, settingsFor(fault, kind.takes, {}));
      if (script === undefined) continue;
      expect(script.match(/^table /gm), fault).to.have.length(1);
      expect(script, fault).to.contain(`table inet ${TABLE} {`);
      const rules = script.split('\n').filter((line) => /drop|reject|redirect/.test(line));
      expect(rules, fault).not.to.have.length(0);
      for (const rule of rules)
        expect(rule, fault).to.match(/^ +ip [sd]addr \{ 10\.0\.0\.3, 10\.1\.0\.3 \} /);
    }
  });
  it('puts what a fault was told into its rules', () => {
    const kind = (fault: 'body-limit' | 'loss' | 'bandwidth'): FaultKind => FAULTS[fault];
    const rules = (fault: 'body-limit' | 'loss' | 'bandwidth', given: object): string =>
      kind(fault).rules?.(place, settingsFor(fault, kind(fault).takes, given)) ?? '';
    expect(rules('body-limit', { bytes: 70_000 })).to.contain('ct original bytes > 70000 ');
    expect(rules('loss', { percent: 12.5 })).to.contain('numgen random mod 1000 < 125 drop');
    expect(rules('bandwidth', { bitsPerSecond: 800_000 })).to.contain(
      'over 100000 bytes/second burst 16384 bytes',
    );
  });
});

describe('settings of a fault', () => {
  it('are its own if nothing is given, and what is given else', () => {
    expect(settingsFor('loss', FAULTS.loss.takes, {}).percent).to.equal(20);
    expect(settingsFor('loss', FAULTS.loss.takes, { percent: 5 }).percent).to.equal(5);
  });
  it('are refused if it does not take them, or not such values', () => {
    const given = (settings: object) => () => settingsFor('loss', FAULTS.loss.takes, settings);
    expect(given({ times: 3 })).to.throw('fault loss does not take times\n  → It takes: percent.');
    for (const percent of [0, 100, Number.NaN])
      expect(given({ percent })).to.throw(`fault loss cannot have percent ${percent}\n  → Use 1 to 90.`);
    expect(() => settingsFor('silent', {}, { seconds: 1 })).to.throw('It takes: nothing.');
  });
});

describe('what was measured', () => {
  it('is a loss of so much only within bounds', () => {
    const passing = (percent: number): number => Math.round(DATAGRAMS * (1 - percent / 100) ** 2);
    expect(isLoss(20, passing(20))).to.equal(true);
    expect(isLoss(20, passing(20) + 40)).to.equal(true);
    for (const came of [DATAGRAMS, 0, passing(50), passing(5)]) expect(isLoss(20, came)).to.equal(false);
    expect(isLoss(1, DATAGRAMS)).to.equal(false);
  });
  it('is within a rate only if something came, and not too much', () => {
    expect(isRate(800_000, 100_000, 1)).to.equal(true);
    expect(isRate(800_000, 100_000 + burstBytes(800_000), 1)).to.equal(true);
    for (const bytes of [0, 400_000]) expect(isRate(800_000, bytes, 1)).to.equal(false);
  });
  it('is read from one line', () => {
    expect(numbersOf('down 597008 in 1.52 up 3 in 1.50')).to.deep.equal([597008, 1.52, 3, 1.5]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
const running: ReturnType<typeof spawn>[] = [];
async function program(file: string, ...args: readonly string[]): Promise<ReturnType<typeof spawn>> {
  const child = spawn('perl', [`${import.meta.dirname}/${file}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  await new Promise((resolve, reject) => {
    child.stderr.once('data', resolve);
    child.once('exit', () => reject(new Error(`${file} ended`)));
  });
  return child;
}
after(() => running.forEach((child) => child.kill('SIGTERM')));

describe('what answers in the relay’s place', () => {
  for (const [way, status, header] of [
    ['answers-407', 407, 'Proxy-Authenticate: Basic'],
    ['answers-403', 403, 'Content-Length'],
    ['answers-503', 503, 'Retry-After'],
    ['captive-200', 200, 'Content-Length'],
    ['captive-302', 302, 'Location: http://portal.guest.example/'],
  ] as const)
    it(`${way}: lets nobody through, and writes it down`, async () => {
      const port = await freePort();
      const child = await program('answerer.pl', String(port), way);
      const line = new Promise<string>((resolve) =>
        child.stderr?.once('data', (chunk) => resolve(String(chunk))),
      );
      const socket = connect(port, '127.0.0.1');
      // in pieces, and with something of the tunnel already behind it
      socket.write('CONNECT edr.cloud.test:443 HTTP/1.1\r\nHo');
      socket.write(
        'st: edr.cloud.test:443\r\nProxy-Authorization: Basic c3RhZmY6c2VjcmV0\r\n\r\n\x16\x03\x01',
      );
      const answer = await text(socket);
      expect(answer).to.match(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).to.contain(header);
      expect(answer).to.contain('</html>');
      const request = { method: 'CONNECT', target: 'edr.cloud.test:443', status, decision: 'FAULT_ANSWERED' };
      expect(parseRelayLine((await line).trim())).to.include({
        ...request,
        client: '127.0.0.1',
        user: 'staff',
      });
      expect(await line).not.to.contain('secret');
    });
});

describe('what is measured with', () => {
  it('agrees with what there is: nothing lost, nothing cut, as fast as it goes', async () => {
    const port = await freePort();
    await program('sink.pl', String(port)).catch(() => undefined);
    const measure = async (what: string, amount: number): Promise<string> => {
      const child = spawn('perl', [
        `${import.meta.dirname}/measure.pl`,
        what,
        '127.0.0.1',
        String(port),
        String(amount),
      ]);
      return (await text(child.stdout)).trim();
    };
    expect(await measure('echoes', 100)).to.match(/^100 came back, the fastest after 0\.0/);
    expect(await measure('upload', 100_000)).to.equal('took 100000');
    expect(await measure('idle', 0.2)).to.equal('open');
    const [down = 0, , up = 0] = numbersOf(await measure('rate', 0.2));
    for (const bytes of [down, up]) expect(isRate(1_000_000, bytes, 0.2)).to.equal(false);
    for (const bytes of [down, up]) expect(bytes).to.be.greaterThan(1_000_000);
  });
  it('says so when there is nobody', async () => {
    const child = spawn('perl', [
      `${import.meta.dirname}/measure.pl`,
      'upload',
      '127.0.0.1',
      String(await freePort()),
      '10',
    ]);
    expect(await text(child.stdout)).to.match(/^failed: no connection: Connection refused/);
  });
});

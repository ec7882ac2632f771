import { describe, it } from 'node:test';
import { expect } from 'chai';
import { chosenOne } from './choose.ts';
import { age, table } from './ls.ts';
import type { LabRecord } from './records.ts';
import { INFO } from './testing-lab.ts';
import { quoted, welcome } from './welcome.ts';

const record = (name: string): LabRecord => ({
  schema: 'heiiki/lab/v1',
  name,
  run: 'r',
  topology: 'closed-office',
  product: null,
  pid: 4711,
  created: 0,
  evidence: 'reports/out/r',
});

describe('the table of labs', () => {
  it('shows place, faults and what is broken', () => {
    const relays = INFO.relays.map((relay) => ({ ...relay, fault: 'silent' }));
    const info = { ...INFO, relays, problem: 'the capture is not whole' };
    const lines = table([{ record: record('a'), state: 'ready', info }], 90_000);
    expect(lines[0]).to.match(/^LAB +STATE +TOPOLOGY/);
    expect(lines[1]).to.match(
      /^a +ready +closed-office +– +1 min +pc 10\.0\.0\.5 in closed; relay is silent; BROKEN: the capture/,
    );
  });
  it('says of a dead or mute one what to do', () => {
    const lines = table(
      [
        { record: record('a'), state: 'dead', info: undefined },
        { record: record('b'), state: 'mute', info: undefined },
      ],
      0,
    );
    expect(lines[1]).to.match(/dead .*heiiki reap or heiiki lab down a/);
    expect(lines[2]).to.match(/mute .*end process 4711, then heiiki reap/);
  });
  it('says how to begin where there is none', () => {
    expect(table([], 0)).to.deep.equal(['there is no lab; `heiiki lab up closed-office` starts one']);
  });
  it('rounds ages down', () => {
    expect([0, 59_999, 60_000, 7_199_999, 7_200_000].map(age)).to.deep.equal([
      '0 s',
      '59 s',
      '1 min',
      '119 min',
      '2 h',
    ]);
  });
});

describe('what is told when a lab is ready', () => {
  it('is where things are, and commands that fit it', () => {
    const lines = welcome({ ...INFO, status: ['/opt/x', 'status'] });
    expect(lines[0]).to.contain('proven closed (42 attempts');
    expect(lines.join('\n'))
      .to.contain('relay.closed.test:3128 (10.0.0.3:3128) in closed')
      .and.contain('t0ken');
    expect(lines).to.include(
      '  heiiki lab exec office -- curl -sS --proxy http://10.0.0.3:3128 --cacert /etc/ca.pem https://edr.cloud.test/',
    );
    expect(lines).to.include('  heiiki lab exec office -- /opt/x status');
    expect(lines).to.include('  heiiki lab fault office refused');
    expect(lines).to.include('  heiiki lab relocate office internet');
  });
  it('names endpoint and relay where there are several', () => {
    const endpoints = [...INFO.endpoints, { name: 'pc2', zone: 'closed', address: '10.0.0.6' }];
    const relays = [...INFO.relays, ...INFO.relays.map((relay) => ({ ...relay, name: 'second' }))];
    const lines = welcome({ ...INFO, endpoints, relays });
    expect(lines).to.include('  heiiki lab fault office refused --relay relay');
    expect(lines).to.include('  heiiki lab relocate office internet --endpoint pc');
    expect(lines.join('\n')).to.contain('exec office --endpoint pc -- curl');
  });
  it('shows what the installer said, also when it failed', () => {
    const install = { endpoint: 'pc', outcome: 'failed', exit: 3, ms: 1500, output: 'no relay\nbye\n' };
    const text = welcome({ ...INFO, product: 'acme', installs: [install] }).join('\n');
    expect(text).to.match(
      /product acme +install on pc: failed, status 3, after 1\.5 s\n {4}\| no relay\n {4}\| bye/,
    );
  });
  it('can be pasted into a shell', () => {
    expect(quoted('a b')).to.equal("'a b'");
    expect(quoted("it's")).to.equal("'it'\\''s'");
    expect(quoted('--x=1')).to.equal('--x=1');
  });
});

describe('a name that a person gives', () => {
  it('is not needed where there is only one', () => {
    expect(chosenOne('relay', ['a'], undefined)).to.equal('a');
    expect(() => chosenOne('relay', ['a', 'b'], undefined)).to.throw(/--relay; there are: a, b/);
    expect(() => chosenOne('relay', [], undefined)).to.throw(/there is no relay at all/);
  });
  it('is refused with the list, as bad input', () => {
    expect(() => chosenOne('zone', ['a', 'b'], 'c'))
      .to.throw(/there is no zone c; there are: a, b/)
      .with.property('exitCode', 3);
  });
});

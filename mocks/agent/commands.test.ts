import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { Commands } from './commands.ts';
import { behaviourOf, type Flaw } from './flaws.ts';
import { rules } from './isolation.ts';
import { TelemetryBuffer } from './telemetry.ts';

let state: string;
let killed: string[];
let isolated: boolean;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'commands-'));
  killed = [];
  isolated = false;
});
afterEach(() => rmSync(state, { recursive: true }));

const commands = (flaw: Flaw | null = null): Commands =>
  new Commands({
    state,
    telemetry: new TelemetryBuffer(),
    behaviour: behaviourOf(flaw),
    mayCollect: () => true,
    kill: (program) => killed.push(program),
    isolation: {
      isolate: () => Promise.resolve(void (isolated = true)),
      release: () => Promise.reject(new Error('nft: not permitted')),
    },
    shell: { run: (given) => Promise.resolve({ outcome: 'done', detail: JSON.stringify(given) }) },
  });
const kill = { uid: 'c1', name: 'kill-process', arguments: { path: '/opt/a' } };

describe('Commands', () => {
  it('does each once, also after a restart', async () => {
    const first = commands();
    const result = await first.run(kill);
    expect(result).to.deep.equal({ outcome: 'done', detail: '1 ended' });
    expect(await first.run(kill)).to.deep.equal(result);
    expect(await commands().run(kill)).to.deep.equal(result);
    expect(killed).to.deep.equal(['/opt/a']);
  });
  it('keeps in mind what was not acknowledged', async () => {
    const some = commands();
    await some.run(kill);
    expect(some.unacknowledged).to.deep.equal([kill]);
    some.acknowledged('c1');
    expect(some.unacknowledged).to.deep.equal([]);
  });
  it('says what it cannot do', async () => {
    expect(await commands().run({ uid: 'c2', name: 'dance' })).to.include({ outcome: 'refused' });
    expect(await commands().run({ ...kill, uid: 'c3', arguments: { path: 'a' } })).to.include({
      outcome: 'refused',
    });
    const failed = await commands().run({ uid: 'c4', name: 'release' });
    expect(failed).to.deep.equal({ outcome: 'failed', detail: 'nft: not permitted' });
  });
  it('hands a script on to its shell', async () => {
    const shell = { uid: 'c9', name: 'shell', arguments: { script: 'id' } };
    expect(await commands().run(shell)).to.deep.equal({ outcome: 'done', detail: '{"script":"id"}' });
  });
  it('isolates', async () => {
    expect(await commands().run({ uid: 'c5', name: 'isolate' })).to.deep.equal({ outcome: 'done' });
    expect(isolated).to.equal(true);
  });
  it('can be broken: acknowledged and not done, or done again', async () => {
    expect(await commands('acknowledges-only').run(kill)).to.include({ outcome: 'done' });
    expect(killed).to.deep.equal([]);
    const again = commands('repeats-commands');
    await again.run({ ...kill, uid: 'c6' });
    await again.run({ ...kill, uid: 'c6' });
    expect(killed).to.have.length(2);
  });
});

describe('rules of the isolation', () => {
  it('let nothing pass but the ways to the cloud and name resolution, in both directions', () => {
    const text = rules([{ host: '10.0.0.9', port: 3128 }], ['10.0.0.2']);
    expect(text.match(/policy drop/g)).to.have.length(2);
    expect(text).to.contain('ip daddr 10.0.0.9 tcp dport 3128 accept');
    expect(text).to.contain('ip saddr 10.0.0.9 tcp sport 3128 accept');
    expect(text).to.contain('ip daddr 10.0.0.2 meta l4proto { tcp, udp } th dport 53 accept');
    expect(text.match(/accept/g)).to.have.length(6);
  });
});

import { describe, it } from 'node:test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { HistoryError } from './errors.ts';
import type { Observation } from './events.ts';
import { parseHistory, readHistory } from './reader.ts';
import { scratch } from './scratch.ts';
import { formsOf, markOf, RELAY_PASSWORD } from './secrets.ts';
import { HistoryWriter } from './writer.ts';

const step = (text: string): Observation => ({ kind: 'step', text });
const packet: Observation = {
  kind: 'packet',
  point: 'pc',
  direction: 'out',
  protocol: 'tcp',
  from: '10.91.0.12',
  to: '10.91.0.11',
  peer: 'relay',
  zone: 'closed',
  payload: 0,
};
const folder = (): string => scratch('history');

async function refusal(action: Promise<unknown>): Promise<HistoryError> {
  try {
    await action;
  } catch (error) {
    expect(error).to.be.instanceOf(HistoryError);
    return error as HistoryError;
  }
  throw new Error('nothing was refused');
}

describe('HistoryWriter', () => {
  it('holds no secret, in any form, and says where one would have been', async () => {
    const file = join(folder(), 'history.ndjson');
    const history = await HistoryWriter.open(file);
    history.conceal(RELAY_PASSWORD, formsOf({ user: 'agent', password: 's3"cret' }));
    const header = Buffer.from('agent:s3"cret').toString('base64');
    const event = history.record('harness', step(`--password s3"cret, Basic ${header}`));
    await history.close();
    expect(event).to.include({
      text: `--password ${markOf(RELAY_PASSWORD)}, Basic ${markOf(RELAY_PASSWORD)}`,
    });
    const text = await readFile(file, 'utf8');
    expect(text).to.contain(markOf(RELAY_PASSWORD)).and.not.contain('cret').and.not.contain(header);
    expect(await readHistory(file)).to.deep.equal(history.events);
  });
  it('leaves a number alone of which a secret is a part', async () => {
    const history = await HistoryWriter.open(join(folder(), 'history.ndjson'));
    history.conceal('pin', ['123456']);
    const value = { path: '/tmp/123456', times: [1123456, '123456'] };
    const event = history.record('harness', {
      ...{ kind: 'endpoint.state', endpoint: 'pc', by: 'exec', what: 'x' },
      value,
    });
    expect(event).to.deep.include({
      value: { path: `/tmp/${markOf('pin')}`, times: [1123456, markOf('pin')] },
    });
    await history.close();
  });
  it('numbers, dates and writes what is read back the same', async () => {
    const file = join(folder(), 'history.ndjson');
    const before = Date.now();
    const history = await HistoryWriter.open(file);
    expect(history.record('harness', step('one'))).to.include({ n: 1, kind: 'step', source: 'harness' });
    history.record('capture:pc', packet, 1234.5);
    await history.flush();
    expect((await readFile(file, 'utf8')).split('\n')).to.have.length(3);
    history.record('harness', step('three'));
    await history.close();
    expect(await readHistory(file)).to.deep.equal(history.events);
    expect(history.events.map((event) => event.n)).to.deep.equal([1, 2, 3]);
    expect(history.events[0]?.t).to.be.within(before, Date.now());
    expect(history.events[1]?.at).to.equal(1234.5);
  });

  it('never writes over a history', async () => {
    const file = join(folder(), 'history.ndjson');
    await writeFile(file, 'evidence');
    const error = await refusal(HistoryWriter.open(file));
    expect(error.message).to.contain(file).and.contain('Name a folder');
    expect(error.cause).to.be.instanceOf(Error);
    expect(await readFile(file, 'utf8')).to.equal('evidence');
  });

  it('counts and warns of what comes after its end, and leaves it out', async (t) => {
    const warn = t.mock.method(process, 'emitWarning', () => undefined);
    const history = HistoryWriter.inMemory();
    history.record('harness', step('one'));
    await history.close();
    history.record('capture:pc', packet);
    history.record('capture:pc', packet);
    expect(history.events).to.have.length(1);
    expect(history.late).to.equal(2);
    expect(warn.mock.callCount()).to.equal(1);
    await history.close();
  });

  it('turns an observation that breaks the contract into a failure of the harness', () => {
    const history = HistoryWriter.inMemory();
    history.record('cloud', { kind: 'cloud.heartbeat', agent: 'a' } as unknown as Observation);
    history.record('cloud', { kind: 'cloud.surprise' } as unknown as Observation);
    expect(history.events.map((event) => event.kind)).to.deep.equal(['lab.failed', 'lab.failed']);
    expect(history.events[0]).to.include({ blame: 'harness', what: 'recording cloud.heartbeat of cloud' });
    expect(history.events[1]).to.have.property('cause').that.contains('no event is called cloud.surprise');
  });

  it('wakes who waits at an event, not at each packet, after a time, on abort and at its end', async () => {
    const history = HistoryWriter.inMemory();
    let woken = false;
    const waiting = history.changed().then(() => {
      woken = true;
    });
    history.record('capture:pc', packet);
    await history.changed(5);
    expect(woken).to.equal(false);
    history.record('harness', step('now'));
    await waiting;
    const abort = new AbortController();
    const aborted = history.changed(undefined, abort.signal);
    abort.abort();
    await aborted;
    await history.changed(undefined, abort.signal);
    const ended = history.changed();
    await history.close();
    await ended;
    await history.changed();
  });

  it('gives all events to a reader, from the first to the last', async () => {
    const history = HistoryWriter.inMemory();
    history.record('harness', step('early'));
    const seen: number[] = [];
    const reading = (async () => {
      for await (const event of history) seen.push(event.n);
    })();
    history.record('capture:pc', packet);
    await history.changed(1);
    history.record('harness', step('late'));
    await history.close();
    await reading;
    expect(seen).to.deep.equal([1, 2, 3]);
  });
});

describe('parseHistory', () => {
  const line = (n: number, rest: object = { kind: 'step', text: 'x' }): string =>
    JSON.stringify({ n, t: 1, source: 'harness', ...rest });
  const refused = (text: string): HistoryError => {
    try {
      parseHistory(text, 'h.ndjson');
    } catch (error) {
      return error as HistoryError;
    }
    throw new Error('nothing was refused');
  };

  it('reads whole lines', () => {
    expect(parseHistory(`${line(1)}\n${line(2)}\n`)).to.have.length(2);
  });
  it('names the line of a gap, a cut line, an unknown kind, a broken event and an empty line', () => {
    expect(refused(`${line(1)}\n${line(3)}\n`)).to.include({ line: 2 });
    expect(refused(`${line(1)}\n${line(3)}\n`).message).to.contain(
      'h.ndjson:2: event 2 is expected here, not event 3',
    );
    expect(refused(`${line(1)}\n${line(2).slice(0, -5)}`)).to.include({ line: 2 });
    expect(refused(line(1, { kind: 'magic' })).message).to.contain('no event is called magic');
    expect(refused(line(1, { kind: 'toString' })).message).to.contain('no event is called toString');
    expect(refused(line(1, { kind: 'step' })).message).to.contain('step: text:');
    expect(refused(`${line(1)}\n\n${line(2)}\n`)).to.include({ line: 2 });
    expect(refused('{"n":"1"}').message).to.contain('n:');
    expect(refused('')).to.be.instanceOf(HistoryError);
  });
  it('says what to do about a file that is not there', async () => {
    expect((await refusal(readHistory('/nowhere/history.ndjson'))).message).to.contain(
      'Name the history.ndjson',
    );
  });
});

/** Commands and the resident process over a real socket, with a lab that is not there. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { on } from '../../topologies/engine/fake-process.ts';
import { answerTo, ask, LabDead, LabRefused, reach } from './client.ts';
import { passThrough } from './exec.ts';
import type { Reply, Request } from './protocol.ts';
import { serveLab, type Served } from './server.ts';
import { FakeLab } from './testing-lab.ts';
import type { Wire } from './wire.ts';

describe('a lab behind its socket', { timeout: 20_000 }, () => {
  let folder: string;
  let path: string;
  let lab: FakeLab;
  let served: Served;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'heiiki-socket-'));
    path = join(folder, 'control.sock');
    lab = new FakeLab();
    served = await serveLab(path, lab);
  });
  afterEach(async () => {
    await served.close();
    await rm(folder, { recursive: true });
  });

  async function wire(): Promise<Wire> {
    const found = await reach(path);
    if (!found) throw new Error('nobody listens');
    return found;
  }
  const answer = async (request: Request): Promise<Reply> => answerTo(await wire(), 'office', request);
  async function up(): Promise<void> {
    lab.starting.resolve(undefined);
    await answer({ op: 'attach' });
  }
  async function refusal(work: Promise<unknown>): Promise<LabRefused | LabDead> {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof LabRefused || error instanceof LabDead) return error;
    throw new Error(`not refused: ${String(error)}`);
  }

  describe('while it starts', () => {
    it('tells what was said before and after somebody came, then what it is', async () => {
      lab.say('building');
      const replies = ask(await wire(), 'office', { op: 'attach' });
      expect((await replies.next()).value).to.deep.equal({ kind: 'progress', line: 'building' });
      lab.say('proving');
      expect((await replies.next()).value).to.deep.equal({ kind: 'progress', line: 'proving' });
      lab.starting.resolve(undefined);
      expect((await replies.next()).value).to.have.nested.property('info.state', 'ready');
      expect(lab.downs).to.equal(0);
    });
    it('says why it failed, with the status that the error names', async () => {
      lab.starting.reject(Object.assign(new Error('no engine answers'), { exitCode: 3 }));
      const error = await refusal(answer({ op: 'attach' }));
      expect([error.message, error.exitCode]).to.deep.equal(['no engine answers', 3]);
    });
    it('is given up when whoever wanted it goes', async () => {
      const client = await wire();
      const replies = ask(client, 'office', { op: 'attach' });
      lab.say('building');
      await replies.next();
      client.close();
      // Its history ends with it.
      while (!lab.over) await lab.history.changed();
      expect(lab.downs).to.equal(1);
    });
    it('lets nobody do anything in it', async () => {
      const error = await refusal(answer({ op: 'heal' }));
      expect(error.message).to.contain('office is starting');
      expect(error.exitCode).to.equal(3);
    });
  });

  describe('when it is ready', () => {
    beforeEach(up);

    it('hands on what is asked and what comes of it', async () => {
      const settings = { percent: 5, seconds: 0.5 };
      expect(await answer({ op: 'fault', fault: 'loss', settings })).to.deep.equal({
        kind: 'result',
        text: 'loss {"seconds":0.5,"percent":5}',
      });
      expect(await answer({ op: 'relocate', zone: 'internet' })).to.have.property(
        'text',
        'pc is in internet',
      );
    });
    it('tells bad input (3) from a failure (2)', async () => {
      const bad = await refusal(answer({ op: 'relocate', zone: 'moon' }));
      expect(bad.exitCode).to.equal(3);
      expect(bad.message).to.contain('there are: closed, internet');
      const failed = await refusal(answer({ op: 'fault', fault: 'refused', settings: {} }));
      expect(failed.exitCode).to.equal(2);
    });
    it('refuses what it does not understand, in words', async () => {
      for (const line of ['{"op":"explode"}', '{"op":"exec","argv":[]}', 'no json']) {
        const socket = connect(path);
        socket.write(`${line}\n`);
        const [reply] = (await text(socket)).split('\n');
        expect(JSON.parse(reply ?? ''), line).to.include({ kind: 'error', status: 3 });
      }
    });
    it('goes on when a client breaks off in the middle of a line', async () => {
      const socket = connect(path);
      socket.write('{"op":"in');
      socket.destroy();
      await once(socket, 'close');
      expect(await answer({ op: 'info' })).to.have.property('kind', 'info');
    });
    it('says that it is dead when the end comes without an answer', async () => {
      // As at a kill -9: the connection breaks, and nothing is said.
      const dying = createServer((socket) => socket.once('data', () => socket.destroy()));
      const other = join(folder, 'dying.sock');
      dying.listen(other);
      await once(dying, 'listening');
      const client = await reach(other);
      const error = await refusal(answerTo(client!, 'office', { op: 'watch', past: false }));
      expect(error).to.be.instanceOf(LabDead);
      expect(error.message).to.contain('heiiki lab down office');
      dying.close();
    });
  });

  describe('watched', () => {
    beforeEach(up);

    it('shows events to come, or all, and the end', async () => {
      lab.history.record('lab', { kind: 'step', text: 'before' });
      const fresh = ask(await wire(), 'office', { op: 'watch', past: false });
      const all = ask(await wire(), 'office', { op: 'watch', past: true });
      expect((await all.next()).value).to.have.nested.property('event.text', 'before');
      await all.return();
      const next = fresh.next();
      // Whoever asks for its state after that has been heard later.
      await answer({ op: 'info' });
      lab.history.record('lab', { kind: 'step', text: 'after' });
      expect((await next).value).to.have.nested.property('event.text', 'after');
      await lab.down();
      expect((await fresh.next()).value).to.deep.equal({ kind: 'result', text: 'the lab was taken down' });
    });
    it('is not harmed when a watcher goes', async () => {
      const client = await wire();
      const replies = ask(client, 'office', { op: 'watch', past: false });
      void replies.next().catch(() => undefined);
      client.close();
      await answer({ op: 'info' });
      expect(lab.downs).to.equal(0);
    });
  });

  describe('exec', () => {
    beforeEach(up);

    interface Ran {
      readonly status: number;
      readonly stdout: string;
      readonly stderr: string;
    }
    async function run(argv: string[], input: string | undefined, signal?: AbortSignal): Promise<Ran> {
      const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
      if (input !== undefined) streams.stdin.end(input);
      const texts = Promise.all([text(streams.stdout), text(streams.stderr)]);
      const status = await passThrough(
        await wire(),
        'office',
        { argv },
        streams,
        signal ?? new AbortController().signal,
      ).finally(() => {
        streams.stdout.end();
        streams.stderr.end();
      });
      const [stdout, stderr] = await texts;
      return { status, stdout, stderr };
    }

    it('passes input, both outputs and the status through, whatever their size', async () => {
      lab.programs.push(
        on(['both'], async ({ stdin, stdout, stderr }) => {
          const given = await text(stdin);
          stdout.write(given.toUpperCase());
          stderr.write('oh');
          return 7;
        }),
      );
      const input = 'aé日'.repeat(300_000);
      const { status, stdout, stderr } = await run(['both'], input);
      expect([status, stderr]).to.deep.equal([7, 'oh']);
      expect(stdout === input.toUpperCase()).to.equal(true);
    });
    it('ends the program when its caller is interrupted', async () => {
      const caller = new AbortController();
      const killed = Promise.withResolvers<undefined>();
      lab.programs.push(
        on(['forever'], ({ killed: signal }) => {
          caller.abort();
          return new Promise((resolve) =>
            signal.addEventListener('abort', () => {
              killed.resolve(undefined);
              resolve(137);
            }),
          );
        }),
      );
      expect(await run(['forever'], undefined, caller.signal)).to.have.property('status', 130);
      await killed.promise;
    });
    it('ends the program when nobody reads its output any more', async () => {
      const killed = Promise.withResolvers<undefined>();
      lab.programs.push(
        on(['yes'], ({ stdout, killed: signal }) => {
          stdout.write('y');
          return new Promise((resolve) =>
            signal.addEventListener('abort', () => {
              killed.resolve(undefined);
              resolve(137);
            }),
          );
        }),
      );
      const stdout = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
      const streams = { stdin: new PassThrough(), stdout, stderr: new PassThrough() };
      const { signal } = new AbortController();
      expect(await passThrough(await wire(), 'office', { argv: ['yes'] }, streams, signal)).to.equal(141);
      await killed.promise;
    });
    it('does not take the input of a program that never began', async () => {
      const stdin = new PassThrough();
      stdin.end('kept');
      const streams = { stdin, stdout: new PassThrough(), stderr: new PassThrough() };
      const request = { argv: ['x'], endpoint: 'server' };
      const signal = new AbortController().signal;
      const error = await refusal(passThrough(await wire(), 'office', request, streams, signal));
      expect(error.exitCode).to.equal(3);
      expect(error.message).to.contain('there are: pc');
      expect(stdin.readableDidRead).to.equal(false);
    });
  });
});

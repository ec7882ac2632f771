import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it, mock } from 'node:test';
import { expect } from 'chai';
import type { RunResult, StartedContainer, StartedExec } from './engine.ts';
import { withRunner } from './runner.ts';

/** A container that is this machine: execs are processes. Its own `run` only says that it was asked. */
function here(): {
  container: StartedContainer;
  execs: StartedExec[];
  stop: () => void;
  kill: () => void;
} {
  const execs: StartedExec[] = [];
  const stops: (() => void)[] = [];
  const kills: (() => void)[] = [];
  const byEngine: RunResult = { exit: 0, stdout: 'by the engine', stderr: '', timedOut: false, ms: 0 };
  const exec = (argv: readonly string[]): Promise<StartedExec> => {
    const [program = '', ...args] = argv;
    const child = spawn(program, args, { stdio: 'pipe', detached: true });
    stops.push(() => process.kill(-(child.pid ?? 0), 'SIGSTOP'));
    // As when its container ends: all of it.
    kills.push(() => child.exitCode ?? child.signalCode ?? process.kill(-(child.pid ?? 0), 'SIGKILL'));
    const ended = once(child, 'exit').then(([code]) => code as number | null);
    const { stdin, stdout, stderr } = child;
    const dispose = (): Promise<void> => Promise.resolve(void child.kill());
    const started = {
      stdin,
      stdout,
      stderr,
      ended,
      [Symbol.asyncDispose]: dispose,
    } as unknown as StartedExec;
    execs.push(started);
    return Promise.resolve(started);
  };
  const run = (): Promise<RunResult> => Promise.resolve(byEngine);
  const container = { id: 'here', name: 'here', exec, run } as unknown as StartedContainer;
  return {
    container,
    execs,
    stop: () => stops.forEach((one) => one()),
    kill: () => kills.forEach((one) => one()),
  };
}
async function withHere(
  body: (on: StartedContainer, at: ReturnType<typeof here>) => Promise<void>,
): Promise<void> {
  const at = here();
  try {
    await body(withRunner(at.container), at);
  } finally {
    at.kill();
  }
}

describe('the runner of a node', () => {
  it('runs many commands at once in one exec, and tells their output and status apart', () =>
    withHere(async (on, { execs }) => {
      const results = await Promise.all(
        [0, 1, 2, 3].map((n) => on.run(['sh', '-c', `echo out ${n}; echo err ${n} >&2; exit ${n}`])),
      );
      for (const [n, result] of results.entries())
        expect(result).to.include({ exit: n, stdout: `out ${n}\n`, stderr: `err ${n}\n`, timedOut: false });
      expect(execs).to.have.length(1);
    }));
  it('gives each its own input, also when many are asked for at once', () =>
    withHere(async (on) => {
      const inputs = Array.from({ length: 12 }, (_, n) => `${n} `.repeat(500));
      const results = await Promise.all(inputs.map((input) => on.run(['cat'], { input })));
      expect(results.map(({ stdout }) => stdout)).to.deep.equal(inputs);
    }));
  it('hands on words, environment and input as they are', () =>
    withHere(async (on) => {
      const env = { GREETING: 'an = and a\nline', EMPTY: '' };
      const script = 'printf "%s|%s|%s|%s|" "$GREETING" "$EMPTY" "$1" "$2"; cat';
      const { stdout } = await on.run(['sh', '-c', script, 'sh', '', 'two words'], { env, input: 'äö\0x' });
      expect(stdout).to.equal('an = and a\nline|||two words|äö\0x');
    }));
  it('ends what takes too long, with all that it started', () =>
    withHere(async (on) => {
      const result = await on.run(['sh', '-c', 'echo begun; sleep 60 & sleep 60'], { timeoutMs: 300 });
      expect(result).to.include({ exit: null, timedOut: true, stdout: 'begun\n' });
    }));
  it('does not wait for what a command leaves behind', () =>
    withHere(async (on) => {
      const result = await on.run(['sh', '-c', 'sleep 5 & echo done'], { timeoutMs: 4000 });
      expect(result).to.include({ exit: 0, stdout: 'done\n', timedOut: false });
    }));
  it('says when a program is not there, and how one died', () =>
    withHere(async (on) => {
      expect(await on.run(['no-such-program'])).to.include({ exit: 127 });
      expect(await on.run(['sh', '-c', 'kill -9 $$'])).to.include({ exit: 137 });
    }));
  it('bounds what it keeps', () =>
    withHere(async (on) => {
      const { stdout } = await on.run(['sh', '-c', 'head -c 1100000 /dev/zero | tr "\\0" x']);
      expect(stdout).to.match(/x\n\[cut here: 51424 bytes more\]$/);
    }));
  it('waits for no answer that will never come', () =>
    withHere(async (on, { stop }) => {
      await on.run(['true']);
      stop();
      mock.timers.enable({ apis: ['setTimeout'] });
      try {
        const waiting = on.run(['true'], { timeoutMs: 1000 });
        await new Promise((asked) => setImmediate(asked));
        mock.timers.tick(11_000);
        expect(await waiting).to.include({ exit: null, timedOut: true });
        expect(await on.run(['true']), 'nobody asks it again').to.include({ stdout: 'by the engine' });
      } finally {
        mock.timers.reset();
      }
    }));
  it('leaves other users to the engine, and everything once it has ended', () =>
    withHere(async (on, { kill }) => {
      expect(await on.run(['id'], { user: 'nobody' })).to.include({ stdout: 'by the engine' });
      const waiting = on.run(['sleep', '60']);
      await on.run(['true']);
      kill();
      expect(await waiting).to.include({ stdout: 'by the engine' });
      expect(await on.run(['true'])).to.include({ stdout: 'by the engine' });
    }));
});

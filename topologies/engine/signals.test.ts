import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, it } from 'node:test';
import { expect } from 'chai';

const SIGNALS = fileURLToPath(new URL('signals.ts', import.meta.url));

/** A program that holds something; `own`: it listens to SIGINT itself and never ends by itself. */
function program(own: boolean, graceMs: number): ChildProcess {
  const code = `
    import { disposeOnSignal, watchSignals } from ${JSON.stringify(SIGNALS)};
    ${own ? `process.once('SIGINT', () => process.stdout.write('told\\n'));` : ''}
    watchSignals(${graceMs});
    disposeOnSignal(async () => void process.stdout.write('disposed\\n'));
    setInterval(() => undefined, 60_000);
    process.stdout.write('ready\\n');`;
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

describe('at SIGINT', { timeout: 30_000 }, () => {
  let child: ChildProcess;
  afterEach(() => void child.kill('SIGKILL'));

  const said = async (line: string): Promise<void> => {
    for (;;) if (String((await once(child.stdout!, 'data'))[0]).includes(line)) return;
  };
  const ended = async (): Promise<[string, number | null]> => {
    const rest = text(child.stdout!);
    const [status] = (await once(child, 'exit')) as [number | null];
    return [await rest, status];
  };

  it('a program that does not listen lets go of what it has, and ends', async () => {
    child = program(false, 60_000);
    await said('ready');
    child.kill('SIGINT');
    expect(await ended()).to.deep.equal(['disposed\n', 130]);
  });

  it('a program that listens has its time to wind down, and no more', async () => {
    child = program(true, 100);
    await said('ready');
    child.kill('SIGINT');
    expect(await ended()).to.deep.equal(['told\ndisposed\n', 130]);
  });

  it('the same signal passed on is no second one; a second one ends it at once', async () => {
    child = program(true, 60_000);
    await said('ready');
    child.kill('SIGINT');
    await said('told');
    child.kill('SIGINT');
    const early = once(child, 'exit').then(() => 'ended');
    const passedOn = new Promise((resolve) => setTimeout(resolve, 1200, 'goes on'));
    expect(await Promise.race([early, passedOn])).to.equal('goes on');
    child.kill('SIGINT');
    expect(await ended()).to.deep.equal(['', 130]);
  });
});

/** The guard's script with a small program in the agent's place. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { readIfThere } from './files.ts';
import { endGuard, isGuarded, writeGuard } from './guard.ts';
import { placesBelow } from './places.ts';

/** Notes each of its starts, and that it has lost its guard. */
const PROGRAM = `import { appendFileSync } from 'node:fs';
const note = (line) => appendFileSync(process.env.NOTES, line + '\\n');
note(process.pid + ' ' + process.argv.slice(2).join(' ') + ' ' + process.env.HEIIKI_EDR_GUARDED);
process.stdin.once('end', () => { note('unguarded'); process.exit(); }).resume();`;
const PATIENCE_MS = 20_000;

describe('the guard of the agent', { timeout: 60_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), 'guard-'));
  const places = placesBelow(root);
  const notes = join(root, 'notes');
  let guard: ChildProcess;

  const noted = (): string[] => (readIfThere(notes) ?? '').split('\n').filter(Boolean);
  async function until(such: (lines: string[]) => boolean): Promise<string[]> {
    const end = performance.now() + PATIENCE_MS;
    while (!such(noted()) && performance.now() < end) await delay(20);
    return noted();
  }
  before(() => {
    for (const path of [places.program, places.leash]) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(places.program, PROGRAM);
    writeGuard(places, process.execPath);
    const programs = join(root, 'programs');
    mkdirSync(programs);
    writeFileSync(join(programs, 'sleep'), '#!/bin/sh\necho sleeps >>"$NOTES"\n', { mode: 0o755 });
    const env = { PATH: `${programs}:${process.env['PATH'] ?? ''}`, NOTES: notes };
    guard = spawn('/bin/sh', [places.guard, '--shown'], { env, stdio: 'ignore' });
  });
  after(() => {
    guard.kill('SIGKILL');
    for (const line of noted()) kill(Number.parseInt(line));
    rmSync(root, { recursive: true, force: true });
  });

  it('starts the agent with its arguments, and again when it has been killed', async () => {
    const [first = ''] = await until((lines) => lines.length > 0);
    expect(first).to.match(/^\d+ run --shown 1$/);
    expect(isGuarded(places)).to.equal(true);
    kill(Number.parseInt(first));
    const [, second = ''] = await until((lines) => lines.length > 1);
    expect(second)
      .to.match(/^\d+ run --shown 1$/)
      .and.not.to.equal(first);
  });
  it('waits before it starts one again only when several have ended just after their start', async () => {
    expect(noted()).to.not.include('sleeps');
    const [, second = ''] = noted();
    kill(Number.parseInt(second));
    const [, , third = ''] = await until((lines) => lines.length > 2);
    kill(Number.parseInt(third));
    expect(await until((lines) => lines.length > 4)).to.include('sleeps');
  });
  it('is missed by the agent at once, and does not come back by itself', async () => {
    const gone = once(guard, 'exit');
    endGuard(places);
    await gone;
    expect(isGuarded(places)).to.equal(false);
    expect((await until((lines) => lines.includes('unguarded'))).at(-1)).to.equal('unguarded');
  });
});

function kill(pid: number): void {
  if (!(pid > 0)) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

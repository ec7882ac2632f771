import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { killProgram } from './processes.ts';

const NAME = 'heiiki-test-sleep';
let folder: string;
let started: ChildProcess[];

async function running(place: string): Promise<{ path: string; child: ChildProcess }> {
  mkdirSync(join(folder, place));
  const path = join(folder, place, NAME);
  copyFileSync('/bin/sleep', path);
  const child = spawn(path, ['60']);
  started.push(child);
  await once(child, 'spawn');
  return { path, child };
}

describe('killProgram', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'processes-'));
    started = [];
  });
  afterEach(() => {
    for (const child of started) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('ends what runs that very program, and nothing of the same name elsewhere', async () => {
    const [meant, other] = [await running('a'), await running('b')];
    expect(killProgram(meant.path)).to.equal(1);
    await once(meant.child, 'exit');
    expect(killProgram(meant.path)).to.equal(0);
    expect(other.child.signalCode).to.equal(null);
  });
  it('ends namesakes, too, when its maker has broken it', async () => {
    const [meant] = [await running('a'), await running('b')];
    expect(killProgram(meant.path, { namesakes: true })).to.equal(2);
  });
  it('finds a program whose file is gone', async () => {
    const meant = await running('a');
    rmSync(meant.path);
    expect(killProgram(meant.path)).to.equal(1);
  });
});

/**
 * Starts engines of its own, at paths of their own and each in a network namespace of its own: an engine that is told to
 * have no bridge removes `docker0`, which is the bridge of whatever other engine runs on this machine.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { answers } from './address.ts';
import { startPrivate, type Launch } from './private-engine.ts';
import type { EnginePaths } from './private.ts';
import { end, processesWhere, processOf } from './process-table.ts';

const ALONE: Launch = {
  within: ['unshare', '--net'],
  more: ['--bridge=none', '--iptables=false', '--ip6tables=false', '--storage-driver=vfs'],
};
/** The same number is the same interface; its addresses come and go with what is plugged into it. */
const bridgeOfOthers = () => readFile('/sys/class/net/docker0/ifindex', 'utf8').catch(() => 'none');
const possible = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/sbin/dockerd');

describe('a private engine', { timeout: 170_000, skip: possible ? false : 'needs root and dockerd' }, () => {
  let paths: EnginePaths;
  let root: string;
  let bridge: string;
  before(async () => {
    bridge = await bridgeOfOthers();
    root = await mkdtemp('/run/heiiki-test-');
    paths = {
      socket: `${root}/e.sock`,
      dataRoot: `${root}/data`,
      execRoot: `${root}/exec`,
      pidfile: `${root}/e.pid`,
      log: `${root}/e.log`,
      lock: `${root}/e.lock`,
    };
  });
  after(async () => {
    for (const engine of await ours()) await end(engine, 20_000);
    // what a killed engine had mounted stays mounted
    const mounts = (await readFile('/proc/mounts', 'utf8'))
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '');
    for (const mount of mounts.filter((path) => path.startsWith(root)).reverse())
      spawnSync('umount', ['--lazy', mount]);
    await rm(root, { recursive: true, force: true });
  });
  const ours = () => processesWhere((argv) => argv.some((word) => word.startsWith(root)));
  const engines = async () => (await ours()).filter(({ argv }) => argv[0]?.endsWith('dockerd'));
  const pid = async () => Number(await readFile(paths.pidfile, 'utf8'));
  const starts = async () => {
    const candidate = await startPrivate(paths, ALONE);
    expect(await answers(candidate)).to.equal(true);
    expect(await engines()).to.have.length(1);
    expect(await bridgeOfOthers(), 'the bridge of other engines').to.equal(bridge);
  };

  it('is started once by two at the same time', async () => {
    await Promise.all([starts(), starts()]);
    const first = await pid();
    await starts();
    expect(await pid()).to.equal(first);
  });

  it('starts again after kill -9, although its containerd and its files are still there', async () => {
    const first = await pid();
    process.kill(first, 'SIGKILL');
    while (await processOf(first)) await new Promise(setImmediate);
    expect(existsSync(paths.pidfile)).to.equal(true);
    await starts();
    expect(await pid()).to.not.equal(first);
  });

  it('starts although the pid file names a process that lives and is no engine', async () => {
    for (const engine of await engines()) await end(engine, 20_000);
    await writeFile(paths.pidfile, String(process.pid));
    await starts();
  });

  it('starts although everything but its data has vanished under a living one', async () => {
    await rm(paths.socket);
    await rm(paths.execRoot, { recursive: true, force: true });
    await rm(paths.pidfile, { force: true });
    await starts();
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import type { RunResult } from '../../topologies/engine/engine.ts';
import { filesHolding, filesOfProduct, filesOpenTo } from './endpoint-files.ts';

/** This machine in the place of the endpoint. */
const here = { name: 'here', exec: run };
const WORDS = ['10.91.0.11:3128', 'relay.closed.test'];

describe('the files of a product', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'files-of-product-'))));
  afterEach(() => rmSync(root, { recursive: true }));
  const write = (name: string, content: string | Buffer): string => {
    const path = join(root, name);
    writeFileSync(path, content);
    return path;
  };

  it('are all that have changed but folders, logs and what is nobody’s to keep', async () => {
    const kept = Array.from({ length: 3000 }, (_, index) => `/opt/acme/lib/${index}.so`);
    const paths = ['/opt', '/opt/acme', '/opt/acme/lib', ...kept, '/etc/acme', '/etc/acme-old'];
    const others = [
      '/var/log/acme',
      '/opt/acme/a.log',
      '/tmp/x',
      '/etc/heiiki/cloud-ca.pem',
      '/home/staff/x',
    ];
    const changes = () => Promise.resolve([...paths, ...others]);
    expect(await filesOfProduct({ changes })).to.deep.equal([...kept, '/etc/acme', '/etc/acme-old']);
  });
  it('are looked through as many as there are, and those that hold the relay are found', async () => {
    const many = Array.from({ length: 1500 }, (_, index) => write(`${index}`, 'nothing\n'));
    const address = write('a file with spaces', `proxy=${WORDS[0]}\n`);
    const name = write('two\nlines', `proxy=${WORDS[1]} # ü\n`);
    const binary = write('binary', Buffer.from(`\0\x01${WORDS[0]}`));
    const other = write('other', '10a91b0.11:3128\n');
    mkdirSync(join(root, 'folder'));
    const files = [...many, address, binary, name, other, join(root, 'folder'), join(root, 'gone')];
    expect(await filesHolding(here, files, WORDS, 'text')).to.have.members([address, name]);
    expect(await filesHolding(here, files, WORDS, 'any')).to.have.members([address, name, binary]);
    expect(await filesHolding(here, many, WORDS, 'any')).to.deep.equal([]);
    expect(await filesHolding(here, [], WORDS, 'any')).to.deep.equal([]);
  });
  it('are named in as many commands as a system takes, and what they are searched for in none', async () => {
    const calls: (readonly string[])[] = [];
    const seen = {
      name: 'here',
      exec: (argv: readonly string[], options?: { input?: string | Buffer }) => {
        calls.push(argv);
        return run(argv, options);
      },
    };
    const long = 'n'.repeat(200);
    const files = Array.from({ length: 3000 }, (_, index) => write(`${long}-${index}`, `${index % 1000}\n`));
    const found = await filesHolding(seen, files, ['999'], 'any');
    expect(found).to.deep.equal([files[999], files[1999], files[2999]]);
    expect(calls).to.have.lengthOf.above(3);
    expect(calls.flat()).not.to.include('999');
    expect(Math.max(...calls.map((argv) => argv.join(' ').length))).to.be.below(140 * 1024);
  });
  it('that are no files at all, or lead nowhere, are no trouble', async () => {
    const socket = join(root, 'socket');
    const server = createServer().listen(socket);
    await once(server, 'listening');
    const dangling = join(root, 'dangling');
    symlinkSync(join(root, 'nowhere'), dangling);
    const loop = join(root, 'loop');
    symlinkSync(loop, loop);
    try {
      const own = write('own', WORDS[0] ?? '');
      expect(await filesHolding(here, [socket, dangling, loop, own], WORDS, 'any')).to.deep.equal([own]);
    } finally {
      server.close();
    }
  });
  it('are not searched for nothing, which each of them holds', async () => {
    for (const words of [[], [''], ['a', '']]) {
      const error = await filesHolding(here, ['/etc/passwd'], words, 'any').catch((cause: unknown) => cause);
      expect(String(error)).to.contain('there is no word');
    }
  });
  it('are not taken for looked through when the search has not ended', async () => {
    const late = { exit: null, stdout: '', stderr: '', timedOut: true, ms: 60_000 };
    const slow = { name: 'pc', exec: () => Promise.resolve(late) };
    for (const asked of [
      filesHolding(slow, ['/a'], WORDS, 'any'),
      filesOpenTo(slow, ['/a'], 'staff', 'write'),
    ]) {
      const error = await asked.catch((cause: unknown) => cause);
      expect(String(error)).to.contain('within 60000 ms');
    }
  });
  it('that a user may write are found among as many', async () => {
    const many = Array.from({ length: 1500 }, (_, index) => write(`${index}`, ''));
    expect(await filesOpenTo(here, many, 'nobody', 'write')).to.deep.equal(many);
    expect(await filesOpenTo(here, ['/gone/none'], 'nobody', 'write')).to.deep.equal([]);
  });
  it('that a user may read are files, and no folder', async () => {
    const own = write('own', '');
    expect(await filesOpenTo(here, [root, own, '/gone/none'], 'nobody', 'read')).to.deep.equal([own]);
  });
});

function run(argv: readonly string[], { input }: { input?: string | Buffer } = {}): Promise<RunResult> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, stdout, stderr, timedOut: false, ms: 0 }));
  });
}

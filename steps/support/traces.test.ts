import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { scratch } from '../../history/scratch.ts';
import { HistoryWriter } from '../../history/writer.ts';
import type { Endpoint } from '../../topologies/lab-types.ts';
import { ofKind } from '../checks/window.ts';
import { isProductLike, proxyLines, readTraces } from './traces.ts';

describe('isProductLike', () => {
  it('takes what a product could run from or with', () => {
    for (const path of ['/opt/acme/agent', '/etc/acme.conf', '/usr/lib/acme/a.so', '/var/lib/acme/queue.db'])
      expect(isProductLike(path), path).to.equal(true);
  });
  it('leaves out logs, and the bookkeeping that any package or account changes', () => {
    for (const path of [
      '/var/log/acme.log',
      '/etc/passwd',
      '/etc/group-',
      '/var/lib/dpkg/status',
      '/etc/ld.so.cache',
    ])
      expect(isProductLike(path), path).to.equal(false);
  });
  it('does not take a name for another one that begins like it', () => {
    for (const path of ['/etc/passwd-sync/agent', '/var/lib/dpkg-acme/agent', '/runner/agent'])
      expect(isProductLike(path), path).to.equal(true);
  });
});

describe('proxyLines', () => {
  it('finds what environment, package manager and curl are told', () => {
    const text = 'export https_proxy=http://r:3128\nAcquire::http::Proxy "http://r:3128";\n proxy = r:3128\n';
    expect(proxyLines('/f', text)).to.have.length(3);
    expect(proxyLines('/f', 'ALL_PROXY=r\n')).to.deep.equal(['/f: ALL_PROXY=r']);
  });
  it('leaves out comments, as Debian’s own wgetrc has them', () => {
    expect(proxyLines('/etc/wgetrc', '#https_proxy = http://proxy.yoyodyne.com:18023/\n')).to.deep.equal([]);
  });
});

/** SHA-256 of a content, as good as any. */
const hash = (digit: string): string => digit.repeat(64);

interface Reading {
  /** path → hash of what is below /etc */
  readonly settings?: Readonly<Record<string, string>>;
  readonly changes?: readonly string[];
  /** changed, and no files */
  readonly folders?: readonly string[];
  readonly exit?: number;
}
/** What is recorded of an endpoint that is read so, one reading after the other. */
async function read(...readings: readonly Reading[]) {
  const history = HistoryWriter.inMemory();
  for (const { settings = {}, changes = [], folders = [], exit = 0 } of readings) {
    const lines = Object.entries(settings).map(([path, sum]) => `${sum}  ${path}\0`);
    const endpoint = {
      name: 'pc',
      processes: () => Promise.resolve([{ pid: 1, user: 'root', command: '/sbin/init' }]),
      changes: () => Promise.resolve([...folders, ...changes]),
      has: (path: string) => Promise.resolve(!folders.includes(path)),
      exec: () => Promise.resolve({ exit, stdout: lines.join(''), stderr: 'sha256sum: gone' }),
    };
    await readTraces(endpoint as unknown as Endpoint, history);
  }
  const states = ofKind(history.events, 'endpoint.state');
  const valuesOf = (wanted: string): unknown[] =>
    states.filter(({ what }) => what === wanted).map(({ value }) => value);
  return { files: valuesOf('files'), settings: valuesOf('settings') };
}

describe('a reading of what is left', () => {
  const HOSTS = '/etc/acme hosts';
  const before = { settings: { [HOSTS]: hash('a'), '/etc/profile': hash('b') } };

  it('notes what was below /etc the first time, and only then', async () => {
    const { settings } = await read(before, { settings: { [HOSTS]: hash('c') } });
    expect(settings).to.deep.equal([before.settings]);
  });
  it('leaves out what has been changed and put back', async () => {
    const back = { settings: before.settings, changes: [HOSTS, '/etc/profile', '/opt/acme/agent'] };
    expect((await read(before, back)).files).to.deep.equal([[], ['/opt/acme/agent']]);
  });
  it('lists what has another content than before, and what was not there', async () => {
    const settings = { ...before.settings, [HOSTS]: hash('c'), '/etc/acme.conf': hash('d') };
    const changes = [HOSTS, '/etc/profile', '/etc/acme.conf'];
    const { files } = await read(before, { settings, changes });
    expect(files.at(-1)).to.deep.equal([HOSTS, '/etc/acme.conf']);
  });
  it('compares with the first reading, not with the one before', async () => {
    const changed = { settings: { [HOSTS]: hash('c') }, changes: [HOSTS] };
    const { files } = await read(before, changed, changed, { ...before, changes: [HOSTS] });
    expect(files).to.deep.equal([[], [HOSTS], [HOSTS], []]);
  });
  it('finds a file behind many empty folders', async () => {
    const folders = Array.from({ length: 150 }, (_, index) => `/opt/a/${index}`);
    const { files } = await read({ folders, changes: ['/opt/b/agent'] });
    expect(files).to.deep.equal([['/opt/b/agent']]);
  });
  it('lists a hundred files at the most', async () => {
    const changes = Array.from({ length: 250 }, (_, index) => `/opt/acme/${index}`);
    const folders = changes.slice(0, 60);
    expect((await read({ changes })).files).to.deep.equal([changes.slice(0, 100)]);
    const { files } = await read({ folders, changes: changes.slice(60) });
    expect(files).to.deep.equal([changes.slice(60, 160)]);
  });
  it('goes on where a file was gone before it was read, and nowhere else', async () => {
    expect((await read({ ...before, exit: 123 })).settings).to.deep.equal([before.settings]);
    const error = await read({ ...before, exit: 127 }).catch(String);
    expect(error).to.contain('the files below /etc of pc could not be read: sha256sum: gone');
  });
  it('takes names as they are, and of links where they lead', async () => {
    const folder = scratch('traces');
    const names = ['plain', 'with a space', 'a\\b', 'two\nlines', '-n'];
    mkdirSync(join(folder, 'etc/below'), { recursive: true });
    for (const name of names) writeFileSync(join(folder, 'etc/below', name), '');
    symlinkSync('plain', join(folder, 'etc/below/link'));
    const endpoint = {
      name: 'pc',
      processes: () => Promise.resolve([]),
      changes: () => Promise.resolve([]),
      has: () => Promise.resolve(true),
      exec: async ([shell = '', option = '', script = '']: readonly string[]) => {
        const below = script.replaceAll('/etc', join(folder, 'etc'));
        return { exit: 0, ...(await promisify(execFile)(shell, [option, below])) };
      },
    };
    const history = HistoryWriter.inMemory();
    await readTraces(endpoint as unknown as Endpoint, history);
    const noted = ofKind(history.events, 'endpoint.state').find(({ what }) => what === 'settings')?.value;
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const expected = names.map((name) => [join(folder, 'etc/below', name), empty]);
    const link = [join(folder, 'etc/below/link'), '->plain'];
    expect(noted).to.deep.equal(Object.fromEntries([...expected, link]));
  });
});

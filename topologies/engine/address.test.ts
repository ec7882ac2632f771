import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { answers, candidates } from './address.ts';

describe('where an engine may answer', () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'heiiki-address-'));
  });
  after(() => rm(home, { recursive: true, force: true }));

  it('is DOCKER_HOST alone where that is set', async () => {
    const [only, ...rest] = await candidates({ HOME: home, DOCKER_HOST: 'tcp://engine:2375' });
    expect(only).to.include({ from: 'DOCKER_HOST', address: 'tcp://engine:2375', explicit: true });
    expect(rest).to.deep.equal([]);
  });

  it('is one of the usual sockets otherwise, the private one last', async () => {
    const all = await candidates({ HOME: home, XDG_RUNTIME_DIR: '/run/user/7' });
    expect(all[0]?.address).to.equal('unix:///var/run/docker.sock');
    expect(all.map(({ address }) => address)).to.include('unix:///run/user/7/podman/podman.sock');
    expect(all.at(-1)?.from).to.equal('private engine');
    expect(all.some(({ explicit }) => explicit)).to.equal(false);
  });

  it('is the current context’s endpoint', async () => {
    const id = createHash('sha256').update('lab').digest('hex');
    const meta = join(home, '.docker/contexts/meta', id);
    await mkdir(meta, { recursive: true });
    await writeFile(join(home, '.docker/config.json'), JSON.stringify({ currentContext: 'lab' }));
    const endpoint = { Name: 'lab', Endpoints: { docker: { Host: 'unix:///some/where.sock' } } };
    await writeFile(join(meta, 'meta.json'), JSON.stringify(endpoint));
    const [only] = await candidates({ HOME: home });
    expect(only).to.include({ from: 'context lab', address: 'unix:///some/where.sock' });
    expect((await candidates({ HOME: home, DOCKER_CONTEXT: 'default' })).length).to.be.greaterThan(1);
  });

  it('is asked, and says why it does not answer', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/_ping' ? 503 : 404;
      response.end();
    });
    const socket = join(home, 'e.sock');
    server.listen(socket);
    await once(server, 'listening');
    const at = (address: string) => answers({ from: 'test', address, explicit: false });
    expect(await at(`unix://${socket}`)).to.equal('answered with HTTP status 503');
    expect(await at('unix:///nowhere.sock')).to.equal('no such socket');
    expect(await at('ssh://me@host')).to.include('not supported');
    server.close();
  });
});

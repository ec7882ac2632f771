import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { engineContract } from './contract.ts';
import { connect, findEngine } from './client.ts';
import { openEngine } from './docker.ts';
import type { Engine, ImageRecipe } from './engine.ts';
import { unless } from './errors.ts';
import { digestOf, tagOf } from './images/digest.ts';
import { baseImage } from './images/index.ts';

const VICTIM = fileURLToPath(new URL('victim.ts', import.meta.url));
const built: string[] = [];
const trial: ImageRecipe[] = [];
/** Notes a recipe whose image is of no use after the tests. */
function tried(recipe: ImageRecipe): ImageRecipe {
  trial.push(recipe);
  return recipe;
}
after(async () => {
  const { docker } = await connect(await findEngine(() => undefined, false));
  for (const recipe of trial.reverse()) {
    const tag = tagOf(recipe.name, await digestOf(recipe));
    await unless([404, 409], docker.getImage(tag).remove());
  }
});

engineContract('Docker', {
  open: () => openEngine({ onProgress: (line) => built.push(line) }),
  image: (engine) => engine.image(baseImage),
  recipe: (salt) =>
    tried({
      name: `salted-${salt.replace('+', '-more')}`,
      dockerfile: `LABEL salt=${salt}`,
      parent: baseImage,
    }),
  builds: ({ name }) => built.filter((line) => line === `building image ${name}`).length,
  async deadRun() {
    const { run, child } = await startVictim();
    child.kill('SIGKILL');
    await using engine = await openEngine({ sweep: false });
    await untilDead(engine, run);
    return run;
  },
});

async function startVictim(): Promise<{ run: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [VICTIM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const run of createInterface({ input: child.stdout })) return { run, child };
  throw new Error('the victim ended before it was ready');
}

/** The engine ends a lease within a second after its holder; a busy machine may need longer. */
const DEAD_MS = 30_000;
async function untilDead(engine: Engine, run: string): Promise<void> {
  const deadline = performance.now() + DEAD_MS;
  while ((await engine.leftovers()).some((one) => one.run === run && one.alive)) {
    if (performance.now() > deadline) throw new Error(`run ${run} is still alive after ${DEAD_MS} ms`);
    await pause(50);
  }
}

describe('the Docker engine', { timeout: 120_000 }, () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine[Symbol.asyncDispose]());

  it('removes what a run has when it is interrupted', async () => {
    const { run, child } = await startVictim();
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).to.equal(130);
    expect((await engine.leftovers()).filter((one) => one.run === run)).to.deep.equal([]);
  });

  it('gives a folder a small disk of its own, which can be filled', async () => {
    await using box = await engine.container({
      name: 'small',
      image: await engine.image(baseImage),
      argv: ['sleep', 'infinity'],
      attach: { kind: 'none' },
      disks: { '/small': 1024 * 1024 },
    });
    const full = await box.run(['sh', '-c', 'cat /dev/zero >/small/file; wc -c </small/file']);
    expect(full.stderr).to.include('No space left');
    expect(Number(full.stdout)).to.equal(1024 * 1024);
  });

  it('builds a recipe once for two processes', async () => {
    const recipe = tried({ name: 'twice', dockerfile: `RUN echo ${engine.run}`, parent: baseImage });
    const ref = await engine.image(recipe);
    const lines: string[] = [];
    await using other = await openEngine({ onProgress: (line) => lines.push(line) });
    expect(await other.image(recipe)).to.deep.equal(ref);
    expect(lines.join()).to.not.include('twice');
  });

  it('copies from a stage, and passes the parent as BASE to a text with its own FROM', async () => {
    const stage = tried({ name: 'stage', dockerfile: 'RUN echo made >/made', parent: baseImage });
    const staged = tried({
      name: 'staged',
      parent: baseImage,
      stages: new Map([['work', stage]]),
      dockerfile: 'COPY --from=work /made /taken',
    });
    const own = tried({
      name: 'own',
      parent: staged,
      dockerfile: 'ARG BASE\nFROM ${BASE}\nRUN cat /taken',
    });
    await using box = await engine.container({
      name: 'staged',
      image: await engine.image(own),
      argv: ['sleep', 'infinity'],
      attach: { kind: 'none' },
    });
    expect((await box.get('/taken'))?.toString()).to.equal('made\n');
  });

  it('says what failed in a build', async () => {
    const recipe = tried({ name: 'broken', dockerfile: 'RUN echo before; exit 9', parent: baseImage });
    const error = await engine.image(recipe).catch((reason: unknown) => reason);
    expect(String(error)).to.match(/building image broken: .*non-zero code: 9/);
    expect(String(error)).to.include('before');
    expect(await digestOf(recipe)).to.match(/^[0-9a-f]{64}$/);
  });

  it('gives no raw sockets, no host address, and a resolver that leads nowhere', async () => {
    await using network = await engine.network({ name: 'sealed', kind: 'sealed' });
    await using box = await engine.container({
      name: 'plain',
      image: await engine.image(baseImage),
      argv: ['sleep', 'infinity'],
      attach: { kind: 'networks', networks: [{ network }] },
    });
    const { stdout } = await box.run([
      'sh',
      '-c',
      'grep CapBnd /proc/self/status; getent hosts nowhere.test; echo $?',
    ]);
    const [, caps = '', found] = /CapBnd:\s+([0-9a-f]+)\n([0-9]+)/.exec(stdout) ?? [];
    expect(Number.parseInt(caps, 16) & (1 << 13), 'NET_RAW').to.equal(0);
    expect(found).to.equal('2');
    expect(Object.keys((await box.inspect()).networks)).to.deep.equal([network.name]);
  });

  it('refuses an image that is gone instead of looking for it elsewhere', async () => {
    const image = { tag: 'heiiki/none:0', digest: '0' };
    const error = await engine
      .container({ name: 'x', image, attach: { kind: 'none' } })
      .catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'image-missing' });
  });
});

/** What every engine behind the door must do; run by fake.test.ts and docker.docker.test.ts alike. */
import { describe, it, after, before } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { ContainerSpec, Engine, ImageRecipe, ImageRef, StartedContainer } from './engine.ts';
import { EngineError } from './errors.ts';

/** Programs that the suite runs; a fake has to script exactly these. */
export const PROGRAMS = {
  echo: ['cat'],
  exits7: ['sh', '-c', 'echo out; echo err >&2; exit 7'],
  flood: ['head', '-c', '10485760', '/dev/zero'],
  hangs: ['sh', '-c', 'echo begun; sleep 1000 & sleep 1000'],
  chatters: ['head', '-c', '3000000', '/dev/zero'],
} as const;

export interface Subject {
  open(): Promise<Engine>;
  /** an image with the programs above */
  image(engine: Engine): Promise<ImageRef>;
  /** a recipe that costs little; `salt` makes it new */
  recipe(salt: string): ImageRecipe;
  /** how often that recipe was really built, so far as this subject can tell */
  builds(recipe: ImageRecipe): number;
  /** a run with a network and a container whose process was killed; returns its id */
  deadRun(): Promise<string>;
}

const WINDOW = 1024 * 1024;

export function engineContract(name: string, subject: Subject): void {
  void describe(`${name} keeps the engine's contract`, { timeout: 120_000 }, () => {
    let engine: Engine;
    let image: ImageRef;
    before(async () => {
      engine = await subject.open();
      image = await subject.image(engine);
    });
    after(() => engine[Symbol.asyncDispose]());
    const sleeper = (suffix: string, attach: ContainerSpec['attach'] = { kind: 'none' }) =>
      engine.container({ name: suffix, image, argv: ['sleep', 'infinity'], attach });

    void describe('networks', () => networks(() => engine, sleeper));
    void describe('files', () => files(sleeper));
    void describe('processes', () => processes(sleeper));
    void describe('images and runs', () => imagesAndRuns(() => engine, subject));
  });
}
type Sleeper = (suffix: string, attach?: ContainerSpec['attach']) => Promise<StartedContainer>;

function networks(engine: () => Engine, sleeper: Sleeper): void {
  void it('attaches exactly what is named, at the address that is named', async () => {
    await using near = await engine().network({ name: 'near', kind: 'sealed' });
    await using far = await engine().network({ name: 'far', kind: 'sealed' });
    await using both = await sleeper('both', {
      kind: 'networks',
      networks: [
        { network: near, address: near.address(3) },
        { network: far, address: far.address(4) },
      ],
    });
    const expected = { [near.name]: near.address(3), [far.name]: far.address(4) };
    expect((await both.inspect()).networks).to.deep.equal(expected);
  });

  void it('plugs and unplugs a running container', async () => {
    await using here = await engine().network({ name: 'here', kind: 'sealed' });
    await using there = await engine().network({ name: 'there', kind: 'sealed' });
    await using mover = await sleeper('mover', { kind: 'networks', networks: [{ network: here }] });
    await mover.disconnect(here);
    expect((await mover.inspect()).networks).to.deep.equal({});
    await mover.connect(there, there.address(9));
    expect((await mover.inspect()).networks).to.deep.equal({ [there.name]: there.address(9) });
  });

  void it('gives concurrent networks different subnets', async () => {
    const made = await Promise.all(
      ['p', 'q', 'r', 's'].map((name) => engine().network({ name, kind: 'sealed' })),
    );
    expect(new Set(made.map(({ subnet }) => subnet)).size).to.equal(made.length);
    for (const network of made) await network[Symbol.asyncDispose]();
  });

  void it('refuses a subnet that is taken, and says so', async () => {
    await using first = await engine().network({ name: 'first', kind: 'sealed' });
    const error = await engine()
      .network({ name: 'second', kind: 'sealed', subnet: first.subnet })
      .catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(EngineError);
  });
}

function files(sleeper: Sleeper): void {
  void it('puts and gets files; what is not there is undefined', async () => {
    await using box = await sleeper('files');
    await box.put([
      { path: '/srv/deep/er/a.txt', content: 'äö', mode: 0o600 },
      { path: '/srv/b.bin', content: Buffer.from([0, 1, 255]) },
    ]);
    expect((await box.get('/srv/deep/er/a.txt'))?.toString()).to.equal('äö');
    expect(await box.get('/srv/b.bin')).to.deep.equal(Buffer.from([0, 1, 255]));
    expect(await box.get('/srv/none')).to.equal(undefined);
    expect(await box.has('/srv/b.bin')).to.equal(true);
    expect(await box.has('/srv/none')).to.equal(false);
    expect(await box.has('/srv/deep/er')).to.equal(false);
    expect(await box.changes()).to.include('/srv/b.bin');
  });

  void it('keeps the disk over a restart', async () => {
    await using box = await sleeper('restarted');
    await box.put([{ path: '/srv/kept', content: 'kept' }]);
    await box.restart();
    expect((await box.get('/srv/kept'))?.toString()).to.equal('kept');
    expect((await box.inspect()).running).to.equal(true);
  });

  void it('tells how a container ended', async () => {
    await using box = await sleeper('ended');
    await box.kill('SIGKILL');
    const deadline = performance.now() + 5000;
    while ((await box.inspect()).running && performance.now() < deadline) await pause(20);
    expect(await box.inspect()).to.include({ running: false, exit: 137 });
  });
}

function processes(sleeper: Sleeper): void {
  let box: StartedContainer;
  before(async () => {
    box = await sleeper('processes');
  });
  after(() => box[Symbol.asyncDispose]());

  void it('separates stdout from stderr and tells the exit status', async () => {
    const result = await box.run(PROGRAMS.exits7);
    expect(result).to.include({ exit: 7, stdout: 'out\n', stderr: 'err\n', timedOut: false });
  });

  void it('says what a container holds, and what it has used so far', async () => {
    const before = await box.stats();
    expect(before.memoryBytes).to.be.greaterThan(0);
    await box.run(PROGRAMS.chatters);
    const after = await box.stats();
    expect(after.cpuNanos).to.be.greaterThan(before.cpuNanos);
  });

  void it('hands input over and closes one half only', async () => {
    const result = await box.run(PROGRAMS.echo, { input: 'to and fro' });
    expect(result).to.include({ exit: 0, stdout: 'to and fro' });
  });

  void it('talks both ways as long as the process lives', async () => {
    await using exec = await box.exec(PROGRAMS.echo);
    const answers = exec.stdout[Symbol.asyncIterator]();
    for (const word of ['one', 'two']) {
      exec.stdin.write(word);
      expect(String((await answers.next()).value)).to.equal(word);
    }
    exec.stdin.end();
    expect(await exec.ended).to.equal(0);
  });

  void it('buffers little when the reader is slow, and loses nothing', async () => {
    await using exec = await box.exec(PROGRAMS.flood);
    exec.stderr.resume();
    let size = 0;
    let most = 0;
    for await (const chunk of exec.stdout as AsyncIterable<Buffer>) {
      // a round trip that takes long enough for a careless engine to have gathered everything
      if (size === 0) await box.run(PROGRAMS.exits7);
      most = Math.max(most, exec.stdout.readableLength);
      size += chunk.length;
    }
    expect(size).to.equal(10 * 1024 * 1024);
    expect(most).to.be.lessThan(WINDOW);
    expect(await exec.ended).to.equal(0);
  });

  void it('ends what takes too long, with its children, and keeps what it said', async () => {
    const result = await box.run(PROGRAMS.hangs, { timeoutMs: 500 });
    expect(result).to.include({ exit: null, timedOut: true, stdout: 'begun\n' });
    expect(result.ms).to.be.lessThan(5000);
    const commands = (await box.top()).map(({ command }) => command);
    expect(commands.filter((command) => command.includes('1000'))).to.deep.equal([]);
    expect(commands.join()).to.include('sleep infinity');
  });

  void it('cuts output at 1 MiB and marks the cut', async () => {
    const { stdout } = await box.run(PROGRAMS.chatters);
    expect(stdout.length).to.be.lessThan(WINDOW + 100);
    expect(stdout).to.match(/\[cut here: 1951424 bytes more\]$/);
  });

  void it('ends a process whose stream is disposed', async () => {
    const exec = await box.exec(PROGRAMS.hangs);
    await exec[Symbol.asyncDispose]();
    expect((await box.top()).filter(({ command }) => command.includes('1000'))).to.deep.equal([]);
  });
}

function imagesAndRuns(engine: () => Engine, subject: Subject): void {
  void it('builds the same recipe once, also at the same time', async () => {
    const recipe = subject.recipe(engine().run);
    const refs = await Promise.all([engine().image(recipe), engine().image({ ...recipe })]);
    await engine().image(recipe);
    expect(refs[0]).to.deep.equal(refs[1]);
    expect(subject.builds(recipe)).to.equal(1);
    expect((await engine().image(subject.recipe(`${engine().run}+`))).tag).to.not.equal(refs[0].tag);
  });

  void it('knows its own things as alive', async () => {
    await using network = await engine().network({ name: 'alive', kind: 'open' });
    const found = (await engine().leftovers()).find(({ name }) => name === network.name);
    expect(found).to.include({ kind: 'network', run: engine().run, alive: true });
  });

  void it('sweeps what a killed run left, and nothing else', async () => {
    await using mine = await engine().network({ name: 'mine', kind: 'open' });
    const of = async (dead: string) => (await engine().leftovers()).filter(({ run }) => run === dead);
    // on an engine that is shared, somebody else's start may have swept it before we looked: then once more
    let dead = await subject.deadRun();
    for (let tries = 0; tries < 3 && (await of(dead)).length === 0; tries++) dead = await subject.deadRun();
    const found = await of(dead);
    expect(new Set(found.map(({ kind, alive }) => `${kind} ${alive}`))).to.deep.equal(
      new Set(['container false', 'network false']),
    );
    expect(await engine().sweep({ own: false, dryRun: true })).to.deep.include(found[0]);
    await engine().sweep({ own: false, dryRun: false });
    expect(await of(dead)).to.deep.equal([]);
    expect((await engine().leftovers()).map(({ name }) => name)).to.include(mine.name);
  });
}

import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { engineContract, PROGRAMS } from './contract.ts';
import { FakeMachine, fakeEngine, on, type FakeCall } from './fake.ts';
import { digestOf, tagOf } from './images/digest.ts';
import type { ImageRecipe } from './engine.ts';

const machine = new FakeMachine();

async function flood({ stdout }: FakeCall, bytes: number): Promise<number> {
  for (let left = bytes; left > 0; left -= 65_536)
    if (!stdout.write(Buffer.alloc(Math.min(left, 65_536)))) await once(stdout, 'drain');
  return 0;
}
const programs = [
  on(PROGRAMS.echo, async ({ stdin, stdout }) => {
    await pipeline(stdin, stdout);
    return 0;
  }),
  on(PROGRAMS.exits7, ({ stdout, stderr }) => {
    stdout.write('out\n');
    stderr.write('err\n');
    return 7;
  }),
  on(PROGRAMS.flood, (call) => flood(call, 10_485_760)),
  on(PROGRAMS.chatters, (call) => flood(call, 3_000_000)),
  on(PROGRAMS.hangs, async ({ stdout, killed }) => {
    stdout.write('begun\n');
    await once(killed, 'abort');
    return 137;
  }),
];
const plain: ImageRecipe = { name: 'plain', dockerfile: '' };

engineContract('the fake', {
  open: () => Promise.resolve(fakeEngine({ machine, programs })),
  image: (engine) => engine.image(plain),
  recipe: (salt) => ({ name: 'salted', dockerfile: `# ${salt}`, parent: plain }),
  builds: () =>
    [...machine.images].filter(([tag, built]) => tag.startsWith('heiiki/salted') && built > 0).length,
  async deadRun() {
    const engine = fakeEngine({ machine, programs });
    const network = await engine.network({ name: 'n', kind: 'sealed' });
    const image = await engine.image(plain);
    await engine.container({ name: 'c', image, attach: { kind: 'networks', networks: [{ network }] } });
    machine.die(engine.run);
    return engine.run;
  },
});

describe('fake engine', () => {
  it('says which program nobody scripted', async () => {
    await using engine = fakeEngine();
    const image = await engine.image(plain);
    await using box = await engine.container({ name: 'c', image, attach: { kind: 'none' } });
    const result = await box.run(['unknown', 'thing']);
    expect(result).to.include({ exit: 126, stderr: 'fake engine: no program for unknown thing\n' });
  });

  it('names images by content', async () => {
    const digest = await digestOf(plain);
    await using engine = fakeEngine();
    expect(await engine.image(plain)).to.deep.equal({ tag: tagOf('plain', digest), digest });
  });
});

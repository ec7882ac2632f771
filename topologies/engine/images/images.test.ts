import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import tar from 'tar-stream';
import type { ImageRecipe } from '../engine.ts';
import { contextOf, dockerfileOf } from './context.ts';
import { digestOf } from './digest.ts';
import { followBuild } from './follow.ts';

const plain: ImageRecipe = { name: 'plain', dockerfile: 'RUN true' };
const withFile = (text: string, mode?: number): ImageRecipe => {
  const file = { content: Buffer.from(text), ...(mode === undefined ? {} : { mode }) };
  return { ...plain, files: new Map([['f', file]]) };
};

describe('an image’s digest', () => {
  it('depends on text, parent, stages, files and modes, not on the name', async () => {
    const recipes: ImageRecipe[] = [
      plain,
      { ...plain, dockerfile: 'RUN false' },
      { ...plain, parent: withFile('a') },
      { ...plain, stages: new Map([['s', plain]]) },
      withFile('a'),
      withFile('b'),
      withFile('a', 0o755),
    ];
    const digests = await Promise.all(recipes.map(digestOf));
    expect(new Set(digests).size).to.equal(recipes.length);
    expect(await digestOf({ ...plain, name: 'other' })).to.equal(digests[0]);
  });

  it('is the same for a file on disk as for its content, and follows its changes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heiiki-digest-'));
    const disk = join(folder, 'f');
    const onDisk: ImageRecipe = { ...plain, files: new Map([['f', { content: { disk } }]]) };
    await writeFile(disk, 'a');
    expect(await digestOf(onDisk)).to.equal(await digestOf(withFile('a')));
    await writeFile(disk, 'bc');
    expect(await digestOf(onDisk)).to.equal(await digestOf(withFile('bc')));
    await rm(folder, { recursive: true });
  });
});

describe('a build', () => {
  it('gets its FROM lines from the builder, or places the parent itself', () => {
    const bases = { parent: 'p:1', stages: [['s', 's:1'] as const] };
    expect(dockerfileOf(plain, bases)).to.equal('FROM s:1 AS s\nFROM p:1\nRUN true\n');
    const own = { ...plain, dockerfile: 'ARG BASE\nFROM ${BASE}' };
    expect(dockerfileOf(own, { parent: 'p:1', stages: [] })).to.equal('ARG BASE\nFROM ${BASE}\n');
  });

  it('packs files with their modes', async () => {
    const archive = await buffer(contextOf('FROM x', withFile('a', 0o755).files));
    const found: Record<string, number | undefined> = {};
    const extract = tar.extract();
    extract.end(archive);
    for await (const entry of extract) {
      found[entry.header.name] = entry.header.mode;
      entry.resume();
    }
    expect(found).to.deep.equal({ Dockerfile: 0o644, f: 0o755 });
  });

  it('says which output came before its error', async () => {
    const lines = [{ stream: 'Step 1/2 : FROM x\n' }, { stream: 'reading\nwriting\n' }, { error: 'code 9' }];
    const said: string[] = [];
    const stream = Readable.from(lines.map((line) => `${JSON.stringify(line)}\r\n`));
    const error = await followBuild(stream, (line) => said.push(line)).catch((reason: unknown) => reason);
    expect(said).to.deep.equal(['Step 1/2 : FROM x']);
    expect(String(error)).to.match(/code 9\n[^]*reading\n[^]*writing/);
  });
});

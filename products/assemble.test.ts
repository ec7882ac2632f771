import { describe, it } from 'node:test';
import { expect } from 'chai';
import { endpointRecipe, privilegesOf } from './assemble.ts';
import type { Bases, ParentImage, Recipe } from './assemble.ts';
import { parseDockerfile } from './dockerfile.ts';
import { loadAll, loadProduct } from './load.ts';
import type { LoadedProduct } from './load.ts';
import { GOOD, acme } from './testing.ts';

const bases: Bases = {
  'debian-12': { tag: 'base:1', digest: 'a' },
  'debian-12-node': { tag: 'node:1', digest: 'b' },
};
const recipe = (image: ParentImage | undefined): Recipe => {
  if (image === undefined || 'tag' in image) throw new Error('this is not a recipe');
  return image;
};
const DOCKERFILE = `# a comment
ARG BASE
FROM \${BASE} AS build
RUN apt-get install -y gcc && \\
    FROM=nothing gcc -o /s s.c
FROM build AS tested
RUN /s
FROM \${BASE}
COPY --from=build /s /opt/acme/s
`;
const staged = (root: string): Promise<LoadedProduct> => loadProduct('acme', root);

describe('an endpoint image', () => {
  it('is the base when there is no product', () => {
    expect(endpointRecipe([], bases)).to.equal(bases['debian-12']);
  });

  it('is a chain of payloads on the base, packages before files', async () => {
    const text = GOOD.replace('  files: ./payload', '  files: ./payload\n  packages: [jq, bc]');
    const second = GOOD.replace('id: acme', 'id: other').replace('debian-12 }', 'debian-12-node }');
    await using folder = await acme(text, {
      'other/product.yaml': second,
      'other/payload/opt/acme/install': '#!/bin/sh\n',
    });
    const top = recipe(endpointRecipe(await loadAll(['acme', 'other'], { root: folder.path }), bases));
    const first = recipe(top.parent);
    expect([top.name, first.name, first.parent]).to.deep.equal(['other', 'acme', bases['debian-12-node']]);
    expect(top.dockerfile).to.equal('COPY root/ /\n');
    expect(first.dockerfile).to.match(/apt-get install .* jq bc \\\n[^]*\nCOPY root\/ \/\n$/);
    expect(first.files?.get('root/opt/acme/install')).to.deep.include({ mode: 0o755 });
  });

  it('takes a Dockerfile apart into recipes without FROM lines', async () => {
    await using folder = await acme(GOOD.replace('files: ./payload', 'dockerfile: Dockerfile'), {
      'acme/Dockerfile': DOCKERFILE,
      'acme/s.c': 'int main(void) { return 0; }',
    });
    const top = recipe(endpointRecipe([await staged(folder.path)], bases));
    expect([top.name, top.parent]).to.deep.equal(['acme', bases['debian-12']]);
    expect(top.dockerfile.trim()).to.equal('COPY --from=build /s /opt/acme/s');
    expect([...(top.stages ?? new Map()).keys()]).to.deep.equal(['build']);
    const build = recipe(top.stages?.get('build'));
    expect(build).to.deep.include({ name: 'acme-build', parent: bases['debian-12'] });
    expect(build.dockerfile).to.contain('FROM=nothing gcc');
    expect([...(top.files ?? new Map()).keys()]).to.deep.equal(['payload/opt/acme/install', 's.c']);
  });

  it('is the same for a product and for its defects', async () => {
    const defect =
      'schema: heiiki/defect/v1\nid: bad\nof: acme\ndescription: It is broken.\nflaw: bad\nfails: [NET-01]\n';
    await using folder = await acme(GOOD, { 'defects/bad.yaml': defect });
    const [good, bad] = await loadAll(['acme', 'bad'], { root: folder.path });
    expect(endpointRecipe([bad!], bases)).to.deep.equal(endpointRecipe([good!], bases));
  });

  it('asks for the privileges of all its products', async () => {
    await using folder = await acme(GOOD.replace('cloud:', 'privileges: [SYS_PTRACE, SYS_ADMIN]\ncloud:'));
    const one = await staged(folder.path);
    expect(privilegesOf([one, one])).to.deep.equal(['SYS_ADMIN', 'SYS_PTRACE']);
  });
});

describe('a Dockerfile that cannot be used', () => {
  const cases: [text: string, line: number, wrong: RegExp][] = [
    ['', 1, /there is no `FROM/],
    ['FROM ${BASE}', 1, /needs the line `ARG BASE`/],
    ['ARG BASE\nFROM debian:12\n', 2, /not from `debian:12`/],
    ['ARG BASE\nARG X=1\nFROM ${BASE}', 2, /only `ARG BASE`/],
    [
      'ARG BASE\nFROM ${BASE}\nCOPY --from=node:24 /a /b',
      3,
      /`--from=node:24` does not name an earlier stage/,
    ],
    ['ARG BASE\nFROM ${BASE}\nRUN a \\\n  CMD\nENTRYPOINT ["/a"]', 5, /starts nothing by itself/],
    ['ARG BASE\nFROM --platform=x ${BASE}', 2, /not from `FROM --platform=x \$\{BASE\}`/],
  ];
  for (const [text, line, wrong] of cases)
    it(JSON.stringify(text), () => {
      const parsed = parseDockerfile(text);
      expect(parsed).to.have.property('line', line);
      expect(parsed).to.have.property('wrong').that.matches(wrong);
    });
});

import { expect } from 'chai';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CatalogueError, loadCatalogue, parseCatalogue } from './catalogue.ts';

const FEATURES = join(import.meta.dirname, '../features');
const TEXTS = ['title', 'question', 'whyItMatters', 'ifItFails', 'askTheVendor'] as const;

describe('the catalogue', () => {
  it('holds the first nineteen requirements, areas in their order', async () => {
    const { requirements, version } = await loadCatalogue(FEATURES);
    expect(requirements.map((r) => r.id)).to.include.members(
      (
        'NET-01 NET-02 NET-03 REL-01 REL-02 DET-01 DET-02 DET-03 DET-09 ALW-01 ALW-02 ALW-07 ' +
        'MOV-01 MOV-02 MOV-03 MOV-04 MOV-07 TMP-01 TMP-02'
      ).split(' '),
    );
    expect(requirements[0]?.id).to.equal('NET-01');
    expect(version).to.match(/^[0-9a-f]{12}$/);
  });

  it('says everything in both languages', async () => {
    const { requirements } = await loadCatalogue(FEATURES);
    for (const r of requirements) {
      for (const key of TEXTS) {
        expect(r[key].en, `${r.id} ${key}.en`).to.match(/^[\x20-\x7e“”–’]{10,}$/);
        expect(r[key].ja, `${r.id} ${key}.ja`).to.match(/[ぁ-んァ-ヶ一-龠]{2,}/);
      }
      expect(r.question.ja, `${r.id} asks`).to.match(/か(。|（)/);
    }
  });

  it('asks the vendor a question, not for a favour', async () => {
    const { requirements } = await loadCatalogue(FEATURES);
    for (const r of requirements) expect(r.askTheVendor.ja, r.id).to.match(/(か|ください)。$/);
  });
});

describe('the catalogue and the features', () => {
  it('agree on level, condition and claims of every requirement', async () => {
    const { requirements } = await loadCatalogue();
    const files = (await readdir(FEATURES, { recursive: true })).filter((f) => f.endsWith('.feature'));
    const texts = await Promise.all(files.map((f) => readFile(join(FEATURES, f), 'utf8')));
    const tags = texts.flatMap((text) =>
      [...text.matchAll(/^ *(@.+)\n *Rule:/gm)].map((m) => (m[1] ?? '').split(/\s+/)),
    );
    const sorted = (all: readonly string[]): string[] => [...all].sort();
    expect(sorted(tags.map((t) => t[0] ?? ''))).to.deep.equal(sorted(requirements.map((r) => `@${r.id}`)));
    for (const r of requirements) {
      const own = tags.find((t) => t[0] === `@${r.id}`) ?? [];
      const said = own.filter((t) => /^@(must|should|may|S\d+|if:.+)$/.test(t));
      const condition = r.if === undefined ? [] : [`@if:${r.if}`];
      expect(sorted(said), r.id).to.deep.equal(
        sorted([`@${r.level.toLowerCase()}`, ...r.claims.map((c) => `@${c}`), ...condition]),
      );
    }
  });

  it('name each scenario where a requirement has several, and none that is not there', async () => {
    const { requirements } = await loadCatalogue();
    const files = (await readdir(FEATURES, { recursive: true })).filter((f) => f.endsWith('.feature'));
    const texts = await Promise.all(files.map((f) => readFile(join(FEATURES, f), 'utf8')));
    const rules = texts.flatMap((text) => text.split(/^ *(?=@[A-Z]{3}-\d\d)/m).slice(1));
    for (const { id, scenarios } of requirements) {
      const own = rules.filter((rule) => rule.startsWith(`@${id} `)).join('\n');
      const played = [...own.matchAll(/^ *Scenario(?: Outline)?: (.+)$/gm)].map((m) => m[1] ?? '');
      const named = scenarios?.map(({ en }) => en) ?? [];
      expect(played.length, id).to.be.greaterThan(0);
      expect(played, id).to.include.members(named);
      if (played.length > 1) expect(named, id).to.have.members(played);
      for (const { ja } of scenarios ?? []) expect(ja, id).to.match(/[ぁ-んァ-ヶ一-龠]{2,}/);
    }
  });
});

describe('a catalogue file with a mistake', () => {
  const good = `area: net
requirements:
  - id: NET-01
    revision: 1
    level: MUST
    claims: []
    needs: [relay]
    observability: C
${TEXTS.map((t) => `    ${t}: { en: a, ja: b }`).join('\n')}
`;

  it('is read when there is none', () => {
    expect(parseCatalogue(good, 'f.yaml').problems).to.deep.equal([]);
  });
  it('is named with line and column', () => {
    const { problems } = parseCatalogue(good.replace('MUST', 'OUGHT'), 'f.yaml');
    expect(problems).to.have.length(1);
    expect(problems[0]).to.match(/^f\.yaml:5:12 requirements\.0\.level: /);
  });
  it('a missing text is named at its requirement', () => {
    const { problems } = parseCatalogue(good.replace(/ {4}title.*\n/, ''), 'f.yaml');
    expect(problems[0]).to.match(/^f\.yaml:3:5 requirements\.0\.title: /);
  });
  it('an id of another area is refused', () => {
    expect(parseCatalogue(good.replace('NET-01', 'MOV-01'), 'f.yaml').problems[0]).to.match(
      /^f\.yaml:3:9 MOV-01 /,
    );
  });
  it('broken YAML is named with its line', () => {
    expect(parseCatalogue(good.replace('[relay]', '[relay'), 'f.yaml').problems[0]).to.match(
      /^f\.yaml:\d+:\d+ /,
    );
  });
  it('an id that is there twice is refused, and so is an empty folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heiiki-catalogue-'));
    try {
      expect(await refusal(folder)).to.contain('no <area>/catalogue.yaml');
      await mkdir(join(folder, 'net'));
      const entry = good.slice(good.indexOf('  - id'));
      await writeFile(join(folder, 'net/catalogue.yaml'), good + entry);
      expect(await refusal(folder)).to.contain('NET-01 is there twice');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

async function refusal(folder: string): Promise<string> {
  try {
    await loadCatalogue(folder);
  } catch (error) {
    if (error instanceof CatalogueError) return error.message;
    throw error;
  }
  return 'accepted';
}

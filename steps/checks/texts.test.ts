/**
 * Tests do not reach every sentence that people may read, so the sources are asked: each pair of texts that says something
 * in English says something in Japanese.
 */
import { describe, it } from 'node:test';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { both } from '../../history/both.ts';
import { expectBoth, JAPANESE } from './testing-texts.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILES = [
  'cli/outcome.ts',
  'reports/cells.ts',
  'steps/support/applicability.ts',
  'steps/support/open-control.ts',
];

interface Pair {
  readonly en: ts.Node;
  readonly ja: ts.Node;
}

/** `{ en: …, ja: … }` and `both(…, …)`. */
function pairsIn(source: string): Pair[] {
  const pairs: Pair[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const value = (name: string) => node.properties.find((property) => property.name?.getText() === name);
      const [en, ja] = [value('en'), value('ja')];
      if (en && ja && ts.isPropertyAssignment(en))
        pairs.push({ en: en.initializer, ja: ts.isPropertyAssignment(ja) ? ja.initializer : ja });
    }
    if (ts.isCallExpression(node) && node.expression.getText() === 'both') {
      const [en, ja] = node.arguments;
      if (en && ja) pairs.push({ en, ja });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true));
  return pairs;
}

/** The words that the program itself says in an expression: its strings, without what is filled in. */
function wordsOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
    return node.text;
  let words = '';
  ts.forEachChild(node, (child) => {
    words += ` ${wordsOf(child)}`;
  });
  return words;
}

/** English words without a sentence in Japanese beside them. */
const untranslated = (source: string): string[] =>
  pairsIn(source)
    .filter(({ en, ja }) => /[a-z]{2}/i.test(wordsOf(en)) && !ts.isShorthandPropertyAssignment(ja))
    .filter(({ en, ja }) => JAPANESE.test(wordsOf(en)) || !JAPANESE.test(wordsOf(ja)))
    .map(({ en, ja }) => `${en.getText()} | ${ja.getText()}`);

describe('the sentences of verdicts', () => {
  it('are there in both languages', async () => {
    const checks = (await readdir(join(ROOT, 'steps/checks')))
      .filter((name) => name.endsWith('.ts') && !/testing|\.test\./.test(name))
      .map((name) => `steps/checks/${name}`);
    let pairs = 0;
    for (const file of [...checks, ...FILES]) {
      const source = await readFile(join(ROOT, file), 'utf8');
      const here = pairsIn(source).length;
      if (FILES.includes(file)) expect(here, file).to.be.greaterThan(0);
      pairs += here;
      expect(untranslated(source), file).to.deep.equal([]);
    }
    expect(pairs).to.be.greaterThan(90);
  });

  it('would be missed', () => {
    expect(untranslated("const a = { en: 'It ended.', ja: '' };")).to.have.length(1);
    expect(untranslated('both(`It ended after ${ms}.`, `It ended after ${ms}.`)')).to.have.length(1);
    expect(untranslated("both('It ended 終', 'It ended.')")).to.have.length(1);
    expect(untranslated("both('It ended.', '終わりました。'); both('', ''); both(a.en, a.ja)")).to.deep.equal(
      [],
    );
    expect(() => expectBoth(both('2 of 3 ended.', '3件中1件が終わりました。'))).to.throw('2 of 3');
    expect(() => expectBoth(both('It ended.', 'It ended.'))).to.throw('It ended');
    expect(() => expectBoth(both('It ended.', '終わりました。'))).not.to.throw();
  });
});

import { expect } from 'chai';
import { describe, it } from 'node:test';
import { fixtureResults } from '../fixture.ts';
import type { Results } from '../results.ts';
import { renderReport } from './report.tsx';
import { BLAMES, TEXT, VERDICTS } from './texts.ts';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
/** what a reader sees in one language: script, style and the other language's spans are gone */
const seen = (html: string, language: 'en' | 'ja'): string =>
  html
    .replace(/<(script|style)>.*?<\/\1>/gs, '')
    .replace(new RegExp(`<span class="${language === 'en' ? 'ja' : 'en'}"[^>]*>[^<]*</span>`, 'g'), '');

describe('report.html', () => {
  const fixture = fixtureResults();
  const rendered = fixture.then(renderReport);

  it('fetches nothing and tells the browser so', async () => {
    const html = await rendered;
    expect(html).not.to.match(/(src|href|action|data|srcset|poster)\s*=\s*["']?(https?:)?\/\//i);
    expect(html).not.to.match(/@import|[^a-z.]url\(/);
    expect(html).not.to.match(/<(link|img|iframe|object|embed|base)\b/i);
    expect(html).to.contain("default-src 'none'");
  });

  it('says on its first screen what it is not', async () => {
    const html = await rendered;
    const first = html.slice(html.indexOf('<body>'), html.indexOf('id="products"'));
    for (const text of [TEXT.observation, TEXT.platform]) {
      expect(first).to.contain(text.en);
      expect(first).to.contain(text.ja);
    }
  });

  it('says beside the table what its levels and its limits are', async () => {
    const html = await rendered;
    const matrix = html.slice(html.indexOf('id="matrix"'), html.indexOf('<table class="matrix"'));
    for (const language of ['en', 'ja'] as const)
      for (const text of [TEXT.levels, TEXT.matrixHint])
        expect(seen(matrix, language)).to.contain(escaped(text[language]));
  });

  it('has every text of every requirement in both languages', async () => {
    const html = await rendered;
    for (const r of (await fixture).requirements) {
      for (const text of [r.title, r.question, r.whyItMatters, r.ifItFails, r.askTheVendor]) {
        expect(seen(html, 'en'), r.id).to.contain(escaped(text.en));
        expect(seen(html, 'ja'), r.id).to.contain(escaped(text.ja));
      }
    }
  });

  it('gives each reason in the language of the reader, with who has to answer', async () => {
    const html = await rendered;
    for (const { reason } of (await fixture).cells) {
      expect(seen(html, 'en')).to.contain(escaped(reason.en)).and.not.to.contain(escaped(reason.ja));
      expect(seen(html, 'ja')).to.contain(escaped(reason.ja)).and.not.to.contain(escaped(reason.en));
    }
    expect(seen(html, 'ja')).to.contain(BLAMES.capture.ja);
  });

  it('shows the events that decide, with their numbers, a way to the evidence and the deadline among them', async () => {
    const html = await rendered;
    const shown = html.slice(html.indexOf('#n41'), html.indexOf('#n171'));
    expect(html).to.contain('href="./evidence/static-proxy/det-03/index.html#n41">#41</a>');
    for (const language of ['en', 'ja'] as const) {
      const text = language === 'en' ? 'time over: 5.0 s since 8.000 s' : '期限切れ：8.000秒の時点から5.0秒';
      expect(seen(shown, language)).to.contain(text);
      expect(seen(html, language)).to.contain(TEXT.decidedBy[language]);
    }
    expect(shown.indexOf('>13.000<')).to.be.greaterThan(shown.indexOf('#90<'));
  });

  it('says of every verdict but a pass who is answerable', async () => {
    const html = seen(await rendered, 'en');
    const { cells } = await fixture;
    const answerable = html.split(`<dt><span class="en" lang="en">${TEXT.blame.en}`).length - 1;
    expect(answerable).to.equal(cells.filter(({ verdict }) => verdict !== 'pass').length);
  });

  it('has all five words, and the other language nowhere beside them', async () => {
    const html = await rendered;
    for (const { word } of Object.values(VERDICTS)) {
      expect(seen(html, 'en')).to.contain(`>${word.en}<`).and.not.to.contain(`>${word.ja}<`);
      expect(seen(html, 'ja')).to.contain(`>${word.ja}<`).and.not.to.contain(`>${word.en}<`);
    }
  });

  it('keeps the order of products and answers the six questions for each', async () => {
    const html = await rendered;
    const cards = html.split('<article class="card">').slice(1);
    expect(cards.map((card) => /<h3>([^<]*)/.exec(card)?.[1])).to.deep.equal(
      (await fixture).products.map((p) => p.name),
    );
    for (const ask of [
      TEXT.usable,
      TEXT.firewall,
      TEXT.moving,
      TEXT.removable,
      TEXT.outage,
      TEXT.unmeasured,
    ]) {
      for (const card of cards) expect(card).to.contain(ask.en);
    }
    const [reference = '', proxy = '', internet = ''] = cards.map((card) => seen(card, 'en'));
    expect(reference).to.contain('by itself').and.contain('5.31 s').and.contain('0 of 20 detections');
    expect(proxy)
      .to.contain('only by reinstalling')
      .and.contain('stats.cloud.test:443')
      .and.contain('7 of 20');
    expect(internet).to.contain('Did not get that far, because NET-01 failed');
  });

  it('folds a cell that fails because of another: no red mark, the root by name', async () => {
    const html = await rendered;
    const row = html.slice(html.indexOf('data-mark="because"'));
    expect(row.slice(0, row.indexOf('</td>')))
      .to.contain('because of NET-01')
      .and.not.to.contain('m-fail');
  });

  it('has each anchor once and links to no missing one', async () => {
    const html = await rendered;
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((m) => m[1]);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).to.include(target);
  });

  it('gives no score', async () => {
    expect(seen(await rendered, 'en').replace(TEXT.order.en, '')).not.to.match(
      /\b(score|rank|points|overall|%)/i,
    );
  });
});

describe('a hostile result', () => {
  const EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
  const hostile = async (): Promise<Results> => {
    const results = await fixtureResults();
    return {
      ...results,
      run: { ...results.run, engine: EVIL, id: EVIL, argv: [EVIL] },
      products: results.products.map((p) => ({
        ...p,
        name: EVIL,
        version: EVIL,
        description: EVIL,
        statement: { [EVIL]: EVIL },
      })),
      cells: results.cells.map((c) => ({
        ...c,
        reason: { en: EVIL, ja: EVIL },
        measures: [{ name: EVIL, value: EVIL, unit: EVIL }],
        scenarios: c.scenarios.map((s) => ({ ...s, name: EVIL, evidence: 'javascript:alert(1)' })),
      })),
      findings: [{ product: EVIL, kind: EVIL, text: { en: EVIL, ja: EVIL }, evidence: '../../etc' }],
    };
  };

  it('is shown as text', async () => {
    const html = renderReport(await hostile());
    expect(html.match(/<script>/g)).to.have.length(1);
    expect(html).not.to.contain('<img');
    expect(html).to.contain('&lt;script>alert(1)');
  });
  it('gets no link but below the report', async () => {
    const html = renderReport(await hostile());
    const links = [...html.matchAll(/href="([^"#][^"]*)"/g)].map((m) => m[1]);
    expect(links.length).to.be.greaterThan(0);
    for (const link of links) expect(link).to.match(/^\.\//);
    expect(html).not.to.match(/href="[^"]*\.\.\//);
  });
});

describe('a result with little in it', () => {
  it('renders without products, cells and findings', async () => {
    const results = await fixtureResults();
    expect(renderReport({ ...results, products: [], cells: [], findings: [] })).to.contain('</html>');
    const html = renderReport({ ...results, cells: [], findings: [] });
    expect(seen(html, 'en')).to.contain('not run').and.contain('No contradiction');
  });
});

import { expect } from 'chai';
import { describe, it } from 'node:test';
import { fixtureResults } from './fixture.ts';
import { renderJunit } from './junit.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}
/** Small and strict: throws on anything that is not well formed. Enough for what we write. */
function parseXml(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [] };
  const open = [root];
  const rest = xml
    .replace(/^<\?xml[^?]*\?>/, '')
    .replace(
      /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g,
      (_whole, end: string, name: string, raw: string, empty: string) => {
        if (end) {
          if (open.pop()?.name !== name) throw new Error(`</${name}> closes something else`);
          return '';
        }
        const attributes = Object.fromEntries(
          [...raw.matchAll(/ ([a-z]+)="([^"]*)"/g)].map((m) => [m[1] ?? '', m[2] ?? '']),
        );
        const element = { name, attributes, children: [] };
        open.at(-1)?.children.push(element);
        if (!empty) open.push(element);
        return '';
      },
    );
  if (open.length !== 1 || /[<>]|&(?!(amp|lt|gt|quot|#10);)/.test(rest)) throw new Error('not well formed');
  return root.children[0] ?? root;
}

describe('junit.xml', () => {
  it('has a suite a product and a case a requirement, with counts that are true', async () => {
    const results = await fixtureResults();
    const root = parseXml(renderJunit(results));
    expect(root.name).to.equal('testsuites');
    expect(root.children.map((s) => s.attributes['name'])).to.deep.equal(results.products.map((p) => p.id));
    for (const suite of root.children) {
      const cases = suite.children.filter((c) => c.name === 'testcase');
      const having = (name: string): string =>
        String(cases.filter((c) => c.children.some((r) => r.name === name)).length);
      const { tests, failures, errors, skipped, timestamp } = suite.attributes;
      expect({ tests, failures, errors, skipped }).to.deep.equal({
        tests: String(results.requirements.length),
        failures: having('failure'),
        errors: having('error'),
        skipped: having('skipped'),
      });
      expect(timestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    }
  });

  it('maps the five verdicts: failure, error, skipped, and nothing for a pass', async () => {
    const results = await fixtureResults();
    const cases = parseXml(renderJunit(results)).children.flatMap((s) =>
      s.children.filter((c) => c.name === 'testcase'),
    );
    const of = (product: string, id: string): string[] =>
      cases
        .filter(
          (c) => c.attributes['classname']?.startsWith(`${product}.`) && c.attributes['name']?.startsWith(id),
        )
        .flatMap((c) => c.children.map((r) => r.name));
    expect(of('reference', 'NET-01')).to.deep.equal(['system-out']);
    expect(of('static-proxy', 'DET-03')).to.deep.equal(['failure', 'system-out']);
    expect(of('reference', 'TMP-02')).to.deep.equal(['error', 'system-out']);
    expect(of('reference', 'MOV-03')).to.deep.equal(['skipped', 'system-out']);
    expect(of('shipper', 'ALW-01')).to.deep.equal(['skipped', 'system-out']);
  });

  it('names the root of a cell that fails because of another', async () => {
    expect(renderJunit(await fixtureResults())).to.contain('type="because-NET-01"');
  });

  it('survives names and reasons that are no XML', async () => {
    const results = await fixtureResults();
    const cells = results.cells.map((c) => ({
      ...c,
      reason: { en: 'a\u0000b\u001b[31m\ud800 ]]> <x a="1"> & \n two', ja: '' },
    }));
    const xml = renderJunit({ ...results, cells });
    parseXml(xml);
    expect(xml).not.to.match(/[\u0000\u001b\ufffe]/);
  });
});

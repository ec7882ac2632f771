import { expect } from 'chai';
import { describe, it } from 'node:test';
import { fixtureResults } from '../fixture.ts';
import type { Cell, Results, ScenarioResult } from '../results.ts';
import { lossesOf, timesOf } from './losses.tsx';
import { scenarioName, variantName } from './names.ts';
import { renderReport } from './report.tsx';
import { sizeOf } from './sizing.tsx';
import { NETWORK } from './texts-network.ts';
import { viewOf } from './view.ts';

const scenario = (variant: string, more: Partial<ScenarioResult> = {}): ScenarioResult => ({
  name: `The relay of an open network is lost: ${variant}`,
  variant,
  verdict: 'pass',
  reason: { en: '', ja: '' },
  seconds: 1,
  measures: [{ name: 'fallback.seconds', value: 1.25, unit: 's' }],
  evidence: `evidence/reference/mov-02-${variant}`,
  ...more,
});
/** The fixture, with these scenarios as one cell's own. */
async function withCell(requirement: string, scenarios: readonly ScenarioResult[]): Promise<Results> {
  const results = await fixtureResults();
  const own = (cell: Cell): boolean => cell.product === 'reference' && cell.requirement === requirement;
  return {
    ...results,
    cells: results.cells.map((cell) => (own(cell) ? { ...cell, scenarios: [...scenarios] } : cell)),
  };
}

describe('ways of losing the relay', () => {
  it('are rows in the order of the table of faults, each with its own time', async () => {
    const results = await withCell('MOV-02', [
      scenario('captive-302'),
      scenario('silent'),
      scenario('as URL'),
      scenario('refused'),
    ]);
    const view = viewOf(results);
    const losses = lossesOf(view, { id: 'MOV-02' });
    // `paused` is a row of the other products
    expect(losses.map(({ variant }) => variant)).to.deep.equal([
      'refused',
      'silent',
      'paused',
      'captive-302',
    ]);
    expect(losses.map((loss) => loss.of(results.products[0]!).length)).to.deep.equal([1, 1, 0, 1]);
    const html = renderReport(results);
    const section = html.slice(html.indexOf('id="losses"'), html.indexOf('id="details"'));
    expect(section).to.contain('1.25秒').and.contain('evidence/reference/mov-02-silent/index.html');
  });
  it('have no time from a lab that broke', () => {
    expect(timesOf(scenario('silent')).map(({ value }) => value)).to.deep.equal([1.25]);
    expect(timesOf(scenario('silent', { verdict: 'inconclusive' }))).to.deep.equal([]);
    expect(timesOf(scenario('silent', { measures: [] }))).to.deep.equal([]);
  });
  it('have the way back beside the way out, where there are two relays', () => {
    const measures = ['failback.seconds', 'detect.seconds', 'probe.seconds', 'delivery.p50'].map((name) => ({
      name,
      value: 1,
      unit: 's',
    }));
    expect(timesOf(scenario('silent', { measures })).map(({ name }) => name)).to.deep.equal([
      'probe.seconds',
      'failback.seconds',
    ]);
  });
});

describe('sizing of the relay', () => {
  const size = (variant: string, value: number): ScenarioResult =>
    scenario(variant, {
      measures: [{ name: 'relay.bytes-per-hour', value, unit: 'B', declared: 5_000_000 }],
    });
  it('keeps idle and workload apart, and says what was not measured', async () => {
    const view = viewOf(await withCell('NET-01', [size('idle', 1200), size('workload', 3_400_000)]));
    const [reference, other] = view.results.products;
    expect(sizeOf(view, reference!, 'idle', 'relay.bytes-per-hour')?.value).to.equal(1200);
    expect(sizeOf(view, reference!, 'workload', 'relay.bytes-per-hour')?.value).to.equal(3_400_000);
    expect(sizeOf(view, reference!, 'idle', 'relay.connections-per-hour')).to.equal(undefined);
    expect(sizeOf(view, other!, 'idle', 'relay.bytes-per-hour')).to.equal(undefined);
    expect(renderReport(view.results)).to.contain('1.2 kB').and.contain('3.4 MB').and.contain('5 MB');
  });
});

describe('what the firewall must open', () => {
  const use = (destination: string, channels: string[], more: object = {}) => ({
    product: 'reference', destination, route: 'relay' as const, channels, zones: [], connections: 3, refused: 0,
    bytesUp: 4096, bytesDown: 5, scenarios: 1, ...more,
  }); // prettier-ignore
  it('marks what is not declared, and lists what is declared and never used', async () => {
    const results = await fixtureResults();
    const channels = { telemetry: 'edr.cloud.test:443', update: 'cdn.cloud.test:443' };
    const html = renderReport({
      ...results,
      products: results.products.map((p) => ({ ...p, statement: { ...p.statement, channels } })),
      traffic: {
        watched: [{ product: 'reference', scenarios: 2, seconds: 60 }],
        destinations: [
          use('edr.cloud.test:443', ['telemetry']),
          use('stats.test:443', [], { bytesUp: undefined }),
        ],
        channels: [],
      },
    });
    const section = html.slice(html.indexOf('id="firewall"'), html.indexOf('id="sizing"'));
    const rows = section.split('<tr').map((row) => row.replace(/<[^>]*>/g, ' '));
    const row = (name: string): string => rows.find((text) => text.includes(name)) ?? '';
    expect(row('edr.cloud.test')).to.contain('4.1 kB').and.not.to.contain(NETWORK.undeclared.en);
    expect(row('stats.test')).to.contain(NETWORK.undeclared.en).and.contain(NETWORK.notCounted.ja);
    expect(row('cdn.cloud.test')).to.contain(NETWORK.neverUsed.en);
    // the other three products were not seen
    expect(section.split(NETWORK.notWatched.en)).to.have.length(results.products.length);
  });
  it('is left out where nothing was watched', async () => {
    expect(renderReport(await fixtureResults())).not.to.contain('id="firewall"');
  });
});

describe('names in Japanese', () => {
  it('come from the catalogue, or else from the title of the requirement', async () => {
    const results = await fixtureResults();
    const title = results.requirements.find((r) => r.id === 'MOV-02')!.title.ja;
    const cell = { requirement: 'MOV-02' };
    const unnamed = { requirements: results.requirements.map((r) => ({ ...r, scenarios: [] })) };
    expect(scenarioName(unnamed, cell, scenario('silent')).ja).to.equal(`${title}（無応答）`);
    const named = {
      requirements: results.requirements.map((r) => ({
        ...r,
        scenarios: [{ en: 'The relay of an open network is lost: <kind>', ja: '開いた網で失う' }],
      })),
    };
    expect(scenarioName(named, cell, scenario('silent')).ja).to.equal('開いた網で失う（無応答）');
  });
  it('are given to each cell of an example row', () => {
    expect(variantName('refused, URL').ja).to.equal('接続拒否、URL形式');
    expect(variantName('something-else').ja).to.equal('something-else');
  });
});

/**
 * The whole, as a user runs it: six products through the catalogue, verdicts from measurement, judged again,
 * defects killed. Needs an engine (or provisions one) and takes minutes.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import type { HistoryEvent } from '../history/events.ts';
import { Results, type Cell } from '../reports/results.ts';
import { seeded } from '../steps/support/random.ts';
import { call, heiiki } from './command.ts';
import { loadExpected, surprises } from './expected.ts';
import { codeDigest } from './harness.ts';

/**
 * `reference` plays the whole catalogue, of rules with several kinds one; what else there is plays what tells it from the
 * others. What is drawn depends on what decides verdicts alone: the same code is tested in the same way, other code with
 * other kinds and other defects.
 */
const DRAWN = Number.parseInt((await codeDigest())?.slice(0, 7) ?? '1', 16);
const WHOLE = ['--products', 'reference', '--kinds', '1', '--seed', String(DRAWN)];
/** The defects take longer than the rest of CI has time: so many parts of them, one in turn. */
const SHARDS = 6;
/** So many more of the catalogue are drawn for the others, who all play NET-01, as what fails may fail because of it. */
const MORE = 3;
const OTHERS = [
  { products: 'static-proxy', requirements: ['NET-01', 'MOV-01', 'MOV-07'] },
  {
    products: 'internet-only,minimal,syslog-ng-shipper,file-configured',
    requirements: ['NET-01', 'DET-01', 'DET-03'],
  },
];

describe('six products through a closed network', () => {
  let scratch: string;
  let out: string;
  let cells: Cell[];
  const status: (number | null)[] = [];

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'heiiki-whole-'));
    out = join(scratch, 'reference');
    cells = [...(await run(out, ...WHOLE))];
    const all = [...new Set(cells.map(({ requirement }) => requirement))];
    for (const { products, requirements } of OTHERS) {
      const drawn = seeded(DRAWN, products).shuffle(all).slice(0, MORE);
      const asked = [...new Set([...requirements, ...drawn])].join(',');
      const what = ['--products', products, '--requirements', asked, '--kinds', '1', '--seed', String(DRAWN)];
      cells.push(...(await run(join(scratch, products), ...what)));
    }
  });
  async function run(folder: string, ...what: readonly string[]): Promise<readonly Cell[]> {
    const ended = await call(['run', ...what, '--parallel', '4', '--out', folder], { echo: true }).ended;
    status.push(ended.status);
    return Results.parse(JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'))).cells;
  }
  after(() => rm(scratch, { recursive: true, force: true }));

  const cell = (product: string, requirement: string): Cell => {
    const found = cells.find((c) => c.product === product && c.requirement === requirement);
    if (!found) throw new Error(`no cell for ${product} ${requirement}`);
    return found;
  };
  const measure = (product: string, requirement: string, name: string): unknown =>
    cell(product, requirement).measures.find((m) => m.name === name)?.value;

  it('says of each product what has to be said of it', async () => {
    expect(surprises(await loadExpected(), cells)).to.deep.equal([]);
  });
  it('reference recovers from relocation by itself', () => {
    expect(measure('reference', 'MOV-01', 'recovery.method')).to.equal('itself');
    expect(measure('reference', 'MOV-01', 'recovery.manual-steps')).to.equal(0);
  });
  it('static-proxy recovers only by reinstall, and only once its removal is allowed', () => {
    expect(measure('static-proxy', 'MOV-01', 'recovery.method')).to.equal('reinstall');
    expect(measure('static-proxy', 'MOV-01', 'recovery.manual-steps')).to.be.greaterThan(2);
  });
  it('ends with 1 only where an unconditional MUST of a product fails', () => {
    expect(status).to.deep.equal([0, 1, 1]);
  });

  it('judges every scenario again from its history, with the same verdicts', async () => {
    const again = await heiiki('judge', out);
    expect(again.stdout).to.contain('every verdict is as recorded');
    expect(again.status).to.equal(0);
  });

  it('changes exactly one cell when a delivery is taken out of a copy of the history', async () => {
    const file = await copyOf('DET-03', (events) => {
      // One that is asked for: whether the product works yet may have been tried with others before.
      const asked = events.find((e) => e.kind === 'check' && e.check === 'all-delivered');
      const [act] = (asked?.kind === 'check' && (asked.args as { acts: string[] }).acts) || [];
      const attack = events.find((e) => e.kind === 'act.started' && e.act === act);
      if (attack?.kind !== 'act.started') throw new Error('no act in the history');
      return events.filter((e) => !(e.kind === 'cloud.detection' && e.body.includes(attack.nonce)));
    });
    const again = await heiiki('judge', file);
    expect(again.stdout)
      .to.match(/1 of \d+ verdicts differ/)
      .and.to.contain('reference DET-03');
  });
  it('changes exactly one cell when a leaked packet is put into a copy of the history', async () => {
    const file = await copyOf('NET-03', (events) => {
      const own = events.findLastIndex(
        (e) => e.kind === 'packet' && e.direction === 'out' && e.peer === 'relay',
      );
      const packet = events[own];
      if (packet?.kind !== 'packet') throw new Error('no packet in the history');
      return events.toSpliced(own + 1, 0, {
        ...packet,
        peer: 'other',
        to: '203.0.113.7',
        toPort: 443,
        payload: 99,
      });
    });
    const again = await heiiki('judge', file);
    expect(again.stdout)
      .to.match(/1 of \d+ verdicts differ/)
      .and.to.contain('reference NET-03');
  });

  /** A copy of the run in which the first history of that requirement (of reference) is changed. */
  async function copyOf(
    requirement: string,
    change: (events: HistoryEvent[]) => HistoryEvent[],
  ): Promise<string> {
    const copy = await mkdtemp(join(scratch, 'copy-'));
    await cp(out, copy, { recursive: true });
    const evidence = cell('reference', requirement).scenarios[0]?.evidence ?? '';
    const file = join(copy, evidence, 'history.ndjson');
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const events = change(lines.map((line) => JSON.parse(line) as HistoryEvent));
    await writeFile(
      file,
      events.map((event, index) => `${JSON.stringify(renumbered(event, index, events))}\n`).join(''),
    );
    return copy;
  }
});

/** Numbers without gaps again; checks keep looking at what they looked at. */
function renumbered(event: HistoryEvent, index: number, events: readonly HistoryEvent[]): HistoryEvent {
  if (event.kind !== 'check') return { ...event, n: index + 1 };
  const anchor = events.findLastIndex((candidate) => candidate.n <= event.since);
  return { ...event, n: index + 1, since: anchor + 1 };
}

describe('deliberately broken products', () => {
  it('are killed by exactly the requirements that they name', async () => {
    // `selftest` alone plays all of them, `selftest --all` every pair.
    const shard = `${1 + (DRAWN % SHARDS)}/${SHARDS}`;
    const options = ['--shard', shard, '--parallel', '4', '--seed', String(DRAWN)];
    const ended = await call(['selftest', ...options], { echo: true }).ended;
    expect(ended.stdout).to.not.contain('NOT KILLED').and.not.contain('NO DEFECT');
    expect(ended.status).to.equal(0);
  });
});

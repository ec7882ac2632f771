import { describe, it } from 'node:test';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { HistoryEvent } from '../history/events.ts';
import { readHistory } from '../history/reader.ts';
import { rollUp } from '../reports/cells.ts';
import { fixtureResults } from '../reports/fixture.ts';
import { Results } from '../reports/results.ts';
import { judgeScenario } from '../steps/checks/judge.ts';
import { inserted } from '../steps/checks/testing.ts';
import { judge } from './judge.ts';
import { outcomeOf } from './outcome.ts';

const RECORDED = new URL('../steps/checks/net-03.recorded.ndjson', import.meta.url).pathname;
const scenario = { requirement: 'NET-03', name: 'Nothing leaves the closed network', slug: 'net-03' };

/** A recorded history into which a packet has leaked, as number `n`. */
async function leaking(): Promise<{ events: HistoryEvent[]; n: number }> {
  const quiet = await readHistory(RECORDED);
  const n = quiet.findLast(({ kind }) => kind === 'check')?.n ?? 0;
  const leaked = {
    kind: 'packet', point: 'pc', direction: 'out', protocol: 'udp', from: '10.91.0.12', to: '203.0.113.9', toPort: 53,
    peer: 'other', zone: 'closed', payload: 31,
  } as const; // prettier-ignore
  return { events: inserted(quiet, n - 1, leaked), n };
}

/** As a run has it: what the After hook attaches has been through JSON. */
const played = (events: readonly HistoryEvent[]) =>
  outcomeOf('reference', scenario, JSON.parse(JSON.stringify(judgeScenario(events))), []);

describe('an outcome', () => {
  it('shows who is answerable, and the lines that decide it in both languages', async () => {
    const { events, n } = await leaking();
    const { result } = played(events);
    expect(result).to.include({ verdict: 'fail', blame: 'product' });
    const line = result.decidedBy?.events.find((event) => event.n === n);
    expect(line?.text.en).to.contain('udp packet to anybody else, 31 bytes');
    expect(line?.text.ja).to.contain('その他へのudpパケット');
    const begun = events[0]?.t ?? 0;
    expect(line?.seconds).to.equal(((events[n - 1]?.t ?? 0) - begun) / 1000);
    expect(played(await readHistory(RECORDED)).result).to.not.have.any.keys('blame', 'decidedBy');
  });
});

describe('heiiki judge', () => {
  it('comes to the same events as the run, and says so where it does not', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'heiiki-judge-'));
    t.after(() => rm(folder, { recursive: true }));
    const said: string[] = [];
    t.mock.method(process.stdout, 'write', (text: string) => said.push(text) > 0);
    const { events, n } = await leaking();
    const outcome = played(events);
    const fixture = await fixtureResults();
    const write = async (outcomes: Parameters<typeof rollUp>[0]): Promise<void> => {
      const results: Results = Results.parse({ ...fixture, ...rollUp(outcomes, fixture.requirements) });
      await writeFile(join(folder, 'results.json'), JSON.stringify(results));
    };
    await mkdir(join(folder, outcome.result.evidence), { recursive: true });
    const lines = events.map((event) => `${JSON.stringify(event)}\n`);
    await writeFile(join(folder, outcome.result.evidence, 'history.ndjson'), lines.join(''));

    await write([outcome]);
    await judge(folder);
    expect(said.join('')).to.contain('every verdict is as recorded');

    const { decidedBy } = outcome.result;
    const others = decidedBy?.events.filter((event) => event.n !== n) ?? [];
    await write([{ ...outcome, result: { ...outcome.result, decidedBy: { events: others } } }]);
    expect(await judge(folder)).to.equal(1);
    t.mock.restoreAll();
    expect(said.join('')).to.match(new RegExp(`is fail \\(product, decided by [^)]*\\b${n}\\b`));
  });
});

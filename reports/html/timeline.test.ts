import { expect } from 'chai';
import { describe, it } from 'node:test';
import { eventSchemas, type HistoryEvent, type Observation } from '../../history/events.ts';
import { fixtureHistory } from '../fixture-history.ts';
import { fixtureResults } from '../fixture.ts';
import { describe as describeEvent } from './describe.ts';
import { bytesText } from './measures.ts';
import { stepText } from './step-texts.ts';
import type { Lane } from './timeline-lanes.ts';
import { timelineOf } from './timeline-model.ts';
import { renderTimeline } from './timeline.tsx';

/** A second apart, from 0. */
const numbered = (...all: readonly Observation[]): HistoryEvent[] =>
  all.map((event, i): HistoryEvent => ({ ...event, n: i + 1, t: 1_795_000_000_000 + i * 1000, source: 'x' }));

describe('the timeline of a history', () => {
  const timeline = timelineOf(fixtureHistory());

  it('has the fixture’s events in their own shape', () => {
    for (const event of fixtureHistory()) {
      expect(eventSchemas[event.kind].safeParse(event).success, event.kind).to.equal(true);
    }
  });
  it('shows a fault from its injection to the proof that it is gone, and how it was seen', () => {
    const [fault] = timeline.bands.filter(({ kind }) => kind === 'fault');
    expect(fault).to.deep.include({ from: 4, to: 8, detail: 'connect refused in 1 ms' });
    expect(fault?.label.ja).to.equal('relay：接続拒否（refused）');
  });
  it('shows moves and the zones between them', () => {
    const [move] = timeline.bands.filter(({ kind }) => kind === 'move');
    expect(move).to.deep.include({ from: 12, to: 12.4 });
    expect(move?.label.en).to.equal('pc1 moves: closed network → open network');
    expect(timeline.zones.map(({ from, to, label }) => [from, to, label.en])).to.deep.equal([
      [0, 12.4, 'closed network'],
      [12.4, 16, 'open network'],
    ]);
  });
  it('shows restarts and a fault that nobody took back', () => {
    const events = numbered(
      { kind: 'endpoint.restarted', endpoint: 'pc1' },
      { kind: 'fault.injected', fault: 'silent', target: 'relay' },
      { kind: 'cloud.fault', fault: 'http-500', state: 'on' },
      { kind: 'cloud.fault', fault: 'http-500', state: 'off' },
    );
    expect(timelineOf(events).bands.map(({ kind, from, to }) => [kind, from, to])).to.deep.equal([
      ['restart', 0, 0],
      ['fault', 1, 3],
      ['fault', 2, 3],
    ]);
  });
  const laneOf = (events: readonly HistoryEvent[], label: string): Lane | undefined =>
    timelineOf(events).lanes.find((l) => l.label.en === label);
  it('counts every packet in the lane of its peer, with its bytes', () => {
    const sent = fixtureHistory().filter((e) => e.kind === 'packet' && e.peer === 'cloud').length;
    const lane = laneOf(fixtureHistory(), 'packets to cloud');
    const counted = (lane?.marks ?? []).reduce((sum, m) => sum + Number.parseInt(m.text.en, 10), 0);
    expect(sent).to.be.greaterThan(10);
    expect(counted).to.equal(sent);
    expect(lane?.sum.en).to.equal(`${sent} · ${bytesText(sent * 120)} up, 0 B down`);
    expect(lane?.marks.every(({ tone }) => tone === 'aside')).to.equal(true);
  });
  it('does not charge the product with what the lab sends before it is installed, nor with neighbours’ talk', () => {
    const packet = (more: object): Observation => ({
      kind: 'packet', point: 'pc1', direction: 'out', protocol: 'tcp', from: '192.0.2.10', to: '203.0.113.9', peer: 'witness',
      zone: 'closed', payload: 9, ...more,
    }); // prettier-ignore
    const events = numbered(
      packet({}),
      { kind: 'lab.ready', lab: 'x', topology: 'x', nodes: [] },
      { kind: 'hook.finished', hook: 'install', endpoint: 'pc1', outcome: 'ok', exit: 0, ms: 10, output: '' },
      packet({ protocol: 'arp', peer: 'gateway' }),
      packet({ peer: 'other' }),
      { kind: 'step', text: 'end' },
    );
    const tones = (label: string): unknown => laneOf(events, label)?.marks.map(({ tone }) => tone);
    expect(tones('packets to outside witness')).to.deep.equal(['quiet']);
    expect(laneOf(events, 'packets to outside witness')?.sum.en).to.equal('1, the lab’s own');
    expect(tones('packets to gateway')).to.deep.equal(['quiet']);
    expect(tones('packets to anybody else')).to.deep.equal(['aside']);
    expect(timelineOf(events).bands.map(({ kind, from, to }) => [kind, from, to])).to.deep.equal([['lab', 0, 1]]); // prettier-ignore
    expect(timelineOf(events).talks.map(({ peer }) => peer)).to.have.members(['gateway', 'other']);
  });
  it('draws a tunnel as long as it was open, and tells the refused ones apart', () => {
    const lane = laneOf(fixtureHistory(), 'relay: tunnels');
    // its line came at 1.7 s and says 2.2 s: it was open before the history began
    expect(lane?.marks.map(({ at, to, tone }) => [at, to, tone])).to.deep.equal([[0, 1.7, 'plain']]);
    expect(lane?.sum.en).to.equal('1, refused 0');
  });
  it('takes the source’s clock for what a busy machine hands on late, and no other', () => {
    const [first, ...rest] = fixtureHistory() as [HistoryEvent, ...HistoryEvent[]];
    const late = (at: number): number | undefined => {
      const act: HistoryEvent = { kind: 'step', text: 'x', n: 999, t: first.t + 9000, at, source: 'x' };
      return timelineOf([first, ...rest, act]).rows.at(-1)?.at;
    };
    expect(late(first.t + 8500)).to.equal(8.5);
    expect(late(first.t - 60_000)).to.equal(9);
    expect(late(first.t + 60_000)).to.equal(9);
  });
  it('lists every event, packets in bundles, and says how many were left out', () => {
    const [first] = fixtureHistory();
    const many = Array.from({ length: 5000 }, (_, i): HistoryEvent => ({
      kind: 'step',
      text: `step ${i}`,
      n: i + 2,
      t: (first?.t ?? 0) + i,
      source: 'x',
    }));
    const long = timelineOf(first ? [first, ...many] : many);
    expect(long.rows.length + long.more).to.equal(5001);
    expect(long.rows.length).to.be.lessThan(2000);
    expect(timeline.rows.some((r) => /^packets: \d+ to relay/.test(r.text.en))).to.equal(true);
  });
  it('draws an empty history and one of a single moment', () => {
    expect(timelineOf([]).lanes).to.deep.equal([]);
    expect(timelineOf(fixtureHistory().slice(0, 1)).seconds).to.be.greaterThan(0);
  });
  it('has words in both languages for every event of the fixture', () => {
    for (const event of fixtureHistory()) {
      const { en, ja } = describeEvent(event).text;
      expect(en, event.kind).to.match(/\S/);
      if (event.kind !== 'resolver.query') expect(ja, event.kind).to.match(/[ぁ-んァ-ヶ一-龠]|→/);
    }
  });
  it('has a step in Japanese with the name of its value; one that it does not know stays', () => {
    expect(stepText('the relay is lost: silent').ja).to.equal('プロキシに障害が発生：無応答');
    expect(stepText('an attack happens').ja).to.equal('攻撃を実行');
    expect(stepText('nobody has heard of this').ja).to.equal('nobody has heard of this');
  });
  it('tells the story: what was done, broken and delivered, not each request', () => {
    const kinds = timeline.story.map(({ text }) => text.en);
    expect(kinds.some((text) => text.startsWith('detection T1098.007'))).to.equal(true);
    expect(kinds.some((text) => text.startsWith('packets:') || text.startsWith('relay: CONNECT'))).to.equal(false); // prettier-ignore
    expect(kinds.some((text) => text.startsWith('fault at relay: connection refused'))).to.equal(true);
  });
});

describe('the page of a scenario', () => {
  const page = async (events: readonly HistoryEvent[] | undefined, unreadable = 0): Promise<string> => {
    const results = await fixtureResults();
    const cell = results.cells.find((c) => c.requirement === 'DET-03')!;
    const history = events && { events, unreadable };
    return renderTimeline({
      results,
      cell,
      scenario: cell.scenarios[0]!,
      history,
      back: '../../../report.html',
    });
  };

  it('holds the drawing, the list, the verdict and the way back', async () => {
    const html = await page(fixtureHistory());
    expect(html).to.contain('<svg').and.contain('connection refused').and.contain('../../../report.html');
    expect(html)
      .to.contain('検知が到着：管理者グループへの追加（T1098.007）、検知のみ（プロキシ経由）')
      .and.contain('manifest.json');
  });
  it('begins with what decided it, each event under its number', async () => {
    const results = await fixtureResults();
    const cell = results.cells.find((c) => c.product === 'static-proxy' && c.requirement === 'DET-03')!;
    const [scenario] = cell.scenarios;
    const html = renderTimeline({ results, cell, scenario: scenario!, history: undefined, back: '' });
    expect(html).to.match(/<tr id="n52"[^>]*>.*攻撃 act-1 を開始/);
    expect(html).to.contain('製品').and.contain('期限切れ');
  });
  it('stays small, whatever the history is', async () => {
    const [first] = fixtureHistory();
    const many = Array.from({ length: 20_000 }, (_, i): HistoryEvent => ({
      kind: 'packet', point: 'pc1', direction: i % 2 ? 'in' : 'out', protocol: 'tcp', from: '192.0.2.10', fromPort: 1024 + (i % 9000),
      to: `198.51.100.${i % 250}`, toPort: 443, peer: 'other', zone: 'closed', payload: i, n: i * 2 + 2, t: first!.t + i * 20, source: 'x',
    })); // prettier-ignore
    const between = many.map((e): HistoryEvent => ({
      kind: 'relay.request', relay: 'relay', client: 'x', method: 'CONNECT', target: `${'x'.repeat(5000)}:443`, status: 403,
      decision: 'TCP_DENIED', hostHeader: null, ms: 5, ours: false, n: e.n + 1, t: e.t, source: 'relay',
    })); // prettier-ignore
    const html = await page([first!, ...many.flatMap((e, i) => [e, between[i]!])]);
    expect(html.length).to.be.lessThan(3_000_000);
    expect(html).to.match(/more events are in history\.ndjson/);
  });
  it('escapes what a product made it say', async () => {
    const [first] = fixtureHistory();
    const evil: HistoryEvent = {
      kind: 'step',
      text: '<script>alert(1)</script>',
      n: 2,
      t: first!.t + 1,
      source: '<b>',
    };
    const html = await page([first!, evil]);
    expect(html.match(/<script>/g)).to.have.length(1);
    expect(html).not.to.contain('<b>');
  });
  it('says when there is no history, and when lines could not be read', async () => {
    expect(await page(undefined)).to.contain('There is no history of this scenario.');
    expect(await page(fixtureHistory(), 3)).to.match(/3 .*could not be read/);
  });
});

import { expect } from 'chai';
import { describe, it } from 'node:test';
import { eventSchemas, type HistoryEvent } from '../../history/events.ts';
import { fixtureHistory } from '../fixture-history.ts';
import { fixtureResults } from '../fixture.ts';
import { describe as describeEvent } from './describe.ts';
import { timelineOf } from './timeline-model.ts';
import { renderTimeline } from './timeline.tsx';

describe('the timeline of a history', () => {
  const timeline = timelineOf(fixtureHistory());

  it('has the fixture’s events in their own shape', () => {
    for (const event of fixtureHistory()) {
      expect(eventSchemas[event.kind].safeParse(event).success, event.kind).to.equal(true);
    }
  });
  it('shows a fault from its injection to the proof that it is gone', () => {
    expect(timeline.faults).to.deep.equal([{ from: 4, to: 8, label: 'relay: refused' }]);
  });
  it('shows moves and the zones between them', () => {
    expect(timeline.moves).to.deep.equal([{ from: 12, to: 12.4, label: 'pc1: closed → internet' }]);
    expect(timeline.zones).to.deep.equal([
      { from: 0, to: 12.4, label: 'closed' },
      { from: 12.4, to: 16, label: 'internet' },
    ]);
  });
  it('counts every packet in the lane of its peer', () => {
    const sent = fixtureHistory().filter((e) => e.kind === 'packet' && e.peer === 'cloud').length;
    const lane = timeline.lanes.find((l) => l.label === 'packets to cloud');
    const counted = (lane?.marks ?? []).reduce((sum, m) => sum + Number.parseInt(m.text, 10), 0);
    expect(sent).to.be.greaterThan(10);
    expect(counted).to.equal(sent);
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
    expect(timeline.rows.some((r) => /^packets: \d+ to relay/.test(r.text))).to.equal(true);
  });
  it('draws an empty history and one of a single moment', () => {
    expect(timelineOf([]).lanes).to.deep.equal([]);
    expect(timelineOf(fixtureHistory().slice(0, 1)).seconds).to.be.greaterThan(0);
  });
  it('has words for every event of the fixture', () => {
    for (const event of fixtureHistory()) expect(describeEvent(event).text, event.kind).to.match(/\S/);
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
    expect(html).to.contain('<svg').and.contain('relay: refused').and.contain('../../../report.html');
    expect(html).to.contain('detection T1098.007, detected, relay').and.contain('manifest.json');
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

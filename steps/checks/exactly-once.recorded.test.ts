/**
 * The account of a whole recorded scenario (packets and requests left out): each change to a copy of it that matters
 * changes the verdict, and no other does.
 */
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { readHistory } from '../../history/reader.ts';
import type { HistoryEvent } from '../../history/events.ts';
import { judgeScenario } from './testing-texts.ts';
import { inserted, without } from './testing.ts';
import { ofKind } from './window.ts';

type Events = readonly HistoryEvent[];
const recorded = await readHistory(new URL('det-05.recorded.ndjson', import.meta.url).pathname);
const reports = ofKind(recorded, 'cloud.detection');
const begun = ofKind(recorded, 'cloud.fault')[0]?.n ?? 0;
const during = reports.filter((report) => report.n > begun);
const asked = ofKind(recorded, 'check').at(-1)?.n ?? 0;
const verdict = (events: Events): string => judgeScenario(events).verdict;

/** Without every event of the kind. */
function withoutAll(events: Events, such: (event: HistoryEvent) => boolean): Events {
  const found = events.findLast(such);
  return found ? withoutAll(without(events, found.n), such) : events;
}

describe('a recorded account of what was sent again', () => {
  it('holds, with reports that came more than once', () => {
    expect(verdict(recorded)).to.equal('pass');
    expect(during.some(({ copy }) => copy > 1)).to.equal(true);
  });

  it('fails if one act was never delivered, however often it was sent', () => {
    for (const uid of new Set(during.map((report) => report.uid))) {
      const lost = withoutAll(recorded, (event) => event.kind === 'cloud.detection' && event.uid === uid);
      expect(verdict(lost), uid).to.equal('fail');
    }
  });

  it('does not mind which of its copies arrived', () => {
    for (const { n, uid } of during.filter(({ copy }) => copy > 1))
      expect(verdict(without(recorded, n)), uid).to.equal('pass');
  });

  it('fails if one of them came under another uid, at whatever time until it was asked', () => {
    const { agent, body, startTime, analytic, disposition, via } = during[0] ?? reports[0]!;
    const renamed = { agent, body, startTime, analytic, disposition, via, uid: 'another', copy: 1 };
    for (const { n } of during) {
      const doubled = inserted(recorded, n, { kind: 'cloud.detection', ...renamed });
      expect(verdict(doubled), `after event ${n}`).to.equal('fail');
    }
    const late = inserted(recorded, asked, { kind: 'cloud.detection', ...renamed });
    expect(verdict(late)).to.equal('pass');
  });

  it('says nothing if the cloud has not failed', () => {
    const quiet = withoutAll(recorded, (event) => event.kind === 'cloud.fault' && event.state === 'hit');
    expect(verdict(quiet)).to.equal('inconclusive');
  });
});

/**
 * The proof that a verdict follows from the record and from nothing else: in a copy of a whole history one
 * delivery is taken out, or one packet put in, and exactly the check that is about it answers differently.
 */
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { readHistory } from '../../history/reader.ts';
import type { EventOf, HistoryEvent } from '../../history/events.ts';
import { judgeScenario } from './testing-texts.ts';
import { inserted, without } from './testing.ts';
import { ofKind } from './window.ts';

type Events = readonly HistoryEvent[];
const outage = await readHistory(new URL('det-03.recorded.ndjson', import.meta.url).pathname);
const quiet = await readHistory(new URL('net-03.recorded.ndjson', import.meta.url).pathname);
const verdicts = (events: Events = outage, other: Events = quiet): string[] => [
  judgeScenario(events).verdict,
  judgeScenario(other).verdict,
];

describe('a recorded history', () => {
  it('is judged again without an engine', () => {
    expect(verdicts()).to.deep.equal(['pass', 'pass']);
  });

  it('fails with any one delivery taken out, and only there', () => {
    const deliveries = ofKind(outage, 'cloud.detection').filter((event) => event.copy === 1);
    expect(deliveries.length).to.be.greaterThan(3);
    for (const { n, uid } of deliveries) {
      const copies = ofKind(outage, 'cloud.detection').filter((event) => event.uid === uid);
      // A report that came twice is still there once: the act was delivered.
      expect(verdicts(without(outage, n))).to.deep.equal([copies.length > 1 ? 'pass' : 'fail', 'pass']);
    }
  });

  it('fails with one leaked packet put in anywhere after the installation, and only there', () => {
    const installed = ofKind(quiet, 'hook.finished')[0]?.n ?? 0;
    const asked = ofKind(quiet, 'check').at(-1)?.n ?? 0;
    const leaked: EventOf<'packet'> = {
      kind: 'packet',
      point: 'pc',
      direction: 'out',
      protocol: 'udp',
      from: '10.91.0.12',
      to: '203.0.113.9',
      toPort: 53,
      peer: 'other',
      zone: 'closed',
      payload: 31,
    };
    for (let n = installed; n < asked; n++) {
      expect(verdicts(outage, inserted(quiet, n, leaked)), `after event ${n}`).to.deep.equal([
        'pass',
        'fail',
      ]);
    }
    const after = inserted(quiet, asked, leaked);
    expect(verdicts(outage, after)).to.deep.equal(['pass', 'pass']);
    expect(judgeScenario(inserted(quiet, asked - 1, leaked)).reason.en).to.contain('203.0.113.9:53');
  });

  it('keeps its verdict when an event that decides nothing is taken out', () => {
    for (const { n } of ofKind(outage, 'cloud.heartbeat'))
      expect(verdicts(without(outage, n))[0]).to.equal('pass');
  });
});

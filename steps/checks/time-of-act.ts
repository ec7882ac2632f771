/** `time-of-act`: a report says when the act happened, not when it was sent. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEvent } from '../../history/events.ts';
import { allDelivered, entriesOf } from './delivered.ts';
import { check, incomplete, satisfied, violated, Within } from './finding.ts';
import { endOf, type Act, type Entry } from './ledger.ts';
import { inSeconds, seconds, timeMeasure } from './measures.ts';
import { ofKind } from './window.ts';

const Args = z.object({ acts: z.array(z.string()).min(1), within: Within, tolerance: Within });

/** The anchor is the moment from which reports could be delivered. */
export const timeOfAct = check(Args, (view, { acts, within, tolerance }) => {
  const delivered = allDelivered.run(view, { acts, within });
  if (delivered.state !== 'satisfied') return delivered;
  const entries = entriesOf(view, acts);
  if (!Array.isArray(entries)) return entries;
  const { events } = view;
  const all = entries.flatMap((entry) => timesOf(events, entry));
  const waited = Math.max(0, ...all.map(({ arrived }) => arrived));
  // One that tells of several acts is one report.
  const times = all.filter(({ n }, index) => all.findIndex((other) => other.n === n) === index);
  const off = times.toSorted((a, b) => b.off - a.off)[0];
  if (off === undefined || waited <= 2 * tolerance)
    return incomplete('harness', {
      en: `The reports arrived ${inSeconds(waited)} after their acts at most, so the time of the act cannot be told from that of sending.`,
      ja: `報告は操作から最長${seconds(waited)}秒で届いており、操作の時刻と送信の時刻を区別できません。`,
    });
  const wrong = times.filter((time) => time.off > tolerance);
  const details = {
    measures: [
      timeMeasure(events, { name: 'occurrence.off', ms: off.off, within: tolerance }),
      timeMeasure(events, { name: 'occurrence.waited', ms: waited }),
    ],
    evidence: times.map(({ n }) => n),
  };
  if (wrong.length === 0)
    return satisfied(
      both(
        `All ${times.length} reports say when the act happened, off by ${inSeconds(off.off)} at most; they arrived up to ${inSeconds(waited)} after it.`,
        `報告${times.length}件はすべて操作の時刻を示しています（ずれは最大${seconds(off.off)}秒）。到着は操作から最長${seconds(waited)}秒後でした。`,
      ),
      details,
    );
  return violated(
    both(
      `${wrong.length} of ${times.length} reports give another time than that of the act; that of ${off.act.act} (${off.act.stimulus}) is off by ${inSeconds(off.off)}.`,
      `報告${times.length}件中${wrong.length}件の発生時刻が、操作の時刻と異なります。${off.act.act}（${off.act.stimulus}）のずれは${seconds(off.off)}秒です。`,
    ),
    details,
  );
});

interface Time {
  readonly act: Act;
  readonly n: number;
  /** ms by which the reported time is before the act's beginning or after its end */
  readonly off: number;
  /** ms from the end of the act */
  readonly arrived: number;
}

function timesOf(events: readonly HistoryEvent[], { act, reports }: Entry): Time[] {
  const ahead = clockAhead(events);
  const ended = endOf(events, act) + ahead;
  return ofKind(reports, 'cloud.detection').map((report) => {
    // One finding may tell of several acts, and has the time of any of them.
    const told = ofKind(events, 'act.started').filter(({ nonce }) => report.body.includes(nonce));
    const first = Math.min(...told.map(({ t }) => t)) + ahead;
    const last = Math.max(...told.map((one) => endOf(events, one))) + ahead;
    return {
      act,
      n: report.n,
      off: Math.max(0, first - report.startTime, report.startTime - last),
      arrived: report.t + ahead - ended,
    };
  });
}

/**
 * ms by which the clock of the lab's host is ahead of the harness's: all containers have it. What the cloud saw is received
 * a moment later, so the largest difference is the nearest one.
 */
function clockAhead(events: readonly HistoryEvent[]): number {
  const differences = events.flatMap(({ source, at, t }) =>
    source === 'cloud' && at !== undefined ? [at - t] : [],
  );
  return differences.length === 0 ? 0 : Math.max(...differences);
}

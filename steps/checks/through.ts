/** `reported-through`: from the anchor on, how long until reports come through that relay? */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { check, satisfied, undecided, violated, Within } from './finding.ts';
import { entryOf } from './ledger.ts';
import { inSeconds, seconds, timeMeasure } from './measures.ts';
import { anchorTime, later } from './window.ts';

const Args = z.object({
  /** its name in the topology */
  relay: z.string(),
  within: Within,
  /** name of the measure */
  measure: z.enum(['failover.seconds', 'failback.seconds']),
  /** what is declared for it: a key of `timing` or a sum */
  timing: z.string(),
});

/** Any act that was played since the anchor will do: an earlier one may rightly have gone another way. */
export const reportedThrough = check(Args, (view, { relay, within, measure, timing }) => {
  const from = anchorTime(view);
  const until = from + within;
  const acts = later(view, 'act.started').filter((act) => !act.twin);
  const reports = acts.flatMap((act) => entryOf(view.events, act).reports).sort((a, b) => a.n - b.n);
  const found = reports.find((report) => report.relay === relay && report.t <= until);
  if (found)
    return satisfied(
      {
        en: `Reports came through the relay "${relay}" after ${inSeconds(found.t - from)}.`,
        ja: `${seconds(found.t - from)}秒後に、プロキシ「${relay}」経由で報告が届きました。`,
      },
      {
        measures: [timeMeasure(view.events, { name: measure, ms: found.t - from, timing, within })],
        evidence: [found.n],
      },
    );
  const others = reports.length;
  const reason = both(
    `No report had come through the relay "${relay}" within ${inSeconds(within)}; ${others} came another way, ${acts.length} attacks were played.`,
    `${seconds(within)}秒以内に、プロキシ「${relay}」経由の報告が届きませんでした（別の経路で届いた報告${others}件、攻撃${acts.length}件）。`,
  );
  return view.now <= until
    ? undecided(reason)
    : violated(reason, { evidence: acts.map(({ n }) => n).slice(0, 20), missed: { from, until } });
});

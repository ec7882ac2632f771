/** `detected`: one act is reported in time. */
import { z } from 'zod';
import { check, incomplete, satisfied, undecided, Via, violated, Within, type View } from './finding.ts';
import { actOf, endOf, enrolledAgents, entryOf, type Entry } from './ledger.ts';
import { inSeconds, timeMeasure } from './measures.ts';
import { anchorTime } from './window.ts';

const Args = z.object({
  act: z.string(),
  within: Within,
  via: Via.optional(),
  /** what is declared for it: a key of `timing` or a sum; its first key names the measure, `fallback.seconds` */
  timing: z
    .string()
    .regex(/^[a-z]+(\+[a-z]+)*$/)
    .default('detect'),
});

export const detected = check(Args, (view, { act: id, within, via, timing }) => {
  const act = actOf(view.events, id);
  if (!act) return incomplete('harness', `No act ${id} was played, so no report of it can be expected.`);
  const entry = entryOf(view.events, act, via);
  const from = view.since === act.n ? endOf(view.events, act) : anchorTime(view);
  const until = from + within;
  const [first] = entry.reports;
  const path = via ? ` (${via})` : '';
  if (first && first.t <= until) {
    const ms = first.t - act.t;
    const name = `${timing.split('+')[0] ?? 'detect'}.seconds`;
    return satisfied(`Act ${id} (${act.stimulus}) was reported after ${inSeconds(ms)}${path}.`, {
      measures: [timeMeasure(view.events, { name, ms, timing, within })],
      evidence: [act.n, first.n],
    });
  }
  const reason = `A report of act ${id} (${act.stimulus})${path} had not arrived within ${inSeconds(within)}${whatElse(view, entry, via)}.`;
  if (view.now <= until) return undecided(reason, { evidence: [act.n] });
  return violated(reason, { evidence: [act.n, ...(first ? [first.n] : [])], missed: { from, until } });
});

/** The likely cause, from what did arrive. */
function whatElse({ events }: View, { act, reports }: Entry, via: Via | undefined): string {
  const [first] = reports;
  if (first) return `; it arrived after ${inSeconds(first.t - act.t)}`;
  if (enrolledAgents(events).size === 0) return '; no agent has enrolled';
  const [elsewhere] = via ? entryOf(events, act).reports : [];
  return elsewhere ? `; it arrived by another path (${elsewhere.via})` : '';
}

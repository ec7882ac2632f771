/** `detected`: one act is reported in time. */
import { z } from 'zod';
import { both, NONE, type Both } from '../../history/both.ts';
import {
  check,
  numbersOf,
  PATHS,
  satisfied,
  undecided,
  Via,
  violated,
  Within,
  type View,
} from './finding.ts';
import {
  actOf,
  endOf,
  enrolledAgents,
  entryOf,
  notEnded,
  notPlayed,
  type Entry,
  isUnplayed,
} from './ledger.ts';
import { inSeconds, seconds, timeMeasure } from './measures.ts';
import { anchorTime } from './window.ts';

const Args = z.object({
  act: z.string(),
  within: Within,
  via: Via.optional(),
  /** name of the relay that it came through */
  relay: z.string().optional(),
  /** what is declared for it: a key of `timing` or a sum; its first key names the measure, `fallback.seconds` */
  timing: z
    .string()
    .regex(/^[a-z]+(\+[a-z]+)*$/)
    .default('detect'),
});

export const detected = check(Args, (view, { act: id, within, via, relay, timing }) => {
  const act = actOf(view.events, id);
  if (!act) return notPlayed(id);
  const all = entryOf(view.events, act, via);
  const entry = { ...all, reports: all.reports.filter((report) => !relay || report.relay === relay) };
  const from = view.since === act.n ? endOf(view.events, act) : anchorTime(view);
  const until = from + within;
  const [first] = entry.reports;
  const path = pathOf(via, relay);
  if (first && first.t <= until) {
    const ms = first.t - act.t;
    const name = `${timing.split('+')[0] ?? 'detect'}.seconds`;
    return satisfied(
      {
        en: `Act ${id} (${act.stimulus}) was reported after ${inSeconds(ms)}${path.en}.`,
        ja: `操作 ${id}（${act.stimulus}）は${seconds(ms)}秒後に報告されました${path.ja}。`,
      },
      {
        measures: [timeMeasure(view.events, { name, ms, timing, within })],
        evidence: [act.n, first.n],
      },
    );
  }
  const also = whatElse(view, entry, via ?? (relay ? 'relay' : undefined));
  const reason = both(
    `A report of act ${id} (${act.stimulus})${path.en} had not arrived within ${inSeconds(within)}${also.en}.`,
    `操作 ${id}（${act.stimulus}）の報告${path.ja}が${seconds(within)}秒以内に届きませんでした${also.ja}。`,
  );
  if (isUnplayed(view.events, act)) return notEnded(act);
  if (view.now <= until) return undecided(reason, { evidence: [act.n] });
  // Too late, or by another path.
  const [came] = first ? [first] : entryOf(view.events, act).reports;
  return violated(reason, { evidence: numbersOf(came ? [act, came] : [act]), missed: { from, until } });
});

function pathOf(via: Via | undefined, relay: string | undefined): Both {
  if (relay) return both(` (relay ${relay})`, `（プロキシ ${relay} 経由）`);
  return via ? both(` (${PATHS[via].en})`, `（${PATHS[via].ja}）`) : NONE;
}

/** The likely cause, from what did arrive. */
function whatElse({ events }: View, { act, reports }: Entry, via: Via | undefined): Both {
  const [first] = reports;
  if (first) {
    const ms = first.t - act.t;
    return both(`; it arrived after ${inSeconds(ms)}`, `（届いたのは${seconds(ms)}秒後）`);
  }
  if (enrolledAgents(events).size === 0)
    return both('; no agent has enrolled', '（登録されたエージェントがありません）');
  const [elsewhere] = via ? entryOf(events, act).reports : [];
  if (!elsewhere) return NONE;
  const { en, ja } = elsewhere.relay
    ? both(`relay ${elsewhere.relay}`, `プロキシ ${elsewhere.relay} 経由`)
    : PATHS[elsewhere.via];
  return both(`; it arrived by another path (${en})`, `（別の経路で届きました：${ja}）`);
}

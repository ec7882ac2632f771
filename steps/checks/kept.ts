/** `kept-or-said`: what had not been sent when the product was removed arrives all the same, or somebody says how much is lost. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEventOf } from '../../history/events.ts';
import { check, satisfied, undecided, violated, Within, type View } from './finding.ts';
import { actOf, entryOf, ledgerOf, notEnded, notPlayed, unplayed, type Act, type Entry } from './ledger.ts';
import { count, inSeconds, seconds } from './measures.ts';
import { anchorTime, ofKind } from './window.ts';

const Args = z.object({ acts: z.array(z.string()).min(1), within: Within });

/** The word of the product is compared with what really arrived: it must own up to no less than was lost. */
export const keptOrSaid = check(Args, (view, { acts, within }) => {
  const entries: Entry[] = [];
  for (const name of acts) {
    const act = actOf(view.events, name);
    if (!act) return notPlayed(name);
    entries.push(entryOf(view.events, act));
  }
  const from = anchorTime(view);
  const until = from + within;
  const { injected, delivered, lost, evidence } = ledgerOf(entries, until, from);
  const { said, by } = saidLost(view, entries[0]?.act);
  const measures = [
    count('delivery.injected', injected),
    count('delivery.delivered', delivered),
    count('delivery.lost', lost.length),
    count('reinstall.said-lost', said),
  ];
  const details = { measures, evidence: [...evidence, ...by] };
  if (lost.length === 0)
    return satisfied(
      {
        en: `All ${injected} acts that had not been sent arrived after the new installation.`,
        ja: `未送信だった操作${injected}件は、再インストール後にすべて届きました。`,
      },
      details,
    );
  const reason = both(
    `${lost.length} of ${injected} acts had not arrived within ${inSeconds(within)} of the new installation; ${said} were said to be lost.`,
    `操作${injected}件中${lost.length}件が、再インストールから${seconds(within)}秒以内に届きませんでした。失われたと示された件数は${said}件です。`,
  );
  if (view.now <= until) return undecided(reason, details);
  const unknown = unplayed(view.events, lost);
  if (unknown && said < lost.length) return notEnded(unknown);
  return said >= lost.length
    ? satisfied(reason, details)
    : violated(reason, { ...details, missed: { from, until } });
});

const Said = z.object({ lost: z.number().int().nonnegative() });

/** By a hook that removed or installed it, or to the cloud by the heartbeat's count of what it dropped. */
function saidLost({ events }: View, first: Act | undefined): { said: number; by: number[] } {
  const since = events.slice(first?.n ?? 0);
  const hooks = ofKind(since, 'hook.finished').flatMap((hook) => {
    const lost = lostIn(hook);
    return lost === undefined ? [] : [{ n: hook.n, lost }];
  });
  const installed = ofKind(since, 'hook.finished').findLast(({ hook }) => hook === 'install')?.n ?? Infinity;
  const beats = ofKind(since, 'cloud.heartbeat').filter(({ n, dropped = 0 }) => n > installed && dropped > 0);
  const most = beats.reduce((sum, { dropped = 0 }) => Math.max(sum, dropped), 0);
  const said = hooks.reduce((sum, { lost }) => sum + lost, most);
  return { said, by: [...hooks, ...beats.slice(0, 1)].map(({ n }) => n) };
}

/** The last line that is such an object: hooks may print other lines. */
function lostIn({ output }: HistoryEventOf<'hook.finished'>): number | undefined {
  for (const line of output.split('\n').reverse())
    try {
      const parsed = Said.safeParse(JSON.parse(line));
      if (parsed.success) return parsed.data.lost;
    } catch {
      // not this one
    }
  return undefined;
}

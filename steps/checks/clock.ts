/** `same-identity` and `times-right`: what a wrong clock at the cloud must not change. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { check, incomplete, satisfied, violated } from './finding.ts';
import { exchanges } from './exchanges.ts';
import { actOf, endOf, enrolledAgents, notPlayed, type Act } from './ledger.ts';
import { rowsAbout } from './log-rows.ts';
import { count, inSeconds, seconds } from './measures.ts';
import { inWindow, later, ofKind } from './window.ts';

/** Nobody has enrolled after the anchor but as whom the cloud knew before, and that one was heard again. */
export const sameIdentity = check(z.object({}), (view) => {
  const before = enrolledAgents(view.events.slice(0, view.since));
  if (before.size === 0)
    return incomplete('harness', {
      en: 'No agent was enrolled before, so it cannot be told whether it is the same one.',
      ja: '起点より前に登録されたエージェントがなく、同じ端末かどうか判断できません。',
    });
  const others = later(view, 'cloud.enrolled').filter(({ agent }) => !before.has(agent));
  const ids = new Set(others.map(({ agent }) => agent));
  const details = { measures: [count('identity.new', ids.size)], evidence: others.map(({ n }) => n) };
  if (ids.size > 0)
    return violated(
      both(
        `The endpoint has enrolled as somebody else: ${ids.size} new identities beside the old one.`,
        `端末が別の端末として登録されました（元の登録のほかに新しい登録が${ids.size}件）。`,
      ),
      details,
    );
  const heard = exchanges(inWindow(view)).find(({ agent }) => agent !== undefined && before.has(agent));
  return heard
    ? satisfied(
        both('Its cloud knows it as the same endpoint.', 'クラウドは同じ端末として認識しています。'),
        { ...details, evidence: [heard.n] },
      )
    : violated(
        both(
          'Its cloud has not heard the endpoint as the one that it was.',
          'クラウドは、元の端末としての通信を受け取っていません。',
        ),
        details,
      );
});

const Times = z.object({
  acts: z.array(z.string()).min(1),
  /** ms */
  tolerance: z.number().positive(),
});

/** What the cloud is told of each act has the time at which it happened, or says how far its times are off. */
export const timesRight = check(Times, ({ events }, { acts: ids, tolerance }) => {
  const dated: { act: Act; error: number; n: number }[] = [];
  const unreadable = new Map<string, number>();
  for (const id of ids) {
    const act = actOf(events, id);
    if (!act) return notPlayed(id);
    for (const { time, n, unreadable: unknown = false } of reported(events, act)) {
      if (unknown) unreadable.set(id, n);
      if (time !== undefined)
        dated.push({ act, n, error: Math.max(0, act.t - time, time - endOf(events, act)) });
    }
  }
  const without = ids.filter((id) => !dated.some(({ act }) => act.act === id));
  const undated = without.filter((id) => !unreadable.has(id));
  if (undated.length > 0)
    return violated(
      both(
        `There is no report with a time of ${undated.length} of ${ids.length} acts: ${undated.join(', ')}.`,
        `操作${ids.length}件中${undated.length}件について、時刻のある報告がありません：${undated.join('、')}。`,
      ),
    );
  const worst = Math.max(0, ...dated.map(({ error }) => error));
  const off = new Set(dated.filter(({ error }) => error > tolerance).map(({ act }) => act.act));
  const details = {
    measures: [{ name: 'times.worst-error', value: seconds(worst), unit: 's', ceiling: seconds(tolerance) }],
    evidence: [...new Set(dated.map(({ n }) => n))],
  };
  if (off.size === 0 && without.length > 0)
    return incomplete(
      'harness',
      both(
        `The reports of ${without.length} of ${ids.length} acts have a time in a form that is not known here: ${without.join(', ')}.`,
        `操作${ids.length}件中${without.length}件の報告の時刻は、ここでは読み取れない形式です：${without.join('、')}。`,
      ),
      { evidence: without.flatMap((id) => unreadable.get(id) ?? []) },
    );
  if (off.size === 0)
    return satisfied(
      both(
        `The times of all ${ids.length} acts are right, or say how far they are off; ${inSeconds(worst)} is the largest error.`,
        `操作${ids.length}件の時刻はすべて正しいか、ずれの大きさが示されています（最大の誤差は${seconds(worst)}秒）。`,
      ),
      details,
    );
  return violated(
    both(
      `The times of ${off.size} of ${ids.length} acts are off by up to ${inSeconds(worst)}, and nothing says so.`,
      `操作${ids.length}件中${off.size}件の時刻が最大${seconds(worst)}秒ずれており、その旨の表示もありません。`,
    ),
    details,
  );
});

/** Findings of an attack, lines of a log line: what else is told of it may be about its preparation. */
function reported(events: Parameters<typeof rowsAbout>[0], act: Act) {
  const kind = act.stimulus === 'log-line' ? 'cloud.telemetry' : 'cloud.detection';
  const brought = new Set(ofKind(events, kind).map(({ n }) => n));
  return rowsAbout(events, act).filter(({ n }) => brought.has(n));
}

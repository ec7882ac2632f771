/**
 * `silent`: no report of an act. A later act that was reported shows that the way was open; as one may overtake the
 * other (another sensor, newest first), the act's own time to be reported must be over, too.
 */
import { z } from 'zod';
import { check, incomplete, satisfied, undecided, violated, Within } from './finding.ts';
import { actOf, endOf, entryOf, notEnded, outcomeOf } from './ledger.ts';
import { inSeconds, seconds } from './measures.ts';

const Args = z.object({ act: z.string(), sentinel: z.string(), within: Within.optional() });

export const silent = check(Args, (view, { act: id, sentinel: sentinelId, within }) => {
  const act = actOf(view.events, id);
  const sentinel = actOf(view.events, sentinelId);
  if (!act || !sentinel)
    return incomplete('harness', {
      en: `Act ${act ? sentinelId : id} was not played, so silence has no meaning.`,
      ja: `操作 ${act ? sentinelId : id} が実行されていないため、報告がなくても意味を持ちません。`,
    });
  if (sentinel.n < act.n)
    return incomplete('harness', {
      en: `The sentinel ${sentinelId} was played before act ${id} and proves nothing about it.`,
      ja: `確認用の操作 ${sentinelId} が操作 ${id} より前に実行されたため、何も確認できません。`,
    });
  const [report] = entryOf(view.events, act).reports;
  const [proof] = entryOf(view.events, sentinel).reports;
  if (report)
    return violated(
      {
        en: `Act ${id} (${act.stimulus}${act.twin ? ', benign' : ''}) was reported as event ${report.n}.`,
        ja: `操作 ${id}（${act.stimulus}${act.twin ? '、無害' : ''}）が報告されました（イベント${report.n}）。`,
      },
      { evidence: [act.n, report.n] },
    );
  if (!proof)
    return violated(
      {
        en: `Whether act ${id} stayed silent cannot be told: the later act ${sentinelId}, which should be reported, was not.`,
        ja: `後に行った、報告されるはずの操作 ${sentinelId} が報告されなかったため、操作 ${id} が報告されないと判断できません。`,
      },
      { evidence: [act.n, sentinel.n] },
    );
  const evidence = [act.n, sentinel.n, proof.n];
  const outcome = outcomeOf(view.events, act);
  // Nothing was there to be reported: 127 is a shell's "not found".
  if (outcome?.effect === 'unknown' || outcome?.exit === 127) return notEnded(act);
  if (outcome?.effect === 'prevented')
    return violated(
      {
        en: `Act ${id} (${act.stimulus}) was not reported, and was prevented (status ${outcome.exit ?? 'none'}).`,
        ja: `操作 ${id}（${act.stimulus}）は報告されませんでしたが、実行が妨げられました（終了コード：${outcome.exit ?? 'なし'}）。`,
      },
      { evidence: [...evidence, outcome.n] },
    );
  if (within !== undefined && view.now <= endOf(view.events, act) + within)
    return undecided(
      {
        en: `Act ${id} may still be reported: its time of ${inSeconds(within)} is not over.`,
        ja: `操作 ${id} の報告期限（${seconds(within)}秒）が過ぎていないため、まだ報告される可能性があります。`,
      },
      { evidence },
    );
  return satisfied(
    {
      en: `Act ${id} was not reported, while the later act ${sentinelId} was.`,
      ja: `操作 ${id} は報告されず、その後の操作 ${sentinelId} は報告されました。`,
    },
    { evidence },
  );
});

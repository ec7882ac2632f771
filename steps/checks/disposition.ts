/** `disposition-true`: what the product says it did is what really happened. */
import { z } from 'zod';
import type { HistoryEventOf } from '../../history/events.ts';
import { check, incomplete, satisfied, undecided, violated, Within } from './finding.ts';
import { actOf, entryOf } from './ledger.ts';
import { words } from './measures.ts';
import { ofKind } from './window.ts';

const Args = z.object({ act: z.string(), within: Within.optional() });

const IN_JAPANESE: Readonly<Record<HistoryEventOf<'cloud.detection'>['disposition'], string>> = {
  detected: '検知のみ',
  blocked: 'ブロック済み',
  other: 'その他',
};

/** `within`: what is said in that time after the act counts; a first word may be corrected by a second one. */
export const dispositionTrue = check(Args, (view, { act: id, within }) => {
  const act = actOf(view.events, id);
  const outcome = ofKind(view.events, 'act.finished').find((event) => event.act === id);
  if (!act || !outcome || outcome.effect === 'unknown')
    return incomplete('harness', {
      en: `What came of act ${id} was not seen from outside, so nothing can be compared with it.`,
      ja: `操作 ${id} の結果を外部から確認できていないため、報告と比べられません。`,
    });
  const said = entryOf(view.events, act).reports.flatMap((event) =>
    event.kind === 'cloud.detection' ? [event] : [],
  );
  const evidence = [act.n, outcome.n, ...said.map((event) => event.n)];
  if (said.length === 0)
    return violated(
      {
        en: `Act ${id} was not reported, so the product has not said what it did.`,
        ja: `操作 ${id} が報告されていないため、製品の処置が分かりません。`,
      },
      { evidence },
    );
  const claims = [...new Set(said.map((event) => event.disposition))].sort();
  const measures = [
    words('disposition.reported', claims.join(', ')),
    words('disposition.effect', outcome.effect),
  ];
  const blocked = claims.includes('blocked');
  const happened = outcome.effect === 'happened';
  const sentence = {
    en: `The product reported "${claims.join(', ')}", and the act ${happened ? 'had its effect' : 'was prevented'}.`,
    ja: `製品の報告は「${claims.map((claim) => IN_JAPANESE[claim]).join('、')}」、実際には操作が${happened ? '実行されました' : '阻止されました'}。`,
  };
  const holds = outcome.effect === 'prevented' ? blocked : !blocked && claims.includes('detected');
  if (within !== undefined && view.now <= outcome.t + within)
    return undecided(sentence, { measures, evidence });
  return (holds ? satisfied : violated)(sentence, { measures, evidence });
});

/** `disposition-true`: what the product says it did is what really happened. */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import type { HistoryEventOf } from '../../history/events.ts';
import { fileOf, type FileSeen } from './act-succeeded.ts';
import { check, incomplete, satisfied, undecided, violated, Within } from './finding.ts';
import { actOf, entryOf } from './ledger.ts';
import { words } from './measures.ts';
import { ofKind } from './window.ts';

const Args = z.object({ act: z.string(), within: Within.optional() });

type Report = HistoryEventOf<'cloud.detection'>;
const IN_JAPANESE: Readonly<Record<Report['disposition'], string>> = {
  detected: '検知のみ',
  blocked: 'ブロック済み',
  removed: '隔離・削除済み',
  other: 'その他',
};

/**
 * `within`: what is said in that time after the act, or after its file was found to be gone, counts; a first word
 * may be corrected by a second one.
 */
export const dispositionTrue = check(Args, (view, { act: id, within }) => {
  const act = actOf(view.events, id);
  const outcome = ofKind(view.events, 'act.finished').find((event) => event.act === id);
  if (!act || !outcome || outcome.effect === 'unknown')
    return incomplete('harness', {
      en: `What came of act ${id} was not seen from outside, so nothing can be compared with it.`,
      ja: `操作 ${id} の結果を外部から確認できていないため、報告と比べられません。`,
    });
  const { reports, copies } = entryOf(view.events, act);
  // The second word may be the same finding, told anew.
  const said = ofKind([...reports, ...copies], 'cloud.detection');
  const evidence = [act.n, outcome.n, ...said.map((event) => event.n)];
  if (said.length === 0)
    return violated(
      {
        en: `Act ${id} was not reported, so the product has not said what it did.`,
        ja: `操作 ${id} が報告されていないため、製品の処置が分かりません。`,
      },
      { evidence },
    );
  const happened = outcome.effect === 'happened';
  const file = happened ? fileOf(view.events, id) : undefined;
  if (happened && !file)
    return incomplete('harness', {
      en: `Nobody has looked whether the file of act ${id} is still there, so the report cannot be compared with it.`,
      ja: `操作 ${id} のファイルが残っているかどうかを確認していないため、報告と比べられません。`,
    });
  const claims = [...new Set(said.map((event) => event.disposition))].sort();
  // What is taken away before it can act is prevented, too.
  const stopped = claims.includes('blocked') || claims.includes('removed');
  const gone = file?.there === false ? file : undefined;
  // A program that has run was not blocked, whatever became of its file; one who opens a file that appears may have been.
  const ran = act.stimulus === 'T1204.002' && claims.every((claim) => claim === 'blocked');
  const holds = gone
    ? !ran && claims.some((claim) => claim !== 'detected')
    : happened
      ? !stopped && claims.includes('detected')
      : stopped;
  const outcomes = what(happened, gone);
  const sentence = both(
    `The product reported "${claims.join(', ')}", and the act ${outcomes.en}.`,
    `製品の報告は「${claims.map((claim) => IN_JAPANESE[claim]).join('、')}」、実際には操作が${outcomes.ja}。`,
  );
  const measures = [
    words('disposition.reported', claims.join(', ')),
    words('disposition.effect', outcome.effect),
  ];
  const details = { measures, evidence: [...evidence, ...(file ? [file.n] : [])] };
  // What was done to the file may have been done just before it was looked for: then that is still to be told.
  const from = gone && !holds ? gone.t : outcome.t;
  if (within !== undefined && view.now <= from + within) return undecided(sentence, details);
  return (holds ? satisfied : violated)(sentence, details);
});

function what(happened: boolean, gone: FileSeen | undefined): Both {
  if (gone)
    return both(
      'had its effect, but its file has been taken away since',
      '実行された後、そのファイルが取り除かれました',
    );
  return happened ? both('had its effect', '実行されました') : both('was prevented', '阻止されました');
}

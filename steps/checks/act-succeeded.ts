/** `act-succeeded`: what was done on the endpoint has had its effect, whatever a product thinks of it. */
import { z } from 'zod';
import { check, incomplete, satisfied, violated } from './finding.ts';
import { words } from './measures.ts';
import { ofKind } from './window.ts';

export const actSucceeded = check(z.object({ act: z.string() }), (view, { act }) => {
  const ended = ofKind(view.events, 'act.finished').find((event) => event.act === act);
  if (!ended || ended.effect === 'unknown')
    return incomplete('harness', {
      en: `It is not known whether act ${act} has succeeded.`,
      ja: `操作 ${act} が成功したかどうか分かりません。`,
    });
  const measures = [words('disposition.effect', ended.effect)];
  const evidence = [ended.n];
  return ended.effect === 'happened' && ended.exit === 0
    ? satisfied(
        {
          en: `Act ${act} ended with status 0 and has had its effect, seen from outside.`,
          ja: `操作 ${act} は終了コード0で終わり、その結果を外部から確認できました。`,
        },
        { measures, evidence },
      )
    : violated(
        {
          en: `Act ${act} did not succeed: ${ended.effect}, status ${ended.exit ?? 'unknown'}.`,
          ja: `操作 ${act} は成功しませんでした（結果：${ended.effect}、終了コード：${ended.exit ?? '不明'}）。`,
        },
        { measures, evidence },
      );
});

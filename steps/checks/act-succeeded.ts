/** `act-succeeded`: what was done on the endpoint has had its effect, and keeps it, whatever a product thinks of it. */
import { z } from 'zod';
import type { HistoryEvent } from '../../history/events.ts';
import { check, incomplete, satisfied, violated } from './finding.ts';
import { words } from './measures.ts';
import { ofKind } from './window.ts';

const FileOfAct = z.object({ act: z.string(), there: z.boolean() });
export interface FileSeen {
  readonly n: number;
  readonly t: number;
  readonly there: boolean;
}
/** Whether the act's file was still there when it was last looked for; undefined if it never was. */
export const fileOf = (events: readonly HistoryEvent[], act: string): FileSeen | undefined =>
  ofKind(events, 'endpoint.state')
    .filter(({ what }) => what === 'file-of-act')
    .map(({ n, t, value }) => ({ n, t, ...FileOfAct.parse(value) }))
    .findLast((seen) => seen.act === act);

export const actSucceeded = check(z.object({ act: z.string() }), (view, { act }) => {
  const ended = ofKind(view.events, 'act.finished').find((event) => event.act === act);
  if (!ended || ended.effect === 'unknown')
    return incomplete('harness', {
      en: `It is not known whether act ${act} has succeeded.`,
      ja: `操作 ${act} が成功したかどうか分かりません。`,
    });
  const measures = [words('disposition.effect', ended.effect)];
  if (ended.effect !== 'happened' || ended.exit !== 0)
    return violated(
      {
        en: `Act ${act} did not succeed: ${ended.effect}, status ${ended.exit ?? 'unknown'}.`,
        ja: `操作 ${act} は成功しませんでした（結果：${ended.effect}、終了コード：${ended.exit ?? '不明'}）。`,
      },
      { measures, evidence: [ended.n] },
    );
  const file = fileOf(view.events, act);
  if (!file)
    return incomplete('harness', {
      en: `Nobody has looked whether the file of act ${act} is still there.`,
      ja: `操作 ${act} のファイルが残っているかどうかを確認していません。`,
    });
  return file.there
    ? satisfied(
        {
          en: `Act ${act} ended with status 0 and has had its effect, and its file is still there, seen from outside.`,
          ja: `操作 ${act} は終了コード0で終わり、その結果とファイルが残っていることを外部から確認できました。`,
        },
        { measures, evidence: [ended.n, file.n] },
      )
    : violated(
        {
          en: `Act ${act} ended with status 0, and its file has been taken away since.`,
          ja: `操作 ${act} は終了コード0で終わりましたが、そのファイルは後から取り除かれました。`,
        },
        { measures, evidence: [file.n, ended.n] },
      );
});

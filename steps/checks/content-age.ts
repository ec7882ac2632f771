/** `content-age`: the cloud is told, and the endpoint shows, which content is in force and how old it is. */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import { check, incomplete, satisfied, undecided, violated, Within } from './finding.ts';
import { inSeconds, seconds, timeMeasure } from './measures.ts';
import { isBroken, objectIn } from './status.ts';
import { anchorTime, ofKind } from './window.ts';

const Shown = z.object({ revision: z.number(), issued: z.number() });
type Shown = z.infer<typeof Shown>;
const Status = z.object({ content: Shown });
/** `issued`: when it was made, ms since the epoch */
const Args = z.object({ revision: z.number(), issued: z.number(), within: Within });

const DAY = 86_400_000;

/** The anchor is the hook that has brought it in: what was really brought in is known, so neither is taken at its word. */
export const contentAge = check(Args, (view, { within, ...brought }) => {
  const { events } = view;
  const hook = ofKind(events, 'hook.finished').findLast((event) => event.hook === 'update-content');
  const asked = ofKind(events, 'hook.finished').findLast(
    (event) => event.hook === 'status' && event.n > (hook?.n ?? Infinity),
  );
  if (!hook || (!asked && view.now > anchorTime(view) + within))
    return incomplete('harness', {
      en: 'No content was brought in, or nobody asked for the status after it.',
      ja: 'コンテンツの持ち込み、またはその後の状態確認が行われていません。',
    });
  if (hook.outcome !== 'ok')
    return violated(
      {
        en: `The hook that brings in content ended as ${hook.outcome}${isBroken(hook) ? ', as it could not be run' : ''}.`,
        ja: `コンテンツを取り込むフックの結果は ${hook.outcome} でした${isBroken(hook) ? '（実行できませんでした）' : ''}。`,
      },
      { evidence: [hook.n] },
    );
  const from = anchorTime(view);
  const until = from + within;
  const beats = ofKind(events, 'cloud.heartbeat').filter(({ n, t }) => n > hook.n && t <= until);
  const told = beats.find(({ content }) => content && same(content, brought));
  const shown = asked && objectIn(asked.output, Status)?.content;
  if (told && asked && shown && same(shown, brought)) {
    const days = Math.floor((asked.t - brought.issued) / DAY);
    return satisfied(
      {
        en: `Cloud and endpoint both show content ${brought.revision}, ${days} days old, as it was brought in.`,
        ja: `クラウドでも端末でも、持ち込んだコンテンツ（第${brought.revision}版、${days}日前のもの）が表示されています。`,
      },
      {
        measures: [
          timeMeasure(events, { name: 'content.seconds', ms: told.t - from, within }),
          { name: 'content.age', value: days, unit: 'days' },
        ],
        evidence: [hook.n, told.n, asked.n],
      },
    );
  }
  const cloud = said(beats.findLast(({ content }) => content)?.content);
  const endpoint = said(shown);
  const reason = both(
    `Content ${brought.revision} was brought in; within ${inSeconds(within)} the cloud ${told ? 'was told so' : `was told ${cloud.en}`}, and the endpoint shows ${endpoint.en}.`,
    `持ち込んだのは第${brought.revision}版です。${seconds(within)}秒以内の表示は、クラウドでは${told ? '正しく' : cloud.ja}、端末では${endpoint.ja}でした。`,
  );
  const evidence = [hook.n, ...(asked ? [asked.n] : [])];
  return view.now <= until ? undecided(reason) : violated(reason, { evidence, missed: { from, until } });
});

const same = (one: Shown, other: Shown): boolean =>
  one.revision === other.revision && one.issued === other.issued;
function said(shown: Shown | undefined): Both {
  if (!shown) return both('nothing of its content', '表示なし');
  const made = new Date(shown.issued).toISOString();
  return both(`content ${shown.revision} of ${made}`, `第${shown.revision}版（${made}）`);
}

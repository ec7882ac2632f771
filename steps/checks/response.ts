/** `command-done`, `program-ended`, `ended-once`: orders of the cloud, by its own history and the endpoint's state. */
import { z } from 'zod';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { check, incomplete, PATHS, satisfied, undecided, violated, Via, Within } from './finding.ts';
import type { Finding, View } from './finding.ts';
import { count, inSeconds, seconds, timeMeasure } from './measures.ts';
import { ofKind } from './window.ts';

type Events = readonly HistoryEvent[];
type Given = HistoryEventOf<'cloud.command'>;
type Result = HistoryEventOf<'cloud.command-result'>;

export const givenOf = (events: Events, uid: string): Given | undefined =>
  ofKind(events, 'cloud.command').find((event) => event.uid === uid);
/** By the agent that was meant. */
export const resultOf = (events: Events, { uid, agent }: Given): Result | undefined =>
  ofKind(events, 'cloud.command-result').find((event) => event.uid === uid && event.agent === agent);
export const notGiven = (uid: string): Finding =>
  incomplete('harness', {
    en: `The cloud has given no command ${uid}.`,
    ja: `クラウドはコマンド ${uid} を出していません。`,
  });

const Done = z.object({ command: z.string(), within: Within, via: Via.optional() });

/** Deadline from the order, or from the anchor where that is later: an order that could not reach the endpoint before. */
export const commandDone = check(Done, (view, { command: uid, within, via }) => {
  const given = givenOf(view.events, uid);
  if (!given) return notGiven(uid);
  const from = Math.max(given.t, view.events[view.since - 1]?.t ?? 0);
  const result = resultOf(view.events, given);
  const name = given.command;
  if (!result || result.t > from + within) return late(view, { given, from, within });
  // It may be there a moment before it is noted that it can come.
  const ms = Math.max(0, result.t - from);
  const measures = [timeMeasure(view.events, { name: 'response.seconds', ms, timing: 'command', within })];
  const evidence = [given.n, result.n];
  if (result.outcome !== 'done')
    return violated(
      {
        en: `The order "${name}" was answered with "${result.outcome}" after ${inSeconds(ms)}${result.detail === undefined ? '' : ` (${result.detail})`}.`,
        ja: `指示「${name}」への応答は${seconds(ms)}秒後の「${result.outcome}」でした${result.detail === undefined ? '' : `（${result.detail}）`}。`,
      },
      { measures, evidence },
    );
  const path = result.via ?? 'unknown';
  if (via !== undefined && path !== via)
    return violated(
      {
        en: `The order "${name}" was acknowledged after ${inSeconds(ms)}, but not by this path: ${PATHS[via].en}; it came by: ${PATHS[path].en}.`,
        ja: `指示「${name}」は${seconds(ms)}秒後に応答がありましたが、経路が違います（求める経路：${PATHS[via].ja}、実際：${PATHS[path].ja}）。`,
      },
      { measures, evidence },
    );
  return satisfied(
    {
      en: `The order "${name}" was acknowledged after ${inSeconds(ms)} (${PATHS[path].en}).`,
      ja: `指示「${name}」は${seconds(ms)}秒後に応答がありました（${PATHS[path].ja}）。`,
    },
    { measures, evidence },
  );
});

function late(view: View, { given, from, within }: { given: Given; from: number; within: number }): Finding {
  const anew = enrolledAnew(view.events, given);
  const reason = {
    en: `The order "${given.command}" had no answer within ${inSeconds(within)}${anew ? `; the endpoint that it was for had enrolled as another one (event ${anew.n})` : ''}.`,
    ja: `指示「${given.command}」に、${seconds(within)}秒以内の応答がありませんでした${anew ? `（宛先の端末は別の端末として登録されていました。イベント${anew.n}）` : ''}。`,
  };
  const evidence = anew ? [given.n, anew.n] : [given.n];
  const details = { evidence, missed: { from, until: from + within }, ...(anew ? { root: 'MOV-06' } : {}) };
  return view.now <= from + within ? undecided(reason, details) : violated(reason, details);
}

/** Who does not know its endpoint again has nobody left to take what was ordered. */
function enrolledAnew(events: Events, { agent }: Given): HistoryEventOf<'cloud.enrolled'> | undefined {
  const enrolled = ofKind(events, 'cloud.enrolled');
  const first = enrolled.find((event) => event.agent === agent);
  return enrolled.find(
    (event) => first && event.n > first.n && event.agent !== agent && event.hostname === first.hostname,
  );
}

const Ended = z.object({
  command: z.string(),
  program: z.string(),
  others: z.array(z.string()).default([]),
});

/** Programs that ran at each look, by the engine's process list. */
const looks = (events: Events) =>
  ofKind(events, 'endpoint.state').filter(({ by, what }) => by === 'top' && what === 'programs');
const listed = (look: HistoryEventOf<'endpoint.state'> | undefined): readonly string[] | undefined =>
  look && z.array(z.string()).safeParse(look.value).data;

export const programEnded = check(Ended, (view, { command: uid, program, others }) => {
  const given = givenOf(view.events, uid);
  if (!given) return notGiven(uid);
  const [before, after] = [
    looks(view.events).findLast((look) => look.n < given.n),
    looks(view.events).findLast((look) => look.n > given.n),
  ];
  const [ran, runs] = [listed(before), listed(after)];
  if (!before || !after || !ran || !runs || ![program, ...others].every((one) => ran.includes(one)))
    return incomplete('harness', {
      en: 'The programs were not seen running before the order, or were not looked at after it.',
      ja: '指示の前にプログラムの動作を確認できていないか、指示の後に確認していません。',
    });
  const evidence = [before.n, given.n, after.n];
  const wrong = others.filter((one) => !runs.includes(one));
  const measures = [count('response.wrong', wrong.length)];
  if (runs.includes(program))
    return violated(
      {
        en: `The program that was to be ended still ran ${inSeconds(after.t - given.t)} after the order.`,
        ja: `停止を指示したプログラムが、指示の${seconds(after.t - given.t)}秒後も動作していました。`,
      },
      { measures, evidence },
    );
  return wrong.length > 0
    ? violated(
        {
          en: `Programs that nobody meant were ended, too: ${wrong.length}.`,
          ja: `指示していないプログラムも停止されました：${wrong.length}件。`,
        },
        { measures, evidence },
      )
    : satisfied(
        {
          en: 'The program has ended, seen from outside, and nothing else has.',
          ja: '外部から見て、対象のプログラムだけが停止しています。',
        },
        { measures, evidence },
      );
});

const Once = z.object({ command: z.string(), program: z.string(), sentinel: z.string() });

/** How often it has ended is read after a later order was answered: what would be done twice has been done by then. */
export const endedOnce = check(Once, (view, { command: uid, program, sentinel }) => {
  const [given, later] = [givenOf(view.events, uid), givenOf(view.events, sentinel)];
  if (!given) return notGiven(uid);
  if (!later || later.n < given.n) return notGiven(sentinel);
  const [result, heard] = [resultOf(view.events, given), resultOf(view.events, later)];
  const read = ofKind(view.events, 'endpoint.state').findLast(({ what }) => what === 'program-ends');
  const times = z.record(z.string(), z.number()).safeParse(read?.value).data?.[program];
  if (!heard || !read || read.n < heard.n || times === undefined)
    return incomplete('harness', {
      en: 'How often the program has ended was not read after a later order was answered.',
      ja: '後続の指示への応答後に、プログラムの停止回数を確認できていません。',
    });
  const evidence = [given.n, ...(result ? [result.n] : []), heard.n, read.n];
  const measures = [count('command.executions', times)];
  const expired = result?.outcome === 'expired' && (result.detail ?? '') !== '';
  if (expired && times === 0)
    return satisfied(
      {
        en: `The order has expired, with a reason, and was not carried out: ${result.detail}.`,
        ja: `指示は理由を示して期限切れとなり、実行されていません：${result.detail}。`,
      },
      { measures, evidence },
    );
  return times === 1 && result && !expired
    ? satisfied(
        {
          en: 'The order was carried out exactly 1 time, seen from outside, and answered.',
          ja: '外部から見て、指示はちょうど1回実行され、応答もありました。',
        },
        { measures, evidence },
      )
    : violated(
        {
          en: `The order was carried out ${times} times, seen from outside; it was answered with "${result?.outcome ?? 'nothing'}".`,
          ja: `外部から見て、指示は${times}回実行されました。応答は「${result?.outcome ?? 'なし'}」でした。`,
        },
        // That it answers late explains what was not done, and nothing that was.
        { measures, evidence, ...(times > (expired ? 0 : 1) ? { itself: true } : {}) },
      );
});

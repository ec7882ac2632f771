/** `gone-for-good`: after its removal the product sends nothing, and its cloud shows that it is gone. */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import type { HistoryEventOf } from '../../history/events.ts';
import { holeInCapture, packetsOut, tally, timeOf } from './capture.ts';
import {
  check,
  numbersOf,
  incomplete,
  satisfied,
  violated,
  Within,
  type Finding,
  type View,
} from './finding.ts';
import { count, inSeconds, seconds, words } from './measures.ts';
import { later, ofKind } from './window.ts';

const Args = z.object({
  point: z.string(),
  /** from the beginning of the removal: what has to be gone by then */
  gone: Within,
  /** number of the event after which a user of the endpoint was sent to the relay: whoever is silent was listened to */
  sentinel: z.number().int().positive(),
  /** must have been watched for so long at least */
  watch: Within,
});

type Hook = HistoryEventOf<'hook.finished'>;

export const goneForGood = check(
  Args,
  (view, { point, gone, sentinel, watch }) => {
    const hook = later(view, 'hook.finished').findLast((event) => event.hook === 'uninstall');
    const end = view.events[sentinel - 1];
    if (!hook || !end)
      return incomplete('harness', {
        en: 'Nobody removed the product and watched on.',
        ja: '製品の削除とその後の観測が行われていません。',
      });
    if (hook.outcome !== 'ok') return notRemoved(hook);
    const ended = hook.at ?? hook.t;
    const from = Math.max(ended, ended - hook.ms + gone);
    const hole = holeInCapture(view, point) ?? notHeard(view, point, end.t) ?? tooShort(end.t - from, watch);
    if (hole) return hole;
    const packets = packetsOut(view, point).filter((one) => timeOf(one) > from && timeOf(one) < end.t);
    const requests = ofKind(view.events, 'cloud.request').filter((one) => one.t > from && one.t < end.t);
    const record = recordOf(view, hook);
    const alive = packets.length + requests.length > 0;
    const details = {
      measures: [
        words('removal.record', alive ? 'alive' : record),
        count('removal.packets-after', packets.length),
      ],
      evidence: numbersOf([...requests, ...packets]),
    };
    const watched = end.t - from;
    if (!alive) return satisfied(goneText(record, watched), { ...details, evidence: [hook.n] });
    const where = packets.length > 0 ? tally(packets) : both('none', 'なし');
    return violated(
      {
        en: `In ${inSeconds(watched)} after its removal ${packets.length} packets left ${point} (${where.en}), and its cloud was asked ${requests.length} times.`,
        ja: `削除後の${seconds(watched)}秒間に、${point} からパケット${packets.length}個が送られ（${where.ja}）、クラウドには要求が${requests.length}件届きました。`,
      },
      details,
    );
  },
  { wholeRecord: true },
);

function notRemoved({ outcome, exit, n }: Hook): Finding {
  return violated(
    {
      en: `It was not removed: the uninstall hook ended as ${outcome} (status ${exit ?? 'none'}).`,
      ja: `削除できませんでした：uninstall フックの結果は ${outcome}（終了コード：${exit ?? 'なし'}）です。`,
    },
    { evidence: [n] },
  );
}

/** What a user sends at the end is captured, or silence before it means nothing. */
function notHeard(view: View, point: string, from: number): Finding | undefined {
  if (packetsOut(view, point).some((packet) => timeOf(packet) >= from)) return undefined;
  return incomplete('capture', {
    en: `What a user sent at the end was not captured at ${point}, so its silence before says nothing.`,
    ja: `最後に利用者が送ったパケットが ${point} で記録されていないため、その前の沈黙から何も判断できません。`,
  });
}

function tooShort(watched: number, watch: number): Finding | undefined {
  if (watched >= watch) return undefined;
  return incomplete('harness', {
    en: `It was watched for ${inSeconds(watched)} only; ${inSeconds(watch)} were asked for.`,
    ja: `観測時間は${seconds(watched)}秒で、必要な${seconds(watch)}秒に足りません。`,
  });
}

/** Said good-bye and has not enrolled since; otherwise the cloud can only notice that it hears nothing. */
function recordOf({ events }: View, hook: Hook): 'removed' | 'stale' {
  const begun = (hook.at ?? hook.t) - hook.ms;
  const left = ofKind(events, 'cloud.unenrolled').findLast((event) => event.t >= begun);
  const back = left && ofKind(events, 'cloud.enrolled').some((event) => event.n > left.n);
  return left && !back ? 'removed' : 'stale';
}

const RECORDS: Readonly<Record<'removed' | 'stale', Both>> = {
  removed: both('it has told its cloud that it is gone', 'クラウドには削除が通知されています'),
  stale: both(
    'its cloud was told nothing, and shows it as not heard of',
    'クラウドには通知がなく、通信途絶として表示されます',
  ),
};
const goneText = (record: 'removed' | 'stale', watched: number): Both =>
  both(
    `Nothing was sent in ${inSeconds(watched)} after its removal; ${RECORDS[record].en}.`,
    `削除後の${seconds(watched)}秒間、何も送られませんでした。${RECORDS[record].ja}。`,
  );

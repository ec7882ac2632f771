/** `wire-clean`, `no-packets-to`, `direct-stops`: what left the endpoint, by its packets. */
import { z } from 'zod';
import { both, NONE } from '../../history/both.ts';
import { Peer } from '../../history/events.ts';
import { endsOfCapture, holeInCapture, packetsOut, tally, timeOf, type Packet } from './capture.ts';
import {
  check,
  incomplete,
  numbersOf,
  satisfied,
  violated,
  Within,
  type Finding,
  type View,
} from './finding.ts';
import { actOf, entryOf } from './ledger.ts';
import { count, inSeconds, seconds, timeMeasure } from './measures.ts';
import { anchorTime, ofKind, windowOpens } from './window.ts';

const WHOLE = { wholeRecord: true };
/** Peers that an endpoint of a closed network speaks to anyway. */
const INSIDE: ReadonlySet<Peer> = new Set(['relay', 'resolver']);

const bytes = (packets: readonly Packet[]): number =>
  packets.reduce((sum, packet) => sum + packet.payload, 0);
const nothingSent = (view: View, point: string): Finding =>
  violated(
    {
      en: `${point} sent no packet in the whole window, so nothing was looked at.`,
      ja: `${point} は観察中にパケットを一つも送っておらず、確認の対象がありません。`,
    },
    { evidence: numbersOf(endsOfCapture(view, point)) },
  );

const Clean = z.object({
  point: z.string(),
  allowed: z.array(Peer).min(1),
  noData: z.boolean().default(false),
  /** only what was sent while the point stood in that zone; without it, wherever it was */
  zone: z.string().optional(),
  /** must have been watched for so long at least: who is looked at too shortly has not been seen to be silent */
  watch: Within.optional(),
});

/** ms from the opening of the window to the end of the capture; 0 while that has not come */
function watchedFor(view: View, point: string): number {
  const ended = ofKind(view.events, 'capture.summary').findLast((event) => event.point === point);
  return ended ? Math.max(0, ended.t - windowOpens(view)) : 0;
}

/** `noData`: peers other than relay and resolver may be allowed, but no byte above TCP, UDP or ICMP may go there. */
export const wireClean = check(
  Clean,
  (view, { point, allowed, noData, zone, watch }) => {
    const hole = holeInCapture(view, point);
    if (hole) return hole;
    const sent = packetsOut(view, point).filter((packet) => zone === undefined || packet.zone === zone);
    if (sent.length === 0) return nothingSent(view, point);
    const outside = sent.filter((packet) => !INSIDE.has(packet.peer));
    const strays = sent.filter((packet) => !allowed.includes(packet.peer));
    const data = noData ? outside.filter((packet) => packet.payload > 0) : [];
    const watched = watchedFor(view, point);
    const measures = [
      count('wire.strays', strays.length),
      timeMeasure(view.events, { name: 'wire.watched', ms: watched }),
      { name: 'wire.outside-bytes', value: bytes(outside), unit: 'B' },
      ...(noData ? [count('wire.attempts', outside.length)] : []),
    ];
    const wrong = sent.filter((packet) => strays.includes(packet) || data.includes(packet));
    if (wrong.length > 0)
      return violated(
        {
          en: `${wrong.length} of ${sent.length} packets of ${point} went where they must not, with ${bytes(wrong)} bytes of data: ${tally(wrong).en}.`,
          ja: `${point} のパケット${sent.length}個中${wrong.length}個が、許されない宛先へ送られました（データ${bytes(wrong)}バイト）：${tally(wrong).ja}。`,
        },
        { measures, evidence: numbersOf(wrong) },
      );
    if (watch !== undefined && watched < watch)
      return incomplete(
        'harness',
        {
          en: `${point} was watched for ${inSeconds(watched)} only; ${inSeconds(watch)} were asked for.`,
          ja: `${point} の観測時間は${seconds(watched)}秒で、必要な${seconds(watch)}秒に足りません。`,
        },
        { measures },
      );
    const tried =
      outside.length === 0
        ? NONE
        : both(
            `; ${outside.length} attempts without data went past the relay`,
            `（プロキシを通らない、データのない試みが${outside.length}個）`,
          );
    return satisfied(
      {
        en: `All ${sent.length} packets of ${point} went to ${allowed.join(', ')} only${tried.en}, watched for ${inSeconds(watched)}.`,
        ja: `${point} のパケット${sent.length}個は、すべて ${allowed.join('、')} 宛てでした${tried.ja}。観測時間は${seconds(watched)}秒です。`,
      },
      { measures },
    );
  },
  WHOLE,
);

export const noPacketsTo = check(
  z.object({ point: z.string(), peers: z.array(Peer).min(1) }),
  (view, { point, peers }) => {
    const hole = holeInCapture(view, point);
    if (hole) return hole;
    const sent = packetsOut(view, point);
    if (sent.length === 0) return nothingSent(view, point);
    const wrong = sent.filter((packet) => peers.includes(packet.peer));
    const measures = [count('wire.strays', wrong.length)];
    return wrong.length > 0
      ? violated(
          {
            en: `${wrong.length} packets of ${point} went to ${peers.join(', ')}: ${tally(wrong).en}.`,
            ja: `${point} のパケット${wrong.length}個が ${peers.join('、')} へ送られました：${tally(wrong).ja}。`,
          },
          { measures, evidence: numbersOf(wrong) },
        )
      : satisfied(
          {
            en: `None of the ${sent.length} packets of ${point} went to ${peers.join(', ')}.`,
            ja: `${point} のパケット${sent.length}個に、${peers.join('、')} 宛てのものはありませんでした。`,
          },
          { measures },
        );
  },
  WHOLE,
);

/**
 * After the delivery of an act, and `within` ms after the anchor, which is the time of a product whose channels come back
 * one after the other, nothing tries to go around the relay any more.
 */
export const directStops = check(
  z.object({ point: z.string(), act: z.string(), within: Within }),
  (view, { point, act: id, within }) => {
    const hole = holeInCapture(view, point);
    if (hole) return hole;
    const act = actOf(view.events, id);
    const [delivery] = act ? entryOf(view.events, act, 'relay').reports : [];
    if (!delivery)
      return violated(
        {
          en: `Act ${id} was not reported through the relay, so there is no return to judge from.`,
          ja: `操作 ${id} がプロキシ経由で報告されていないため、プロキシへの復帰を判断できません。`,
        },
        { evidence: numbersOf(act ? [act] : []) },
      );
    const back = Math.max(timeOf(delivery), anchorTime(view) + within);
    const after = packetsOut(view, point).filter((packet) => timeOf(packet) > back);
    if (after.length === 0)
      return violated(
        {
          en: `${point} sent nothing after the report of act ${id}, so nothing was looked at.`,
          ja: `${point} は操作 ${id} の報告後に何も送っておらず、確認の対象がありません。`,
        },
        { evidence: numbersOf([delivery, ...endsOfCapture(view, point)]) },
      );
    const wrong = after.filter((packet) => !INSIDE.has(packet.peer));
    const measures = [count('wire.strays', wrong.length)];
    return wrong.length > 0
      ? violated(
          {
            en: `${wrong.length} of ${after.length} packets of ${point} still tried to go around the relay after it was in use again: ${tally(wrong).en}.`,
            ja: `プロキシへの復帰後も、${point} のパケット${after.length}個中${wrong.length}個がプロキシを通らずに送られました：${tally(wrong).ja}。`,
          },
          { measures, evidence: [delivery.n, ...numbersOf(wrong)] },
        )
      : satisfied(
          {
            en: `All ${after.length} packets of ${point} after the report of act ${id} went to relay and resolver.`,
            ja: `操作 ${id} の報告後、${point} のパケット${after.length}個は、すべて relay と resolver 宛てでした。`,
          },
          { measures, evidence: [delivery.n] },
        );
  },
  WHOLE,
);

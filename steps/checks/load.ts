/** `relay-load`: what one endpoint asks of its relay, for a table by which a relay is sized. */
import { z } from 'zod';
import type { Packet } from './capture.ts';
import { endsOfCapture, holeInCapture, timeOf } from './capture.ts';
import { check, incomplete, numbersOf, satisfied, violated, Within, type View } from './finding.ts';
import { count, inSeconds, seconds, timeMeasure } from './measures.ts';
import { anchorTime, later, ofKind } from './window.ts';

const HOUR = 3_600_000;

/** Of the hour, by the product's own word; without one it is a measurement only. */
const Promised = z.object({ bytes: z.number().optional(), connections: z.number().optional() });

export const relayLoad = check(
  z.object({ point: z.string(), watch: Within, promised: Promised.default({}) }),
  (view, { point, watch, promised }) => {
    const hole = holeInCapture(view, point);
    if (hole) return hole;
    const watched = watchedFor(view, point);
    if (watched < watch)
      return incomplete('harness', {
        en: `${point} was watched for ${inSeconds(watched)} only; ${inSeconds(watch)} were asked for.`,
        ja: `${point} の観測時間は${seconds(watched)}秒で、必要な${seconds(watch)}秒に足りません。`,
      });
    const packets = later(view, 'packet').filter(
      (packet) => packet.point === point && packet.peer === 'relay',
    );
    if (packets.length === 0)
      return incomplete('harness', {
        en: `${point} and the relay exchanged nothing in ${inSeconds(watched)}, which says nothing of an hour.`,
        ja: `${seconds(watched)}秒の間に ${point} とプロキシの通信がなく、毎時の量を求められません。`,
      });
    const load = loadOf(packets, watched);
    const limit = (value: number | undefined) => (value === undefined ? {} : { declared: value });
    const measures = [
      { name: 'relay.bytes-per-hour', value: load.bytes, unit: 'B', ...limit(promised.bytes) },
      { ...count('relay.connections-per-hour', load.connections), ...limit(promised.connections) },
      count('relay.connections-used', load.used),
      timeMeasure(view.events, { name: 'relay.watched', ms: watched }),
    ];
    const over =
      load.sure.bytes > (promised.bytes ?? Infinity) ||
      load.sure.connections > (promised.connections ?? Infinity);
    const en = `${load.bytes} bytes and ${load.connections} connections an hour, from ${inSeconds(watched)} in which ${load.used} connections were in use`;
    const ja = `毎時${load.bytes}バイト、接続${load.connections}回（${seconds(watched)}秒の観測による。その間に使われた接続は${load.used}本）`;
    return over
      ? violated(
          {
            en: `The relay carries more for one endpoint than the product declares: ${en}; declared: ${promised.bytes ?? 'any number of'} bytes and ${promised.connections ?? 'any number of'} connections. It is more also without what may have come just then by chance: one connection, or what was said in one second.`,
            ja: `端末あたりのプロキシの負荷が申告を超えました：${ja}。申告：${promised.bytes ?? '任意の'}バイト、接続${promised.connections ?? '任意の'}回。偶然その時に生じうる分（接続一回、または一秒間の通信）を除いても超えています。`,
          },
          { measures, evidence: numbersOf(endsOfCapture(view, point)) },
        )
      : satisfied(
          { en: `The relay carries for one endpoint: ${en}.`, ja: `端末あたりのプロキシの負荷：${ja}。` },
          { measures },
        );
  },
  { wholeRecord: true },
);

/** ms from the anchor to the end of the capture */
function watchedFor(view: View, point: string): number {
  const ended = ofKind(view.events, 'capture.summary').findLast((event) => event.point === point);
  return ended ? Math.max(0, ended.t - anchorTime(view)) : 0;
}

interface Amount {
  readonly bytes: number;
  readonly connections: number;
}

/**
 * Bytes are those that TCP carries, both ways; a connection is one that the endpoint opens. Whatever comes but seldom may
 * come just in the short time of a watch, and would be taken for many in an hour: `sure` is without one such occasion.
 */
function loadOf(packets: readonly Packet[], watched: number): Amount & { used: number; sure: Amount } {
  const hourly = (amount: number): number => Math.round((amount * HOUR) / watched);
  const opened = packets.filter(
    ({ direction, protocol, flags }) => direction === 'out' && protocol === 'tcp' && flags === 'S',
  );
  // The same beginning sent again is no other connection.
  const among = (some: readonly Packet[]): number => new Set(some.map(connectionOf)).size;
  const [bytes, connections] = [bytesOf(packets), among(opened)];
  const once = Math.max(largest(packets, new Set(opened.map(connectionOf))), busiestSecond(packets));
  return {
    bytes: hourly(bytes),
    connections: hourly(connections),
    sure: { bytes: hourly(bytes - once), connections: hourly(connections - 1) },
    used: among(packets.filter(({ protocol }) => protocol === 'tcp')),
  };
}

const bytesOf = (packets: readonly Packet[]): number =>
  packets.reduce((sum, { payload }) => sum + payload, 0);

/** Bytes of the largest of these connections. One that was there before is none: all that a product says may go over it. */
function largest(packets: readonly Packet[], opened: ReadonlySet<string>): number {
  const those = packets.filter((packet) => opened.has(connectionOf(packet)));
  return Math.max(0, ...Map.groupBy(those, connectionOf).values().map(bytesOf));
}

/** Bytes in it: what is said over a connection that was there before is as long as that. */
function busiestSecond(packets: readonly Packet[]): number {
  const sorted = packets.toSorted((one, other) => timeOf(one) - timeOf(other));
  let [first, sum, most] = [0, 0, 0];
  for (const packet of sorted) {
    sum += packet.payload;
    for (let old = sorted[first]; old && timeOf(old) <= timeOf(packet) - 1000; old = sorted[++first])
      sum -= old.payload;
    most = Math.max(most, sum);
  }
  return most;
}

const connectionOf = ({ direction, from, fromPort = 0, to, toPort = 0 }: Packet): string =>
  direction === 'out' ? `${fromPort} ${to}:${toPort}` : `${toPort} ${from}:${fromPort}`;

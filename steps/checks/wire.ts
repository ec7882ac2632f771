/** `wire-clean`, `no-packets-to`, `direct-stops`: what left the endpoint, by its packets. */
import { z } from 'zod';
import { Peer } from '../../history/events.ts';
import { holeInCapture, packetsOut, tally, timeOf, type Packet } from './capture.ts';
import { check, satisfied, violated, type Finding } from './finding.ts';
import { actOf, entryOf } from './ledger.ts';
import { count } from './measures.ts';

const WHOLE = { wholeRecord: true };
/** Peers that an endpoint of a closed network speaks to anyway. */
const INSIDE: ReadonlySet<Peer> = new Set(['relay', 'resolver']);

const numbers = (packets: readonly Packet[]): number[] => packets.slice(0, 20).map((packet) => packet.n);
const bytes = (packets: readonly Packet[]): number =>
  packets.reduce((sum, packet) => sum + packet.payload, 0);
const nothingSent = (point: string): Finding =>
  violated(`${point} sent no packet in the whole window, so nothing was looked at.`);

const Clean = z.object({
  point: z.string(),
  allowed: z.array(Peer).min(1),
  noData: z.boolean().default(false),
});

/** `noData`: peers other than relay and resolver may be allowed, but no byte above TCP, UDP or ICMP may go there. */
export const wireClean = check(
  Clean,
  (view, { point, allowed, noData }) => {
    const hole = holeInCapture(view, point);
    if (hole) return hole;
    const sent = packetsOut(view, point);
    if (sent.length === 0) return nothingSent(point);
    const outside = sent.filter((packet) => !INSIDE.has(packet.peer));
    const strays = sent.filter((packet) => !allowed.includes(packet.peer));
    const data = noData ? outside.filter((packet) => packet.payload > 0) : [];
    const measures = [
      count('wire.strays', strays.length),
      { name: 'wire.outside-bytes', value: bytes(outside), unit: 'B' },
      ...(noData ? [count('wire.attempts', outside.length)] : []),
    ];
    const wrong = sent.filter((packet) => strays.includes(packet) || data.includes(packet));
    if (wrong.length > 0)
      return violated(
        `${wrong.length} of ${sent.length} packets of ${point} went where they must not, with ${bytes(wrong)} bytes of data: ${tally(wrong)}.`,
        { measures, evidence: numbers(wrong) },
      );
    const tried = outside.length > 0 ? `; ${outside.length} attempts without data went past the relay` : '';
    return satisfied(`All ${sent.length} packets of ${point} went to ${allowed.join(', ')} only${tried}.`, {
      measures,
    });
  },
  WHOLE,
);

export const noPacketsTo = check(
  z.object({ point: z.string(), peers: z.array(Peer).min(1) }),
  (view, { point, peers }) => {
    const hole = holeInCapture(view, point);
    if (hole) return hole;
    const sent = packetsOut(view, point);
    if (sent.length === 0) return nothingSent(point);
    const wrong = sent.filter((packet) => peers.includes(packet.peer));
    const measures = [count('wire.strays', wrong.length)];
    return wrong.length > 0
      ? violated(`${wrong.length} packets of ${point} went to ${peers.join(', ')}: ${tally(wrong)}.`, {
          measures,
          evidence: numbers(wrong),
        })
      : satisfied(`None of the ${sent.length} packets of ${point} went to ${peers.join(', ')}.`, {
          measures,
        });
  },
  WHOLE,
);

/** After the delivery of an act, nothing tries to go around the relay any more. */
export const directStops = check(
  z.object({ point: z.string(), act: z.string() }),
  (view, { point, act: id }) => {
    const hole = holeInCapture(view, point);
    if (hole) return hole;
    const act = actOf(view.events, id);
    const [delivery] = act ? entryOf(view.events, act, 'relay').reports : [];
    if (!delivery)
      return violated(`Act ${id} was not reported through the relay, so there is no return to judge from.`);
    const after = packetsOut(view, point).filter((packet) => timeOf(packet) > timeOf(delivery));
    if (after.length === 0)
      return violated(`${point} sent nothing after the report of act ${id}, so nothing was looked at.`);
    const wrong = after.filter((packet) => !INSIDE.has(packet.peer));
    const measures = [count('wire.strays', wrong.length)];
    return wrong.length > 0
      ? violated(
          `${wrong.length} of ${after.length} packets of ${point} still tried to go around the relay after it was in use again: ${tally(wrong)}.`,
          { measures, evidence: [delivery.n, ...numbers(wrong)] },
        )
      : satisfied(
          `All ${after.length} packets of ${point} after the report of act ${id} went to relay and resolver.`,
          {
            measures,
            evidence: [delivery.n],
          },
        );
  },
  WHOLE,
);

/** `detections-outlive`: when what is kept gets too much, ordinary events go and detections stay. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { allDelivered } from './delivered.ts';
import { check, incomplete, satisfied, undecided, Within, type View } from './finding.ts';
import { actOf, enrolledAgents, notPlayed } from './ledger.ts';
import { count } from './measures.ts';
import { anchorTime, ofKind } from './window.ts';

const Args = z.object({
  /** attacks, played before the ordinary events */
  acts: z.array(z.string()).min(1),
  /** the act that caused so many events, each with the act's nonce and its number of four digits from 0001 */
  events: z.string(),
  count: z.number().int().positive(),
  /** the same again with one event, after the anchor: what the log has kept from before it comes first */
  sentinel: z.string(),
  within: Within,
  /** time of the sentinel to be in the log */
  logged: Within,
});

/** The anchor is the moment from which reports could be delivered. */
export const detectionsOutlive = check(Args, (view, args) => {
  const ordinary = actOf(view.events, args.events);
  const sentinel = actOf(view.events, args.sentinel);
  if (!ordinary) return notPlayed(args.events);
  if (!sentinel) return notPlayed(args.sentinel);
  const delivered = allDelivered.run(view, { acts: args.acts, within: args.within });
  const log = logOf(view);
  const logged = numbered(ordinary.nonce, args.count).filter((mark) => log.includes(mark)).length;
  const lost = args.count - logged;
  const measures = [...delivered.measures, count('events.made', args.count), count('events.lost', lost)];
  if (delivered.state !== 'satisfied') return { ...delivered, measures };
  // Any word of it will do: a short program may be missed for once, and that is another question.
  if (!log.includes(sentinel.nonce)) {
    const waiting = both(
      'The log has not reached the cloud again, so it is not known what it has lost.',
      'ログがまだクラウドに届いていないため、失われたかどうか分かりません。',
    );
    return view.now <= Math.max(anchorTime(view), sentinel.t) + args.logged
      ? undecided(waiting, { measures })
      : incomplete('harness', waiting, { measures });
  }
  if (lost === 0)
    return incomplete(
      'harness',
      both(
        `All ${args.count} ordinary events are in the log, so nothing had to make room.`,
        `通常の動作${args.count}件はすべてログに残っており、あふれていません。`,
      ),
      { measures },
    );
  return satisfied(
    both(
      `${lost} of ${args.count} ordinary events made room; all ${args.acts.length} attacks were reported.`,
      `通常の動作${args.count}件中${lost}件のログが破棄されましたが、攻撃${args.acts.length}件はすべて報告されました。`,
    ),
    { measures, evidence: delivered.evidence },
  );
});

const numbered = (nonce: string, most: number): string[] =>
  Array.from({ length: most }, (_, index) => `${nonce}-${String(index + 1).padStart(4, '0')}`);

function logOf({ events }: View): string {
  const agents = enrolledAgents(events);
  return ofKind(events, 'cloud.telemetry')
    .filter((event) => agents.has(event.agent))
    .map((event) => event.body)
    .join('\n');
}

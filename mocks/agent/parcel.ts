/** What of the waiting findings is sent next, and which of them an answer means. */
import { randomUUID } from 'node:crypto';
import type { DetectionFinding, TakenFinding } from '../cloud/protocol/types.ts';
import type { Behaviour } from './flaws.ts';
import type { FindingQueue } from './queue.ts';

export interface Parcel {
  readonly findings: readonly TakenFinding[];
  /** uids in the queue of those that were sent under these uids */
  readonly acceptedOf: (uids: readonly string[]) => string[];
}

export function parcel(
  queue: Pick<FindingQueue, 'size' | 'oldest'>,
  most: number,
  delivery: Behaviour['delivery'],
): Parcel {
  const waiting =
    delivery.order === 'oldest-first'
      ? queue.oldest(most)
      : queue.oldest(queue.size).toReversed().slice(0, most);
  const pairs = waiting.map((own) => ({ own, sent: dressed(own, delivery) }));
  return {
    findings: pairs.map(({ sent }) => sent),
    acceptedOf: (uids) =>
      pairs.filter(({ sent }) => uids.includes(sent.finding_info.uid)).map(({ own }) => own.finding_info.uid),
  };
}

function dressed(own: DetectionFinding, delivery: Behaviour['delivery']): TakenFinding {
  const { keepsUid, startTime, omits } = delivery;
  const { severity_id, ...unrated } = own;
  const { attacks, ...info } = own.finding_info;
  return {
    ...unrated,
    ...(omits.includes('severity') ? {} : { severity_id }),
    ...(startTime === 'of-sending' ? { start_time: Date.now() } : {}),
    finding_info: {
      ...info,
      ...(keepsUid ? {} : { uid: randomUUID() }),
      ...(attacks === undefined || omits.includes('techniques') ? {} : { attacks }),
    },
  };
}

/** `backlog-drains`: a backlog that is larger than the relay lets pass at once arrives nevertheless. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { allDelivered } from './delivered.ts';
import { check, incomplete, Via, Within, type View } from './finding.ts';
import { actOf, entryOf } from './ledger.ts';
import { ofKind } from './window.ts';

const Args = z.object({ acts: z.array(z.string()).min(1), within: Within, via: Via.optional() });

/** The anchor is the moment at which the limit was seen in force. */
export const backlogDrains = check(Args, (view, { acts, within, via }) => {
  const limit = limitInForce(view);
  if (limit === undefined)
    return incomplete('harness', {
      en: 'No limit was in force, so nothing had to be split up.',
      ja: '上限が働いていないため、分割して送る必要がありませんでした。',
    });
  const delivered = allDelivered.run(view, { acts, within, via });
  if (delivered.state !== 'satisfied') return delivered;
  const { bytes, early } = backlogOf(view, acts);
  if (early > 0)
    return incomplete('lab', {
      en: `${early} of the reports had arrived before the limit was in force, so they were no backlog.`,
      ja: `報告のうち${early}件は上限が働く前に届いており、滞留していませんでした。`,
    });
  if (bytes <= limit)
    return incomplete('harness', {
      en: `The backlog of ${bytes} bytes is not larger than the limit of ${limit} bytes, so it shows nothing.`,
      ja: `滞留した${bytes}バイトは上限の${limit}バイト以下で、何も確認できません。`,
    });
  const reason = both(
    `${delivered.reason.en} The backlog had ${bytes} bytes; a connection with more than ${limit} was cut.`,
    `${delivered.reason.ja}滞留は${bytes}バイトで、${limit}バイトを超えた接続は切断されました。`,
  );
  const size = { name: 'backlog.bytes', value: bytes, unit: 'B' };
  return { ...delivered, reason, measures: [size, ...delivered.measures] };
});

/** Of the fault that was on at the anchor and is still on; bytes. */
function limitInForce({ events, since }: View): number | undefined {
  const ends = ofKind(events, 'fault.healed').at(-1)?.n ?? 0;
  const begun = ofKind(events, 'fault.injected').at(-1);
  return begun?.fault === 'body-limit' && begun.n <= since && begun.n > ends
    ? begun.settings?.['bytes']
    : undefined;
}

/**
 * Bytes of the findings as the cloud has them, or fewer where they came packed; and how many came before the anchor. A
 * request is noted once it is over, so that of the last report comes after it.
 */
function backlogOf({ events, since }: View, acts: readonly string[]): { bytes: number; early: number } {
  const reports = acts.flatMap((id) => {
    const act = actOf(events, id);
    return act ? entryOf(events, act).reports.slice(0, 1) : [];
  });
  const last = Math.max(0, ...reports.map(({ n }) => n));
  const sent = ofKind(events, 'cloud.request').filter(({ n, method }) => n > since && method !== 'GET');
  const end = sent.find(({ n }) => n > last)?.n ?? last;
  const carried = sent.filter(({ n }) => n <= end).reduce((sum, { bytesUp }) => sum + bytesUp, 0);
  const plain = reports.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  return {
    bytes: Math.min(plain, carried),
    early: reports.filter((report) => report.n < since).length,
  };
}

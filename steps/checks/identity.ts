/** `one-identity`: never more than one live record for the endpoint, by the cloud's own history. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEvent } from '../../history/events.ts';
import { check, satisfied, undecided, violated, Within } from './finding.ts';
import { actOf, endOf, entryOf, notPlayed } from './ledger.ts';
import { count, inSeconds, seconds } from './measures.ts';
import { inWindow, ofKind } from './window.ts';

const Args = z.object({
  /** the last act: its report shows that a record is in use at the end */
  sentinel: z.string(),
  within: Within,
});

/** One that said good-bye before the next came is no second one: it is removed, and the cloud says so. */
export const oneIdentity = check(Args, (view, { sentinel: id, within }) => {
  const sentinel = actOf(view.events, id);
  if (!sentinel) return notPlayed(id);
  const seen = inWindow(view);
  const enrolled = ofKind(seen, 'cloud.enrolled');
  const records = new Set(enrolled.map(({ agent }) => agent));
  const measures = [count('identity.records', records.size), count('identity.enrolments', enrolled.length)];
  const evidence = enrolled.map(({ n }) => n);
  const second = secondLive(seen);
  if (second)
    return violated(
      {
        en: `While the endpoint's first record was still live, it enrolled as another one (event ${second.n}): ${records.size} records in ${enrolled.length} enrolments.`,
        ja: `端末の最初の登録が有効なまま、別の端末として登録されました（イベント${second.n}）。登録${enrolled.length}回で端末${records.size}台分の記録があります。`,
      },
      { measures, evidence },
    );
  const [proof] = entryOf(view.events, sentinel).reports;
  if (proof && enrolled.length > 0)
    return satisfied(
      {
        en: `${enrolled.length} enrolments, and never more than 1 live record; the last attack was reported.`,
        ja: `登録は${enrolled.length}回で、有効な端末の記録は常に1台分以下でした。最後の攻撃も報告されています。`,
      },
      { measures, evidence: [...evidence, proof.n] },
    );
  const from = endOf(view.events, sentinel);
  const reason = both(
    `Whether there is one record cannot be told: the last attack was not reported within ${inSeconds(within)}.`,
    `最後の攻撃が${seconds(within)}秒以内に報告されず、登録が一つであるとは判断できません。`,
  );
  return view.now <= from + within
    ? undecided(reason, { evidence })
    : violated(reason, { measures, evidence, missed: { from, until: from + within } });
});

/** The enrolment that made a second live record. */
function secondLive(events: readonly HistoryEvent[]): HistoryEvent | undefined {
  const live = new Set<string>();
  for (const event of events) {
    if (event.kind === 'cloud.unenrolled') live.delete(event.agent);
    if (event.kind !== 'cloud.enrolled') continue;
    live.add(event.agent);
    if (live.size > 1) return event;
  }
  return undefined;
}

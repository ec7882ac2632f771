/** `none-doubled`: nothing that happened once has become two findings. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEventOf } from '../../history/events.ts';
import { check, incomplete, satisfied, undecided, violated, Within } from './finding.ts';
import { actOf, endOf, entryOf, notPlayed, type Arrival, type Entry } from './ledger.ts';
import { count, inSeconds, seconds } from './measures.ts';
import { ofKind } from './window.ts';

type Detection = HistoryEventOf<'cloud.detection'>;

const Args = z.object({
  acts: z.array(z.string()).min(1),
  /** played after all of them; its report shows that what came before it has been sent */
  sentinel: z.string(),
  within: Within,
});

/** The same uid again is a retransmission, which a cloud tells apart; one that sends lines has no uid. */
export const noneDoubled = check(Args, (view, { acts, sentinel: id, within }) => {
  const sentinel = actOf(view.events, id);
  if (!sentinel) return notPlayed(id);
  const entries: Entry[] = [];
  for (const name of acts) {
    const act = actOf(view.events, name);
    if (!act) return notPlayed(name);
    if (act.n > sentinel.n)
      return incomplete('harness', {
        en: `The sentinel ${id} was played before act ${name} and proves nothing about it.`,
        ja: `確認用の操作 ${id} が操作 ${name} より前に実行されたため、何も確認できません。`,
      });
    entries.push(entryOf(view.events, act));
  }
  const nonces = entries.map(({ act }) => act.nonce);
  const told = entries.map((entry) => {
    const lasted = endOf(view.events, entry.act) - entry.act.t;
    return { act: entry.act, again: againOf(entry, lasted + within, nonces) };
  });
  const doubled = told.filter(({ again }) => again.length > 0);
  const measures = [count('delivery.doubled', doubled.length)];
  if (doubled.length > 0)
    return violated(
      {
        en: `${doubled.length} of ${acts.length} acts were told as more than one finding each: ${doubled.map(({ act }) => act.act).join(', ')}.`,
        ja: `操作${acts.length}件中${doubled.length}件が、それぞれ二重の検知として報告されました：${doubled.map(({ act }) => act.act).join('、')}。`,
      },
      { measures, evidence: doubled.flatMap(({ again }) => again.map(({ n }) => n)).slice(0, 20) },
    );
  const [proof] = entryOf(view.events, sentinel).reports;
  if (proof)
    return satisfied(
      {
        en: `None of ${acts.length} acts was told twice before the later act ${id} was reported.`,
        ja: `操作${acts.length}件は、後に行った操作 ${id} が報告されるまでに、二重に報告されたものはありませんでした。`,
      },
      { measures, evidence: [sentinel.n, proof.n] },
    );
  const from = endOf(view.events, sentinel);
  const reason = both(
    `Whether anything was told twice cannot be said: the later act ${id} was not reported within ${inSeconds(within)}.`,
    `後に行った操作 ${id} が${seconds(within)}秒以内に報告されず、二重の報告がないとは判断できません。`,
  );
  return view.now <= from + within
    ? undecided(reason)
    : violated(reason, { evidence: [sentinel.n], missed: { from, until: from + within } });
});

/**
 * Findings of the same kind under another uid: of the same moment; or of the same content, further apart than an act
 * has sides (`apart`, ms: as long as it lasted, and what a product has to notice it). Two sensors may tell one act in
 * two findings, but not that much later without any other word; and a clock that knows whole seconds only has many
 * moments in one. One that speaks of other acts as well speaks of a series. For lines, each that came again.
 */
export function againOf({ reports, copies }: Entry, apart: number, nonces: readonly string[]): Arrival[] {
  const findings = ofKind(reports, 'cloud.detection');
  const others = findings.filter((report, index) =>
    findings
      .slice(0, index)
      .some((other) => isAgain(report, other, apart) && ofTheSame(report, other, nonces)),
  );
  return [...others, ...copies.filter(({ kind }) => kind === 'cloud.telemetry')];
}

function isAgain(report: Detection, other: Detection, apart: number): boolean {
  const between = Math.abs(report.startTime - other.startTime);
  if (report.analytic !== other.analytic) return false;
  const moment = between === 0 && report.startTime % 1000 !== 0;
  return moment || ((between === 0 || between > apart) && contentOf(report.body) === contentOf(other.body));
}

/** Both speak of the same acts. */
const ofTheSame = (one: Detection, other: Detection, nonces: readonly string[]): boolean =>
  nonces.every((nonce) => one.body.includes(nonce) === other.body.includes(nonce));

/** What a finding says, without what a second one of the same has of its own: uid, times, number. As text, to compare. */
function contentOf(body: string): string {
  const parsed = Finding.safeParse(readJson(body));
  if (!parsed.success) return body;
  const { finding_info: info, metadata = {}, ...rest } = parsed.data;
  return JSON.stringify([rest, info ?? {}, metadata].map(lasting));
}
const Finding = z.looseObject({
  finding_info: z.looseObject({}).optional(),
  metadata: z.looseObject({}).optional(),
});
const OF_ITS_OWN = /^(?:uid|sequence|count|duration|clock_offset_ms)$|time/;
const lasting = (part: object): object =>
  Object.fromEntries(Object.entries(part).filter(([key]) => !OF_ITS_OWN.test(key)));

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `answered-by`: what became of an attack that goes on, by who answered its detection, and of its benign twin. */
import { z } from 'zod';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { check, incomplete, satisfied, violated, Within, type Finding } from './finding.ts';
import { actOf, endOf, entryOf } from './ledger.ts';
import { count, inSeconds, seconds, timeMeasure } from './measures.ts';
import { ofKind } from './window.ts';

const Args = z.object({
  act: z.string(),
  whom: z.enum(['nobody', 'analyst', 'rule']),
  program: z.string(),
  twin: z.string(),
  /** in which it has to be reported, ms */
  detect: Within,
  /** in which it has to be answered, ms */
  within: Within,
});
type Whom = z.infer<typeof Args>['whom'];
interface Look {
  readonly n: number;
  readonly t: number;
  readonly running: readonly string[];
}

const looksOf = (events: readonly HistoryEvent[]): Look[] =>
  ofKind(events, 'endpoint.state').flatMap(({ n, t, by, what, value }) => {
    const running = z.array(z.string()).safeParse(value).data;
    return by === 'top' && what === 'programs' && running ? [{ n, t, running }] : [];
  });
/** Orders that came from there. */
const ordersOf = (events: readonly HistoryEvent[], whom: Whom): HistoryEventOf<'cloud.command'>[] =>
  ofKind(events, 'cloud.command').filter(({ by }) =>
    whom === 'nobody' ? true : whom === 'rule' ? by === 'rule' : by !== 'rule',
  );

/** It was about to run: from then on there is a file of how often it has ended. */
const wasStarted = (events: readonly HistoryEvent[], program: string): boolean => {
  const read = ofKind(events, 'endpoint.state').findLast(({ what }) => what === 'program-ends');
  return z.record(z.string(), z.number()).safeParse(read?.value).data?.[program] !== undefined;
};

export const answeredBy = check(Args, ({ events }, { act: id, whom, program, twin, detect, within }) => {
  const act = actOf(events, id);
  const looks = looksOf(events);
  const [report] = act ? entryOf(events, act).reports : [];
  const begun = looks.find(({ running }) => running.includes(twin));
  const ran = looks.findLast(({ running }) => running.includes(program));
  if (!act || !begun || begun.n > act.n || !(ran || wasStarted(events, program))) return notSeen();
  const from = endOf(events, act);
  if (!report)
    return violated(
      {
        en: `The attack ${id} was not reported, so there was nothing to answer.`,
        ja: `攻撃 ${id} が報告されておらず、対応のしようがありません。`,
      },
      { evidence: [act.n], root: 'DET-01', missed: { from, until: from + detect } },
    );
  const last = looks.at(-1);
  // It sleeps for a day, and does not end by itself.
  const ended = looks.find(({ n }) => n > report.n && n > (ran?.n ?? 0));
  const orders = ordersOf(events, whom).filter((given) => given.n > report.n);
  if (!last || last.n < report.n) return notSeen();
  const wrong = last.running.includes(twin) ? 0 : 1;
  const ms = (ended ?? last).t - report.t;
  const spec = { name: `answer.${whom}.seconds`, ms };
  const measures = [timeMeasure(events, spec), count('response.wrong', wrong)];
  const details = { measures, evidence: [report.n, ...orders.map(({ n }) => n), (ended ?? last).n] };
  if (wrong > 0)
    return violated(
      { en: 'The benign twin was ended, too.', ja: '無害な類似プログラムも停止されました。' },
      details,
    );
  if (whom === 'nobody') return alone(ended !== undefined || orders.length > 0, ms, details);
  return ended && orders.length > 0 && ms <= within
    ? satisfied(
        {
          en: `The attack was ended ${inSeconds(ms)} after its report, and its benign twin was left alone.`,
          ja: `攻撃は報告の${seconds(ms)}秒後に停止し、無害な類似プログラムは動作を続けました。`,
        },
        details,
      )
    : violated(
        {
          en: `The attack was not ended within ${inSeconds(within)} of its report; orders given: ${orders.length}.`,
          ja: `攻撃は報告から${seconds(within)}秒以内に停止しませんでした（出された指示：${orders.length}件）。`,
        },
        { ...details, missed: { from: report.t, until: report.t + within } },
      );
});

/** With nobody to answer there is nothing that the product has to do; how long the attack goes on is what is shown. */
function alone(answered: boolean, ms: number, details: Parameters<typeof satisfied>[1]): Finding {
  return answered
    ? violated(
        {
          en: 'The attack was ended, although the policy says to report only and nobody answered.',
          ja: '「検知のみ」の設定で、誰も対応していないのに、攻撃が停止しました。',
        },
        details,
      )
    : satisfied(
        {
          en: `Nobody answered: the attack still ran ${inSeconds(ms)} after its report.`,
          ja: `誰も対応せず、攻撃は報告の${seconds(ms)}秒後も続いていました。`,
        },
        details,
      );
}
const notSeen = (): Finding =>
  incomplete('harness', {
    en: 'The attack and its twin were not seen running, or were not looked at after the report.',
    ja: '攻撃と類似プログラムの動作を確認できていないか、報告後に確認していません。',
  });

/**
 * `tenant-changed`: the endpoint is one of another tenant of the cloud now, as the same machine, with all that waited, and
 * the old tenant hears nothing more of it. By the cloud's own history: whose an agent is follows from its enrolment.
 */
import { both } from '../../history/both.ts';
import type { HistoryEvent } from '../../history/events.ts';
import {
  check,
  incomplete,
  numbersOf,
  satisfied,
  undecided,
  violated,
  type Finding,
  type View,
} from './finding.ts';
import { endOf, entryOf, type Act } from './ledger.ts';
import { count, inSeconds, seconds, timeMeasure, words } from './measures.ts';
import { Args, changeIn, heardOf, type Change, type Enrolled } from './tenant-change.ts';
import { ofKind } from './window.ts';

export const tenantChanged = check(
  Args,
  (view, args) => {
    const change = changeIn(view, args);
    if ('state' in change) return change;
    const { changed, there } = change;
    if (changed.outcome !== 'ok') return notChanged(changed);
    const [first] = there;
    return first ? judged(view, args, change, first) : nobodyThere(view, args, change);
  },
  { wholeRecord: true },
);

function notChanged({ outcome, exit, n }: Change['changed']): Finding {
  return violated(
    {
      en: `The tenant was not changed: the hook set-tenant ended as ${outcome} (status ${exit ?? 'none'}).`,
      ja: `テナントを変更できませんでした：set-tenant フックの結果は ${outcome}（終了コード：${exit ?? 'なし'}）です。`,
    },
    { evidence: [n] },
  );
}

function nobodyThere(view: View, { tenant, enrol }: Args, { changed, old }: Change): Finding {
  const still = heardOf(view, changed.n, new Set());
  const reason = both(
    `Within ${inSeconds(enrol)} it did not enrol at the tenant "${tenant}"; the old one heard of it ${still.length} times meanwhile.`,
    `${seconds(enrol)}秒以内にテナント「${tenant}」へ登録されませんでした。その間、元のテナントには通信が${still.length}件届いています。`,
  );
  const [from, until] = [changed.t, changed.t + enrol];
  if (view.now <= until) return undecided(reason);
  return violated(reason, {
    evidence: numbersOf([changed, ...still, old]),
    missed: { from, until },
  });
}

function judged(view: View, args: Args, change: Change, first: Enrolled): Finding {
  const { changed, old, there, waiting, sentinel } = change;
  const agents = new Set(there.map(({ agent }) => agent));
  const stray = heardOf(view, first.n, agents);
  const left = ofKind(view.events, 'cloud.unenrolled').some(({ agent }) => agent === old.agent);
  const details = {
    measures: [
      timeMeasure(view.events, {
        name: 'tenant.seconds',
        ms: first.t - changed.t,
        timing: 'enrol',
        within: args.enrol,
      }),
      count('tenant.waited', waiting.length),
      count('tenant.heard-by-old', stray.length),
      words('tenant.old-record', left ? 'removed' : 'stale'),
    ],
    evidence: numbersOf([old, first]),
  };
  if (first.t > changed.t + args.enrol)
    return violated(
      {
        en: `It enrolled at the tenant "${args.tenant}" only ${inSeconds(first.t - changed.t)} after the change; it declares ${inSeconds(args.enrol)}, with the allowance.`,
        ja: `テナント「${args.tenant}」への登録は変更の${seconds(first.t - changed.t)}秒後でした（許容を含む申告：${seconds(args.enrol)}秒）。`,
      },
      { ...details, missed: { from: changed.t, until: changed.t + args.enrol } },
    );
  const problem = asAnother(old, there) ?? heardByOld(stray);
  if (problem) return { ...problem, measures: details.measures };
  const by = endOf(view.events, sentinel) + args.within;
  const [report] = entryOf(view.events, sentinel).reports.filter(({ agent }) => agents.has(agent));
  if (!report || report.relay !== args.relay)
    return notReported(view, args, { sentinel, by, report }, details);
  const lost = waiting.filter(
    (act) => !entryOf(view.events, act).reports.some(({ agent }) => agents.has(agent)),
  );
  if (lost.length > 0)
    return violated(
      {
        en: `${lost.length} of ${waiting.length} findings that waited when the tenant was changed are not at the new one, which has reported later ones.`,
        ja: `テナントの変更時に未送信だった検知${waiting.length}件中${lost.length}件が、後の検知が届いた新しいテナントにありません。`,
      },
      { ...details, evidence: numbersOf([...lost, report]) },
    );
  const watched = sentinel.t - first.t;
  if (watched < args.watch)
    return incomplete('harness', {
      en: `The old tenant was listened to for ${inSeconds(watched)} only; ${inSeconds(args.watch)} were asked for.`,
      ja: `元のテナントの観測時間は${seconds(watched)}秒で、必要な${seconds(args.watch)}秒に足りません。`,
    });
  return satisfied(
    {
      en: `It enrolled at the tenant "${args.tenant}" as the same machine; ${waiting.length} findings that waited are there, and the old tenant heard nothing more in ${inSeconds(watched)}.`,
      ja: `同じ端末としてテナント「${args.tenant}」に登録され、未送信だった検知${waiting.length}件も届きました。元のテナントにはその後${seconds(watched)}秒間、何も届いていません。`,
    },
    { ...details, evidence: [...details.evidence, report.n] },
  );
}

/** The same endpoint is the same machine, and one record. */
function asAnother(old: Enrolled, there: readonly Enrolled[]): Finding | undefined {
  const [first] = there;
  if (first?.machine === undefined || old.machine === undefined)
    return incomplete('cloud', {
      en: 'The cloud has not noted as which machine the endpoint enrolled.',
      ja: '登録した端末の識別子がクラウドに記録されていません。',
    });
  const other = there.find((one) => one.machine !== old.machine);
  if (!other) return undefined;
  return violated(
    {
      en: `At the new tenant it enrolled as another machine than at the old one (event ${other.n}): its history begins anew.`,
      ja: `新しいテナントには、元と異なる端末として登録されました（イベント${other.n}）。端末の履歴が引き継がれません。`,
    },
    { evidence: numbersOf([other, old]) },
  );
}

function heardByOld(stray: readonly HistoryEvent[]): Finding | undefined {
  const [begin] = stray;
  if (!begin) return undefined;
  const kinds = [...new Set(stray.map(({ kind }) => kind.replace('cloud.', '')))];
  return violated(
    {
      en: `After it had enrolled at the new tenant the old one still heard of it ${stray.length} times (${kinds.join(', ')}), first in event ${begin.n}.`,
      ja: `新しいテナントへの登録後も、元のテナントに通信が${stray.length}件届きました（${kinds.join('、')}）。最初はイベント${begin.n}です。`,
    },
    { evidence: numbersOf(stray) },
  );
}

function notReported(
  view: View,
  { relay, within }: Args,
  { sentinel, by, report }: { sentinel: Act; by: number; report: { relay?: string | undefined } | undefined },
  details: Pick<Finding, 'measures' | 'evidence'>,
): Finding {
  if (report)
    return violated(
      {
        en: `The last attack was reported to the new tenant, but not through the relay "${relay}".`,
        ja: `最後の攻撃は新しいテナントに報告されましたが、プロキシ「${relay}」経由ではありません。`,
      },
      details,
    );
  const reason = both(
    `The last attack was not reported to the new tenant within ${inSeconds(within)}.`,
    `最後の攻撃が${seconds(within)}秒以内に新しいテナントへ報告されませんでした。`,
  );
  if (view.now <= by) return undecided(reason, details);
  return violated(reason, {
    ...details,
    evidence: [sentinel.n, ...details.evidence],
    missed: { from: by - within, until: by },
  });
}

/** `recovery`: by which method a product came back after a move, and is it as declared? */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf, Measure } from '../../history/events.ts';
import {
  check,
  incomplete,
  numbersOf,
  satisfied,
  violated,
  type Finding,
  type Remark,
  type View,
} from './finding.ts';
import { entryOf, type Act, type Arrival } from './ledger.ts';
import { count, inSeconds, seconds, timeMeasure, words } from './measures.ts';
import { anchorTime, later, ofKind } from './window.ts';

/** In the order of what they cost those who run the endpoints. */
export const METHODS = [
  'itself',
  'policy',
  'local-command',
  'edited-configuration',
  'reinstall',
  'none',
] as const;
type Method = (typeof METHODS)[number];
const IN_JAPANESE: Readonly<Record<Method, string>> = {
  itself: '自動',
  policy: 'ポリシー',
  'local-command': '端末でのコマンド',
  'edited-configuration': '設定の編集',
  reinstall: '再インストール',
  none: '復旧手段なし',
};

export const recovery = check(z.object({ declared: z.enum(METHODS) }), (view, { declared }) => {
  const attempts = later(view, 'recovery.attempt');
  if (attempts.length === 0)
    return incomplete('harness', {
      en: 'No way to bring the product back was tried.',
      ja: '製品の復旧方法が一つも試されていません。',
    });
  const delivery = firstDelivery(view);
  const method = delivery ? methodAt(attempts, delivery) : 'none';
  const what = change(view);
  const details = {
    measures: measuresOf(view, { method, declared, delivery }),
    evidence: numbersOf([...(delivery ? [delivery] : actsSince(view).slice(0, 1)), ...attempts]),
    findings: remarks(method, declared, what),
  };
  if (!delivery)
    return violated(
      {
        en: `No act after ${what.en} was reported. ${tried(attempts).en}; declared: ${declared}.`,
        ja: `${what.ja}後の操作は一件も報告されませんでした（${tried(attempts).ja}）。申告は「${IN_JAPANESE[declared]}」です。`,
      },
      details,
    );
  const own = delivery.t - begunAt(view, method, delivery);
  const total = delivery.t - anchorTime(view);
  const took = `${inSeconds(own)} (${inSeconds(total)} after ${what.en})`;
  const ja = `「${IN_JAPANESE[method]}」により${seconds(own)}秒（${what.ja}からは${seconds(total)}秒）で復旧しました。申告は「${IN_JAPANESE[declared]}」です。`;
  return METHODS.indexOf(method) <= METHODS.indexOf(declared)
    ? satisfied({ en: `It came back by "${method}" in ${took}; declared: ${declared}.`, ja }, details)
    : violated(
        { en: `It came back only by "${method}", in ${took}; declared: ${declared}.`, ja },
        { ...details, ...missedBy(attempts, declared) },
      );
});

/** When the declared method had its time, and nothing came of it. */
function missedBy(
  attempts: readonly HistoryEventOf<'recovery.attempt'>[],
  declared: Method,
): Pick<Finding, 'missed'> {
  const begun = attempts.filter(({ state }) => state === 'begun');
  const index = begun.findIndex(({ method }) => method === declared);
  const [own, next] = [begun[index], begun[index + 1]];
  return index < 0 || !own || !next ? {} : { missed: { from: own.t, until: next.t } };
}

const actsSince = (view: View): Act[] => later(view, 'act.started').filter((act) => !act.twin);

/**
 * The first report of an act that was played after the anchor, while the endpoint was where the anchor's move had
 * taken it: what a detour to the old network lets through is no recovery.
 */
function firstDelivery(view: View): Arrival | undefined {
  const reports = actsSince(view).flatMap((act) => entryOf(view.events, act).reports);
  return reports.sort((a, b) => a.n - b.n).find((report) => isThere(view, report));
}

/** Was the endpoint in the zone of the anchor's move when that arrived? */
function isThere({ events, since }: View, report: Arrival): boolean {
  const [anchor] = ofKind(events.slice(since - 1, since), 'move.finished');
  const moves = events
    .slice(0, report.n)
    .findLast((event) => event.kind === 'move.finished' || event.kind === 'move.started');
  return anchor === undefined || (moves?.kind === 'move.finished' && moves.zone === anchor.zone);
}

/** What was being tried, or had been tried last, when the report arrived. */
function methodAt(attempts: readonly HistoryEventOf<'recovery.attempt'>[], delivery: HistoryEvent): Method {
  const impossible = new Set(attempts.filter((a) => a.state === 'not-possible').map((a) => a.method));
  const inForce = attempts.findLast((attempt) => attempt.n < delivery.n && !impossible.has(attempt.method));
  return inForce?.method ?? 'itself';
}

/**
 * What a method takes is its own: the waiting for cheaper ones before it belongs to the order in which this
 * harness tries them. Nobody begins `itself`; it begins with the move.
 */
function begunAt(view: View, method: Method, delivery: Arrival): number {
  const begun = later(view, 'recovery.attempt').findLast(
    (attempt) => attempt.n < delivery.n && attempt.method === method && attempt.state === 'begun',
  );
  return method === 'itself' || !begun ? anchorTime(view) : begun.t;
}

function tried(attempts: readonly HistoryEventOf<'recovery.attempt'>[]): Both {
  const [done, impossible] = (['done', 'not-possible'] as const).map((state) =>
    attempts.filter((attempt) => attempt.state === state).map(({ method }) => method),
  );
  const listed = (methods: readonly Method[] = []): Both =>
    methods.length === 0
      ? both('none', 'なし')
      : both(methods.join(', '), methods.map((method) => IN_JAPANESE[method]).join('、'));
  return both(
    `Tried: ${listed(done).en}; not possible: ${listed(impossible).en}`,
    `試した方法：${listed(done).ja}／実行できなかった方法：${listed(impossible).ja}`,
  );
}

function measuresOf(
  view: View,
  { method, declared, delivery }: { method: Method; declared: Method; delivery: Arrival | undefined },
): Measure[] {
  const steps = ofKind(view.events.slice(view.since, delivery?.n), 'manual.step');
  return [
    { ...words('recovery.method', method), declared },
    ...(delivery
      ? [
          timeMeasure(view.events, {
            name: 'recovery.seconds',
            ms: delivery.t - begunAt(view, method, delivery),
          }),
          timeMeasure(view.events, {
            name: 'recovery.total-seconds',
            ms: delivery.t - anchorTime(view),
          }),
        ]
      : []),
    count('recovery.manual-steps', steps.length),
    count('recovery.site-visits', steps.filter((step) => step.site).length),
    ...measuresOfMethods(view, method, delivery),
  ];
}

/**
 * Of each method that was tried before the product was back: from when it was begun until the next one was, or until
 * what it brought about. Without a report the last one lasts until the question.
 */
function measuresOfMethods(view: View, winner: Method, delivery: Arrival | undefined): Measure[] {
  const attempts = later(view, 'recovery.attempt');
  const impossible = new Set(attempts.filter((a) => a.state === 'not-possible').map((a) => a.method));
  const begun = attempts.filter(({ state, n }) => state === 'begun' && n < (delivery?.n ?? Infinity));
  return begun.flatMap(({ method, n, t }, index) => {
    if (impossible.has(method)) return [];
    const next = begun[index + 1];
    const ended = method === winner ? delivery : next;
    const from = method === 'itself' ? anchorTime(view) : t;
    const steps = ofKind(view.events.slice(n, (next ?? delivery)?.n), 'manual.step');
    return [
      timeMeasure(view.events, { name: `recovery.${method}.seconds`, ms: (ended?.t ?? view.now) - from }),
      count(`recovery.${method}.manual-steps`, steps.length),
    ];
  });
}

/** What it had to recover from. */
const change = ({ events, since }: View): Both =>
  events[since - 1]?.kind === 'move.finished'
    ? both('the move', '移動')
    : both('the loss of its relay', 'プロキシの喪失');

function remarks(method: Method, declared: Method, what: Both): Remark[] {
  if (method === declared) return [];
  const better = METHODS.indexOf(method) < METHODS.indexOf(declared);
  return [
    {
      kind: better ? 'recovery-better-than-declared' : 'recovery-worse-than-declared',
      en:
        method === 'none'
          ? `After ${what.en} nothing brought it back; it declares "${declared}".`
          : `After ${what.en} it came back by "${method}"; it declares "${declared}".`,
      ja: `${what.ja}後の復旧方法の実測は「${IN_JAPANESE[method]}」、申告は「${IN_JAPANESE[declared]}」です。`,
    },
  ];
}

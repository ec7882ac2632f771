/** `own-relay-only`, `edited-configuration`: what comes of it that somebody leads the product to another relay. */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { holeInCapture, packetsOut } from './capture.ts';
import {
  check,
  incomplete,
  numbersOf,
  satisfied,
  undecided,
  violated,
  Within,
  type Finding,
  type Remark,
  type View,
} from './finding.ts';
import { actOf, endOf, enrolledAgents, entryOf, notEnded, isUnplayed } from './ledger.ts';
import { count, inSeconds, seconds, words } from './measures.ts';
import { tamperReports } from './tamper-reports.ts';
import { inWindow, later, ofKind } from './window.ts';

const Attempts = z.object({
  attempts: z.array(z.object({ how: z.string(), what: z.string(), done: z.boolean() })),
  writable: z.array(z.string()),
});

/** Whoever takes the bait must have been seen to be seen. */
function baitUnseen({ events, since }: View, bait: string): Finding | undefined {
  const shown = ofKind(events.slice(0, since), 'relay.request').some(
    (line) => line.relay === bait && !line.ours,
  );
  if (shown) return undefined;
  return incomplete('lab', {
    en: `It was not shown that whoever uses the relay "${bait}" is seen.`,
    ja: `プロキシ「${bait}」を使えば記録に残ることが、確かめられていません。`,
  });
}

/**
 * While the user still tries, his own programs may speak to that relay as well: what counts is what the cloud has
 * heard through it of an agent that it knows.
 */
function ledAtOnce(view: View, until: HistoryEvent, relay: string): HistoryEvent[] {
  const agents = enrolledAgents(view.events);
  return view.events
    .slice(view.since, until.n)
    .filter(
      (event) =>
        'agent' in event &&
        event.agent !== undefined &&
        agents.has(event.agent) &&
        'relay' in event &&
        event.relay === relay,
    );
}

/** What went to that relay: packets of the endpoint, lines of the relay's log, exchanges at the cloud. */
function useOf(view: View, point: string, relay: string): HistoryEvent[] {
  const ready = ofKind(view.events, 'lab.ready').at(-1);
  const addresses = Object.values(ready?.nodes.find((node) => node.name === relay)?.addresses ?? {});
  const packets = packetsOut(view, point).filter((packet) => addresses.includes(packet.to));
  const lines = later(view, 'relay.request').filter((line) => line.relay === relay && !line.ours);
  const exchanges = inWindow(view).filter(
    (event) => event.kind.startsWith('cloud.') && 'relay' in event && event.relay === relay,
  );
  return [...packets, ...lines, ...exchanges];
}

export const ownRelayOnly = check(
  z.object({ point: z.string(), own: z.string(), bait: z.string() }),
  (view, { point, own, bait }) => {
    const tried = ofKind(view.events.slice(Math.max(0, view.since - 1)), 'endpoint.state').find(
      (state) => state.what === 'user-attempts',
    );
    const parsed = Attempts.safeParse(tried?.value);
    if (!parsed.success || parsed.data.attempts.length === 0)
      return incomplete('harness', {
        en: 'No user has tried anything, so nothing was resisted.',
        ja: '利用者による操作が行われていないため、何も確かめられていません。',
      });
    const hole = baitUnseen(view, bait) ?? holeInCapture(view, point);
    if (hole) return hole;
    const { attempts, writable } = parsed.data;
    const done = attempts.filter((attempt) => attempt.done && attempt.how !== 'environment');
    const details = {
      measures: [count('tamper.attempts', attempts.length), count('tamper.writable-files', writable.length)],
      findings: writable.length > 0 ? [writableRemark(writable)] : [],
    };
    // The product's own relay was used before as well: that it still is shows only when all has been tried.
    const after = { ...view, since: tried?.n ?? view.since };
    const used = [...(tried ? ledAtOnce(view, tried, bait) : []), ...useOf(after, point, bait)];
    if (used.length > 0)
      return violated(
        {
          en: `After ${attempts.length} attempts of an ordinary user the product used another relay, ${bait} (${used.length} packets, requests and exchanges).${ways(done).en}`,
          ja: `一般の利用者による${attempts.length}件の操作の後、製品は別のプロキシ ${bait} を使いました（パケット・要求・通信が計${used.length}件）。${ways(done).ja}`,
        },
        { ...details, evidence: numbersOf(used) },
      );
    const kept = useOf(after, point, own);
    if (kept.length === 0)
      return violated(
        {
          en: `After ${attempts.length} attempts of an ordinary user the product used no relay at all.${ways(done).en}`,
          ja: `一般の利用者による${attempts.length}件の操作の後、製品はどのプロキシも使いませんでした。${ways(done).ja}`,
        },
        details,
      );
    return satisfied(
      {
        en: `${attempts.length} attempts of an ordinary user changed nothing: the product kept to its relay, and nothing went to ${bait}.`,
        ja: `一般の利用者による${attempts.length}件の操作では何も変わらず、製品は自分のプロキシを使い続けました。${bait} へは何も送られていません。`,
      },
      details,
    );
  },
  { wholeRecord: true },
);

function ways(done: readonly { how: string; what: string }[]): Both {
  if (done.length === 0)
    return both(
      ' No file and no command was open to the user; the environment was.',
      '利用者はファイルもコマンドも操作できず、環境変数だけを変えています。',
    );
  const shown = done
    .slice(0, 5)
    .map(({ what }) => what)
    .join(', ');
  return both(` Open to the user: ${shown}.`, `利用者が操作できたもの：${shown}。`);
}

const writableRemark = (files: readonly string[]): Remark => ({
  kind: 'files-open-to-users',
  en: `An ordinary user can change or replace files that came with the product: ${files.slice(0, 8).join(', ')}.`,
  ja: `製品とともに置かれた次のファイルを、一般の利用者が変更または差し替えできます：${files.slice(0, 8).join('、')}。`,
});

const OUTCOMES = ['ignored', 'reported', 'effective'] as const;
type Outcome = (typeof OUTCOMES)[number] | 'lost';

/**
 * By the act that was played afterwards: through which relay it was reported, and whether the edit was told as well.
 * More than one may be true; what is declared has to be among it.
 */
export const editedConfiguration = check(
  z.object({ declared: z.enum(OUTCOMES), act: z.string(), bait: z.string(), within: Within }),
  (view, { declared, act: id, bait, within }) => {
    const edits = ofKind(view.events.slice(Math.max(0, view.since - 1)), 'endpoint.state').find(
      (state) => state.what === 'root-edits',
    );
    const files = z.array(z.string()).safeParse(edits?.value);
    if (!edits || !files.success || files.data.length === 0)
      return incomplete('harness', {
        en: 'No file that holds the address of the relay could be written, so nothing was edited.',
        ja: 'プロキシのアドレスを含むファイルに書き込めず、何も書き換えられていません。',
      });
    const act = actOf(view.events, id);
    const unseen = baitUnseen(view, bait);
    if (!act || unseen)
      return (
        unseen ??
        incomplete('harness', { en: `Act ${id} was not played.`, ja: `操作 ${id} が実行されていません。` })
      );
    const [report] = entryOf(view.events, act).reports;
    const until = endOf(view.events, act) + within;
    const told = toldOf(view, edits, files.data, within).filter(({ t }) => t <= until);
    const way: Outcome = report ? outcomeOf(report, bait) : 'lost';
    const outcomes: Outcome[] = told.length > 0 ? [way, 'reported'] : [way];
    const edited = files.data.join(', ');
    const came = listed(outcomes.map((outcome) => TEXTS[outcome]));
    const reason = both(
      `Root edited ${edited}; the edit ${came.en}, and what it declares is that it ${TEXTS[declared].en}.`,
      `管理者が ${edited} を書き換えました。結果は「${came.ja}」、申告は「${TEXTS[declared].ja}」です。`,
    );
    const details = {
      measures: [{ ...words('tamper.edited-configuration', outcomes.join(' and ')), declared }],
      evidence: numbersOf([report ?? act, ...told]),
    };
    if (outcomes.includes(declared)) return satisfied(reason, details);
    const mayCome = way === 'lost' || declared === 'reported';
    if (mayCome && view.now <= until) return undecided(reason, details);
    if (way === 'lost' && isUnplayed(view.events, act)) return notEnded(act);
    const late = both(` It was waited for ${inSeconds(within)}.`, `${seconds(within)}秒待ちました。`);
    return violated(both(reason.en + late.en, reason.ja + late.ja), {
      ...details,
      ...(mayCome ? { missed: { from: until - within, until } } : {}),
    });
  },
);

/**
 * What was told of the edit: before the endpoint was started again, while nothing else had happened; or later with the
 * name of a file that was edited. Otherwise it may as well be about the stop.
 */
function toldOf(
  view: View,
  edits: HistoryEvent,
  files: readonly string[],
  within: number,
): HistoryEventOf<'cloud.detection'>[] {
  const restarted = later(view, 'endpoint.restarted')[0]?.n ?? Infinity;
  return tamperReports(view).filter(
    ({ n, t, body }) =>
      (t <= edits.t + within && n < restarted) || files.some((file) => withoutCommands(body).includes(file)),
  );
}
/** A command line names the configuration of the program that it has started, whatever the finding is about. */
const withoutCommands = (body: string): string => body.replaceAll(/"cmd_line":"(?:[^"\\]|\\.)*"/g, '');

const listed = (texts: readonly Both[]): Both =>
  both(texts.map(({ en }) => en).join(' and '), texts.map(({ ja }) => ja).join('、'));

const outcomeOf = (
  report: HistoryEventOf<'cloud.detection'> | HistoryEventOf<'cloud.telemetry'>,
  bait: string,
): Outcome => (report.relay === bait ? 'effective' : 'ignored');

const TEXTS: Readonly<Record<Outcome, Both>> = {
  ignored: both('was ignored', '無視された'),
  reported: both('was reported', '報告された'),
  effective: both('took effect', '反映された'),
  lost: both('left the product without any report', '製品の報告が途絶えた'),
};

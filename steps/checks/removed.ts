/** `removed`: the documented removal works, and nothing of the product is left. */
import { z } from 'zod';
import { both, NONE, type Both } from '../../history/both.ts';
import type { HistoryEventOf, Measure } from '../../history/events.ts';
import { wholeCaptures } from './capture.ts';
import {
  check,
  incomplete,
  numbersOf,
  satisfied,
  violated,
  Within,
  type Finding,
  type Remark,
  type View,
} from './finding.ts';
import { inSeconds, seconds, timeMeasure, words } from './measures.ts';
import { isBroken } from './status.ts';
import { inWindow, later, ofKind, subtract } from './window.ts';

const Args = z.object({
  within: Within.optional(),
  /** the product's statement */
  protection: z.enum(['local-secret', 'prefetched-token', 'cloud-policy', 'none']).optional(),
  /** the cloud must have been out of reach meanwhile */
  unreachable: z.boolean().default(false),
  /** revision of the policy that allows it: everything from its being set to the removal took this long at most */
  allowed: z.object({ revision: z.number().int(), within: Within }).optional(),
});
type Args = z.infer<typeof Args>;
type Hook = HistoryEventOf<'hook.finished'>;

export const removed = check(Args, (view, args) => {
  const hook = later(view, 'hook.finished').findLast((event) => event.hook === 'uninstall');
  if (!hook)
    return incomplete('harness', {
      en: 'Nobody ran the uninstall hook.',
      ja: 'uninstall フックが実行されていません。',
    });
  const whole = args.allowed && sinceAllowed(view, hook, args.allowed);
  if (args.allowed && !whole)
    return incomplete('harness', {
      en: `No policy of revision ${args.allowed.revision} was set.`,
      ja: `ポリシー第${args.allowed.revision}版が設定されていません。`,
    });
  if (hook.outcome !== 'ok') return notRemoved(view, args, hook, whole);
  const limit = args.within;
  const easier = args.protection === 'cloud-policy' && isOffNetwork(view, hook);
  const measures = [
    ...(whole ? [whole.measure] : []),
    timeMeasure(view.events, { name: 'removal.seconds', ms: hook.ms, timing: 'uninstall', within: limit }),
    // Removed without any network: it does not need its cloud, whatever it declares.
    kind(easier ? 'none' : (args.protection ?? 'none')),
  ];
  const details = { measures, evidence: [hook.n], findings: easier ? [EASIER] : [] };
  const ended = hook.at ?? hook.t;
  if (limit !== undefined && hook.ms > limit)
    return violated(
      {
        en: `The removal took ${inSeconds(hook.ms)}; ${inSeconds(limit)} were allowed.`,
        ja: `削除に${seconds(hook.ms)}秒かかりました（上限は${seconds(limit)}秒）。`,
      },
      { ...details, missed: { from: ended - hook.ms, until: ended - hook.ms + limit } },
    );
  if (whole && whole.ms > whole.within)
    return violated(
      {
        en: `It was removed ${inSeconds(whole.ms)} after the policy allowed it; ${inSeconds(whole.within)} were allowed.`,
        ja: `ポリシーで許可してから削除まで${seconds(whole.ms)}秒かかりました（上限は${seconds(whole.within)}秒）。`,
      },
      { ...details, missed: whole.missed },
    );
  const left = leftovers(view, hook);
  if (left === undefined)
    return incomplete(
      'harness',
      {
        en: 'What is left on the endpoint was not read after the removal.',
        ja: '削除後に端末へ残ったものが読み取られていません。',
      },
      details,
    );
  if (left.found.length > 0) {
    const shown = left.found.slice(0, 8).join(', ');
    return violated(
      {
        en: `The uninstall hook ended well, but this is left: ${shown}.`,
        ja: `uninstall フックは正常に終わりましたが、次のものが残っています：${shown}。`,
      },
      { ...details, evidence: numbersOf([hook, ...left.by]) },
    );
  }
  const reached = args.unreachable ? cloudWasReached(view) : undefined;
  return reached ?? satisfied(goneText(hook, whole), details);
});

function goneText(hook: Hook, whole: Whole | undefined): Both {
  const after = whole
    ? both(
        `, ${inSeconds(whole.ms)} after the policy allowed it`,
        `（ポリシーで許可してから${seconds(whole.ms)}秒）`,
      )
    : NONE;
  return both(
    `It was removed in ${inSeconds(hook.ms)}${after.en}, and no process and no file of it is left.`,
    `${seconds(hook.ms)}秒で削除され${after.ja}、製品のプロセスもファイルも残っていません。`,
  );
}

interface Whole {
  readonly ms: number;
  readonly within: number;
  readonly measure: Measure;
  readonly missed: { readonly from: number; readonly until: number };
  /** an agent has said to the cloud that it knows that policy */
  readonly wasRead: boolean;
}

/** From the setting of the policy to the end of the hook; undefined if no such policy was set. */
function sinceAllowed(
  { events }: View,
  hook: Hook,
  { revision, within }: NonNullable<Args['allowed']>,
): Whole | undefined {
  const set = ofKind(events, 'cloud.policy-set').find((event) => event.revision === revision);
  if (!set) return undefined;
  const ms = (hook.at ?? hook.t) - set.t;
  return {
    ms,
    within,
    measure: timeMeasure(events, { name: 'unprotect.seconds', ms, timing: 'policy', within }),
    missed: { from: set.t, until: set.t + within },
    wasRead: ofKind(events, 'cloud.policy-read').some((read) => read.revision >= revision),
  };
}

const kind = (value: string): Measure => words('removal.kind', value);

function notRemoved(view: View, { protection }: Args, hook: Hook, whole: Whole | undefined): Finding {
  const offline = isOffNetwork(view, hook);
  // What could not be run has refused nothing, and does not tell what a removal would need.
  const ran = !isBroken(hook) && hook.outcome !== 'missing';
  const deadlock = ran && offline && protection === 'cloud-policy';
  return violated(notRemovedText(hook, offline, whole), {
    ...(whole && ran ? { missed: whole.missed } : {}),
    measures: offline ? [kind(deadlock ? 'needs-cloud' : ran ? 'site-visit' : 'not-removed')] : [],
    evidence: [hook.n],
    findings: [
      ...(deadlock ? [DEADLOCK] : []),
      ...(ran && protection === 'none' ? [REFUSED_UNPROTECTED] : []),
    ],
  });
}

function notRemovedText(hook: Hook, offline: boolean, whole: Whole | undefined): Both {
  const why = {
    failed: both(
      `ended with status ${hook.exit ?? 'none'}`,
      `失敗しました（終了コード：${hook.exit ?? 'なし'}）`,
    ),
    timeout: both('did not end', '終わりませんでした'),
    broken: both(
      'could not be run: the manifest or payload is broken',
      '実行できませんでした（マニフェストまたはペイロードに問題があります）',
    ),
    missing: both('is not in the manifest', 'マニフェストにありません'),
    ok: NONE,
  }[isBroken(hook) ? 'broken' : hook.outcome];
  const said = hook.output.trim().split('\n')[0]?.slice(0, 200) ?? '';
  const where = offline ? both(', without any network', 'ネットワークのない状態で、') : NONE;
  const allowed = whole ? allowedText(whole) : NONE;
  return both(
    `The uninstall hook ${why.en}${said && ` (${said})`}${where.en}${allowed.en}.`,
    `${where.ja}uninstall フックが${why.ja}${said && `：${said}`}。${allowed.ja}`,
  );
}

const allowedText = ({ ms, wasRead }: Whole): Both =>
  both(
    `, ${inSeconds(ms)} after the policy allowed it, which it had ${wasRead ? '' : 'not '}read`,
    `ポリシーで許可してから${seconds(ms)}秒後で、製品はそのポリシーを${wasRead ? '取得済みでした' : '取得していませんでした'}。`,
  );

const DEADLOCK: Remark = {
  kind: 'removal-deadlock',
  en: 'It can be removed only with the consent of its cloud. An endpoint that no longer reaches the cloud needs a site visit, or has to be carried back.',
  ja: '削除にはクラウドの許可が必要です。クラウドに届かなくなった端末は、現地作業をするか、元のネットワークへ戻す必要があります。',
};
const EASIER: Remark = {
  kind: 'removal-easier-than-declared',
  en: 'It declares that its cloud must allow the removal, but was removed without any network.',
  ja: '削除にはクラウドの許可が必要と申告していますが、ネットワークのない状態で削除できました。',
};
const REFUSED_UNPROTECTED: Remark = {
  kind: 'removal-refused-although-unprotected',
  en: 'It declares no protection against removal, but the removal did not succeed.',
  ja: '削除保護はないと申告していますが、削除できませんでした。',
};

/** Was the endpoint on no network when the hook ran? */
function isOffNetwork({ events }: View, hook: Hook): boolean {
  const moved = ofKind(events.slice(0, hook.n), 'move.finished').findLast(
    (move) => move.endpoint === hook.endpoint,
  );
  return moved?.zone === null;
}

/**
 * What is there after the removal and was not there before the installation, read by the engine. Before:
 * `endpoint.state` events from before the first install hook; without them nothing is subtracted. After: the last
 * ones, as a service may end a moment after the command that ends it.
 */
interface Leftovers {
  readonly found: readonly string[];
  /** the readings that show it */
  readonly by: readonly HistoryEventOf<'endpoint.state'>[];
}
function leftovers({ events }: View, hook: Hook): Leftovers | undefined {
  const install = ofKind(events, 'hook.finished').find((event) => event.hook === 'install');
  const states = ofKind(events, 'endpoint.state').filter((state) => state.endpoint === hook.endpoint);
  const read = (what: string): Leftovers | undefined => {
    const lists = states.filter((state) => state.what === what && state.by !== 'exec');
    const after = lists.findLast((state) => state.n > hook.n);
    const before = lists.find((state) => install && state.n < install.n);
    if (!after) return undefined;
    const found = subtract(toList(after.value), toList(before?.value));
    return { found, by: found.length > 0 ? [after] : [] };
  };
  const [processes, files] = [read('processes'), read('files')];
  return (
    processes &&
    files && {
      found: [...processes.found.map((command) => `process ${command}`), ...files.found],
      by: [...processes.by, ...files.by],
    }
  );
}

const toList = (value: unknown): string[] => z.array(z.string()).catch([]).parse(value);

function cloudWasReached(view: View): Finding | undefined {
  const packets = ofKind(inWindow(view), 'packet').filter(
    (packet) => packet.direction === 'in' && (packet.peer === 'cloud' || packet.peer === 'relay'),
  );
  const requests = later(view, 'cloud.request');
  const [first] = [...packets, ...requests];
  if (first)
    return incomplete(
      'lab',
      {
        en: `The cloud was not out of reach: ${packets.length} packets of relay or cloud arrived, ${requests.length} requests.`,
        ja: `クラウドに届く状態でした（プロキシまたはクラウドからのパケット${packets.length}個、要求${requests.length}件）。`,
      },
      { evidence: [first.n] },
    );
  return wholeCaptures(view);
}

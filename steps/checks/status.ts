/** `says-disconnected`, `refused`: what the product's own hooks answer. */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import {
  check,
  incomplete,
  satisfied,
  undecided,
  violated,
  Within,
  type Finding,
  type View,
} from './finding.ts';
import { inSeconds, seconds, timeMeasure } from './measures.ts';
import { anchorTime, inWindow, later, ofKind } from './window.ts';

type Hook = HistoryEventOf<'hook.finished'>;

const Status = z.object({ connected: z.boolean(), reason: z.string().nullish() });

/**
 * What `status` said last within the time counts: an agent may need a while to notice. What it said last before the
 * anchor must have been that it is connected: who never says so tells nothing when it does not.
 */
export const saysDisconnected = check(z.object({ within: Within }), (view, { within }) => {
  const from = anchorTime(view);
  const until = from + within;
  const asked = statusesIn(inWindow(view));
  const said = asked.findLast((event) => event.t <= until);
  const status = said && statusIn(said.output);
  if (said && status && !status.connected && status.reason?.trim())
    return (
      notSaidBefore(view) ??
      satisfied(
        {
          en: `After ${inSeconds(said.t - from)} its status said that it is cut off (${status.reason}).`,
          ja: `${seconds(said.t - from)}秒後に、状態表示が不通を示しました（${status.reason}）。`,
        },
        {
          measures: [
            timeMeasure(view.events, { name: 'status.seconds', ms: said.t - from, timing: 'status', within }),
          ],
          evidence: [said.n],
        },
      )
    );
  const evidence = said ? [said.n] : [];
  if (said?.outcome === 'missing')
    return violated(
      {
        en: 'The product has no way to ask it for its status.',
        ja: '製品には状態を確認する手段がありません。',
      },
      { evidence },
    );
  const unsaid = both(
    `Its status had not said within ${inSeconds(within)} that it is cut off.`,
    `状態表示が${seconds(within)}秒以内に不通を示しませんでした。`,
  );
  if (view.now <= until) return undecided(unsaid, { evidence });
  if (asked.length === 0)
    return incomplete('harness', {
      en: 'Nobody asked the product for its status.',
      ja: '製品の状態が確認されていません。',
    });
  if (!said) return violated(unsaid, { missed: { from, until } });
  const answer = answerOf(said, status);
  const reason = both(
    `${inSeconds(said.t - from)} after it was cut off its status ${answer.en}.`,
    `不通になってから${seconds(said.t - from)}秒後の状態表示は${answer.ja}。`,
  );
  return violated(reason, { evidence, missed: { from, until } });
});

/** Undefined: the last status before the anchor said that it is connected. */
function notSaidBefore({ events, since }: View): Finding | undefined {
  const before = statusesIn(events.slice(0, since)).at(-1);
  if (!before)
    return incomplete('harness', {
      en: 'Nobody asked the product for its status while it worked.',
      ja: '製品が動作している間の状態が確認されていません。',
    });
  const status = statusIn(before.output);
  if (status?.connected) return undefined;
  const evidence = [before.n];
  if (status)
    return violated(
      {
        en: 'Its status said the same while it worked: that there is no connection. It tells nothing.',
        ja: '状態表示は、正常に通信している間も不通を示していました。不通の判断には使えません。',
      },
      { evidence },
    );
  const answer = answerOf(before, status);
  return violated(
    both(
      `While the product worked its status ${answer.en}.`,
      `正常に通信している間の状態表示は${answer.ja}。`,
    ),
    { evidence },
  );
}
const statusesIn = (events: readonly HistoryEvent[]): Hook[] =>
  ofKind(events, 'hook.finished').filter(({ hook }) => hook === 'status');

/** The product was asked for its status, and has not said that it is connected; one that has no such hook never will. */
export function maySayConnected(events: readonly HistoryEvent[]): boolean {
  const last = statusesIn(events).at(-1);
  return last !== undefined && last.outcome !== 'missing' && !statusIn(last.output)?.connected;
}

function answerOf({ outcome }: Hook, status: z.infer<typeof Status> | undefined): Both {
  if (!status)
    return both(
      `gave no JSON object with "connected" (${outcome})`,
      `「connected」を含むJSONオブジェクトではありませんでした（${outcome}）`,
    );
  return status.connected
    ? both('said that it is connected', '接続中を示していました')
    : both('gave no reason', '理由を示していませんでした');
}

export const statusIn = (output: string): z.infer<typeof Status> | undefined => objectIn(output, Status);

/** The last line that is such an object: hooks may print other lines before it. */
export function objectIn<T>(output: string, schema: z.ZodType<T>): T | undefined {
  for (const text of [output, ...output.split('\n').reverse()])
    try {
      const parsed = schema.safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
    } catch {
      // not this one
    }
  return undefined;
}

/** Manifest or payload are broken: 126 and 127 are a shell's "cannot execute" and "not found". */
export const isBroken = ({ outcome, exit }: Hook): boolean =>
  outcome === 'broken' || (outcome === 'failed' && (exit === 126 || exit === 127));

/** A status that a program chose itself: 128 and above are signals. */
const isOwnStatus = (exit: number | null): exit is number => exit !== null && exit < 128;
const endedBy = (exit: number | null): Both =>
  exit === null
    ? both('ended without a status', '終了コードなしで終わりました')
    : both(
        `ended as by a signal (status ${exit})`,
        `シグナルによるとみられる形で終わりました（終了コード：${exit}）`,
      );

/** It ended by itself, with a status that says no: a crash refuses nothing. */
export const isRefusal = (hook: Hook): boolean =>
  hook.outcome === 'failed' && !isBroken(hook) && isOwnStatus(hook.exit);

export const refused = check(z.object({ hook: z.string() }), (view, { hook }) => {
  const ran = later(view, 'hook.finished').findLast((event) => event.hook === hook);
  if (!ran)
    return incomplete('harness', {
      en: `Nobody ran ${hook}, so it could not be refused.`,
      ja: `${hook} が実行されていないため、拒否されたかどうかを判断できません。`,
    });
  const evidence = [ran.n];
  return isRefusal(ran)
    ? satisfied(
        {
          en: `${hook} was refused with status ${ran.exit}.`,
          ja: `${hook} は拒否されました（終了コード：${ran.exit}）。`,
        },
        { evidence },
      )
    : violated(notRefused(ran), { evidence });
});

/** How a hook ended that has not refused anything. */
function notRefused(ran: Hook): Both {
  const { hook, outcome, exit } = ran;
  switch (isBroken(ran) ? 'broken' : outcome) {
    case 'failed': {
      const how = endedBy(exit);
      return both(`${hook} ${how.en}, which is no refusal.`, `${hook} は${how.ja}。拒否したとは言えません。`);
    }
    case 'ok':
      return both(`${hook} was not refused: it succeeded.`, `${hook} は拒否されず、正常に終わりました。`);
    case 'timeout':
      return both(
        `${hook} did not end by itself, which is no refusal.`,
        `${hook} は自ら終わりませんでした。拒否したとは言えません。`,
      );
    case 'broken':
      return both(
        `${hook} could not be run (status ${exit ?? 'none'}): the manifest or payload is broken.`,
        `${hook} を実行できませんでした（終了コード：${exit ?? 'なし'}）。マニフェストまたはペイロードに問題があります。`,
      );
    case 'missing':
      return both(
        `The product's manifest has no ${hook}, so there is nothing that could refuse.`,
        `製品のマニフェストに ${hook} がなく、拒否するものがありません。`,
      );
  }
}

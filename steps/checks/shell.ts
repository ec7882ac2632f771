/** `no-new-listener`, `shell-recorded`, `order-refused`: work of an analyst on the endpoint, by the cloud's remote shell. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEvent } from '../../history/events.ts';
import { check, incomplete, satisfied, undecided, violated, Within } from './finding.ts';
import { count, inSeconds, seconds, timeMeasure } from './measures.ts';
import { givenOf, notGiven, resultOf } from './response.ts';
import { anchorTime, ofKind, subtract } from './window.ts';

type Events = readonly HistoryEvent[];

/** Read beside the endpoint: what is in there cannot hide one. */
const listeners = (events: Events) =>
  ofKind(events, 'endpoint.state').flatMap(({ n, by, what, value }) => {
    const read = z.array(z.string()).safeParse(value).data;
    return by === 'beside' && what === 'listeners' && read ? [{ n, read }] : [];
  });
const effects = (events: Events, uid: string) =>
  ofKind(events, 'endpoint.state').flatMap(({ n, by, what, value }) => {
    const look = z.object({ command: z.string(), there: z.boolean() }).safeParse(value).data;
    return by === 'archive' && what === 'shell-effect' && look?.command === uid ? [{ n, ...look }] : [];
  });

/** Between the order and its result, once what was ordered was seen to have begun. */
export const noNewListener = check(z.object({ command: z.string() }), (view, { command: uid }) => {
  const { events } = view;
  const given = givenOf(events, uid);
  if (!given) return notGiven(uid);
  const before = listeners(events).findLast(({ n }) => n < given.n);
  const result = resultOf(events, given);
  const begun = effects(events, uid).find(({ there }) => there);
  const meanwhile = listeners(events).filter(
    ({ n }) => n > (begun?.n ?? Infinity) && n < (result?.n ?? Infinity),
  );
  if (!before || meanwhile.length === 0)
    return incomplete('harness', {
      en: 'What listens on the endpoint was not read before the shell and while it was at work.',
      ja: 'リモートシェルの開始前と実行中に、端末の待ち受けポートを確認できていません。',
    });
  const further = subtract([...new Set(meanwhile.flatMap(({ read }) => read))], before.read);
  const measures = [count('shell.listeners', further.length)];
  const evidence = [before.n, given.n, ...meanwhile.map(({ n }) => n)];
  return further.length > 0
    ? violated(
        {
          en: `While the shell was at work ${further.length} more listened on the endpoint: ${further.join(', ')}.`,
          ja: `リモートシェルの実行中に、端末の待ち受けポートが${further.length}件増えました：${further.join('、')}。`,
        },
        { measures, evidence },
      )
    : satisfied(
        {
          en: 'While the shell was at work nothing more listened on the endpoint than before.',
          ja: 'リモートシェルの実行中も、端末の待ち受けポートは増えていません。',
        },
        { measures, evidence },
      );
});

const Recorded = z.object({
  command: z.string(),
  analyst: z.string(),
  nonce: z.string(),
  /** the product sends a detailed log, so its own record is looked for there */
  log: z.boolean(),
  within: Within,
});

/** The cloud's record, and what the endpoint says of it: both are at the cloud, where nobody on the endpoint can change them. */
export const shellRecorded = check(Recorded, (view, { command: uid, analyst, nonce, log, within }) => {
  const { events } = view;
  const given = givenOf(events, uid);
  if (!given) return notGiven(uid);
  const from = Math.max(given.t, anchorTime(view));
  const until = from + within;
  const result = resultOf(events, given);
  // Who and what may stand in an entry each: that a session began, and what ran in it.
  const entries = ofKind(events, 'cloud.telemetry').filter(
    (event) => event.n > given.n && event.agent === given.agent,
  );
  const rows = [analyst, nonce].flatMap((word) => entries.find(({ body }) => body.includes(word)) ?? []);
  const missing = [
    ...(given.who === analyst ? [] : [both('who gave the order', '実行者')]),
    ...((given.script ?? '').includes(nonce) ? [] : [both('what was ordered', '実行内容')]),
    ...((result?.detail ?? '').includes(nonce) ? [] : [both('what it printed', '実行結果')]),
    ...(!log || rows.length === 2 ? [] : [both("the endpoint's own entry in the log", '端末側のログの記録')]),
  ];
  const evidence = [given.n, ...(result ? [result.n] : []), ...new Set(rows.map(({ n }) => n))];
  if (missing.length === 0)
    return satisfied(
      {
        en: `Who did what, when, and what it printed is on record at the cloud${log ? ', and in the log of the endpoint' : ''}.`,
        ja: `実行者、実行内容、時刻、実行結果がクラウドに記録されています${log ? '（端末のログにも記録）' : ''}。`,
      },
      { evidence },
    );
  const reason = both(
    `Within ${inSeconds(within)} the record at the cloud lacked: ${missing.map(({ en }) => en).join(', ')}.`,
    `${seconds(within)}秒以内に、次の記録がクラウドに残っていません：${missing.map(({ ja }) => ja).join('、')}。`,
  );
  return view.now <= until ? undecided(reason) : violated(reason, { evidence, missed: { from, until } });
});

/** Said to be refused, with a reason, and nothing of it was done, by a look after the answer. */
export const orderRefused = check(
  z.object({ command: z.string(), within: Within }),
  (view, { command: uid, within }) => {
    const { events } = view;
    const given = givenOf(events, uid);
    if (!given) return notGiven(uid);
    const result = resultOf(events, given);
    const until = given.t + within;
    const done = effects(events, uid).find(({ there }) => there);
    if (done)
      return violated(
        {
          en: `What is forbidden on the endpoint was done; the order was answered with "${result?.outcome ?? 'nothing'}".`,
          ja: `端末で禁止した操作が実行されました（指示への応答は「${result?.outcome ?? 'なし'}」）。`,
        },
        { evidence: [given.n, done.n] },
      );
    if (!result || result.t > until) {
      const reason = both(
        `That it is forbidden was not answered within ${inSeconds(within)}.`,
        `禁止されているという応答が${seconds(within)}秒以内にありませんでした。`,
      );
      const details = { evidence: [given.n], missed: { from: given.t, until } };
      return view.now <= until ? undecided(reason, details) : violated(reason, details);
    }
    const evidence = [given.n, result.n];
    if (!effects(events, uid).some(({ n }) => n > result.n))
      return incomplete('harness', {
        en: 'Whether it was done all the same was not looked at after the answer.',
        ja: '応答の後に、実行されていないことを確認できていません。',
      });
    const ms = result.t - given.t;
    const said = result.detail ?? '';
    return result.outcome === 'refused' && said !== ''
      ? satisfied(
          {
            en: `It was refused after ${inSeconds(ms)} ("${said}"), and nothing was done.`,
            ja: `${seconds(ms)}秒後に拒否され（「${said}」）、何も実行されていません。`,
          },
          {
            measures: [timeMeasure(events, { name: 'shell.refused-after', ms, timing: 'command', within })],
            evidence,
          },
        )
      : violated(
          {
            en: `Nothing was done, but the order was answered with "${result.outcome}"${said === '' ? ' and without a reason' : ` ("${said}")`}.`,
            ja: `何も実行されていませんが、指示への応答は「${result.outcome}」でした${said === '' ? '（理由なし）' : `（「${said}」）`}。`,
          },
          { evidence },
        );
  },
);

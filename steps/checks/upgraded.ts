/** `upgraded`: another version is heard at the cloud, by the same identity and through the same relay. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEventOf } from '../../history/events.ts';
import { check, incomplete, satisfied, undecided, violated, Within, type Finding } from './finding.ts';
import { inSeconds, seconds, timeMeasure, words } from './measures.ts';
import { anchorTime, ofKind } from './window.ts';

/** an endpoint's word of its version */
type Told = HistoryEventOf<'cloud.enrolled' | 'cloud.heartbeat'>;

export const upgraded = check(z.object({ within: Within, relay: z.string() }), (view, { within, relay }) => {
  const hook = ofKind(view.events, 'hook.finished').findLast((event) => event.hook === 'upgrade');
  if (!hook)
    return incomplete('harness', {
      en: 'Nobody upgraded the product.',
      ja: '製品の更新が行われていません。',
    });
  if (hook.outcome !== 'ok') return notUpgraded(hook);
  const begun = (hook.at ?? hook.t) - hook.ms;
  const told = view.events.filter(
    (event): event is Told =>
      (event.kind === 'cloud.enrolled' || event.kind === 'cloud.heartbeat') && event.version !== undefined,
  );
  const before = told.filter(({ t }) => t < begun);
  const known = before.at(-1);
  if (!known)
    return violated({
      en: 'It had not told its cloud which version it is, so no upgrade can be seen there.',
      ja: '更新前に版がクラウドへ通知されておらず、更新をクラウドで確認できません。',
    });
  const from = Math.max(anchorTime(view), begun);
  const until = from + within;
  const enrolled = ofKind(view.events, 'cloud.enrolled');
  const old = new Set(enrolled.filter(({ t }) => t < begun).map(({ agent }) => agent));
  const stranger = enrolled.find(({ t, agent }) => t > begun && !old.has(agent));
  if (stranger)
    return violated(
      {
        en: 'After the upgrade it enrolled as an endpoint that the cloud did not know; the old record is left behind.',
        ja: '更新後に、クラウドが知らない端末として登録されました。元の登録が残ったままです。',
      },
      { evidence: [known.n, stranger.n] },
    );
  // Each endpoint by its own word, as a product may have several services that enrol; by what it told last in either place.
  const earlier = ({ agent }: Told): Told[] =>
    (['cloud.heartbeat', 'cloud.enrolled'] as const).flatMap(
      (kind) => before.findLast((event) => event.agent === agent && event.kind === kind) ?? [],
    );
  const after = told.find((event) => {
    const own = earlier(event);
    return event.t > begun && own.length > 0 && own.every(({ version }) => version !== event.version);
  });
  const first = after && before.findLast(({ agent }) => agent === after.agent);
  if (!after?.version || !first?.version || after.t > until) {
    const reason = both(
      `No other version than ${known.version} had been heard at the cloud within ${inSeconds(within)}.`,
      `${seconds(within)}秒以内に、${known.version} 以外の版の通信がクラウドに届きませんでした。`,
    );
    return view.now <= until
      ? undecided(reason)
      : violated(reason, { missed: { from, until }, evidence: [hook.n] });
  }
  if (after.relay !== relay) return elsewhere(after, relay);
  return satisfied(
    {
      en: `It was upgraded from ${first.version} to ${after.version}, with the same identity and through the relay "${relay}".`,
      ja: `${first.version} から ${after.version} へ更新され、登録もプロキシ「${relay}」も変わっていません。`,
    },
    {
      measures: [
        timeMeasure(view.events, { name: 'upgrade.seconds', ms: after.t - from, within }),
        words('upgrade.from', first.version),
        words('upgrade.to', after.version),
      ],
      evidence: [first.n, hook.n, after.n],
    },
  );
});

function notUpgraded({ outcome, exit, output, n }: HistoryEventOf<'hook.finished'>): Finding {
  const said = output.trim().split('\n')[0]?.slice(0, 200) ?? '';
  return violated(
    {
      en: `The upgrade hook ended as ${outcome} (status ${exit ?? 'none'})${said && `: ${said}`}.`,
      ja: `upgrade フックの結果は ${outcome}（終了コード：${exit ?? 'なし'}）でした${said && `：${said}`}。`,
    },
    { evidence: [n] },
  );
}

function elsewhere(after: Told, relay: string): Finding {
  const way = after.relay ?? after.via;
  return violated(
    {
      en: `After the upgrade its cloud heard it by another way (${way}) than the relay "${relay}".`,
      ja: `更新後は、プロキシ「${relay}」とは別の経路（${way}）でクラウドに届いています。`,
    },
    { evidence: [after.n] },
  );
}

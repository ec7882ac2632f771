/** `enrolled`, `stays-out`, `policy-read`, `address-form`: does it reach its cloud? */
import { z } from 'zod';
import { both, NONE, type Both } from '../../history/both.ts';
import type { HistoryEventOf } from '../../history/events.ts';
import { wholeCaptures } from './capture.ts';
import {
  check,
  numbersOf,
  PATHS,
  satisfied,
  undecided,
  Via,
  violated,
  Within,
  type Finding,
  type View,
} from './finding.ts';
import { inSeconds, seconds, timeMeasure, words } from './measures.ts';
import { isRefusal } from './status.ts';
import { anchorTime, later, ofKind, windowOpens } from './window.ts';

const Enrolled = z.object({ within: Within, via: Via.optional() });

export const enrolled = check(Enrolled, lookEnrolled);

export function lookEnrolled(view: View, { within, via }: z.infer<typeof Enrolled>): Finding {
  const from = anchorTime(view);
  const until = from + within;
  const all = later(view, 'cloud.enrolled');
  const found = all.find((event) => (!via || event.via === via) && event.t <= until);
  if (found) {
    const ms = found.t - windowOpens(view);
    return satisfied(
      {
        en: `It enrolled (${PATHS[found.via].en}) ${inSeconds(ms)} after its installation began.`,
        ja: `導入開始から${seconds(ms)}秒後に登録されました（${PATHS[found.via].ja}）。`,
      },
      {
        measures: [timeMeasure(view.events, { name: 'enrol.seconds', ms, timing: 'enrol', within })],
        evidence: [found.n],
      },
    );
  }
  const [other] = all;
  const path = via ? both(` (${PATHS[via].en})`, `${PATHS[via].ja}で`) : NONE;
  const but = other ? lateOrElsewhere(other, from) : NONE;
  const reason = both(
    `It had not enrolled${path.en} within ${inSeconds(within)}${but.en}.`,
    `${seconds(within)}秒以内に${path.ja}登録されませんでした${but.ja}。`,
  );
  const evidence = other ? [other.n] : [];
  return view.now <= until
    ? undecided(reason, { evidence })
    : violated(reason, { evidence, missed: { from, until } });
}

const lateOrElsewhere = ({ via, t }: HistoryEventOf<'cloud.enrolled'>, from: number): Both =>
  both(
    `; it enrolled (${PATHS[via].en}) after ${inSeconds(t - from)}`,
    `（${seconds(t - from)}秒後に${PATHS[via].ja}で登録）`,
  );

export const staysOut = check(
  z.object({}),
  (view) => {
    const seen = [...later(view, 'cloud.enrolled'), ...later(view, 'cloud.request')];
    if (seen.length > 0)
      return violated(
        {
          en: `The cloud was reached ${seen.length} times.`,
          ja: `クラウドへの通信が${seen.length}回ありました。`,
        },
        { evidence: numbersOf(seen) },
      );
    return (
      wholeCaptures(view) ??
      satisfied({ en: 'Nothing reached the cloud.', ja: 'クラウドへの通信はありませんでした。' })
    );
  },
  { wholeRecord: true },
);

export const policyRead = check(
  z.object({ revision: z.number().int(), within: Within }),
  (view, { revision, within }) => {
    const from = anchorTime(view);
    const until = from + within;
    const reads = later(view, 'cloud.policy-read');
    const found = reads.find((event) => event.revision >= revision && event.t <= until);
    if (found) {
      const ms = found.t - from;
      return satisfied(
        {
          en: `Policy revision ${found.revision} was read after ${inSeconds(ms)}.`,
          ja: `ポリシー第${found.revision}版を${seconds(ms)}秒後に取得しました。`,
        },
        {
          measures: [timeMeasure(view.events, { name: 'policy.seconds', ms, timing: 'policy', within })],
          evidence: [found.n],
        },
      );
    }
    const newest = Math.max(0, ...reads.map((event) => event.revision));
    const reason = both(
      `Policy revision ${revision} had not been read within ${inSeconds(within)}; the newest one read was ${newest || 'none'}.`,
      `ポリシー第${revision}版が${seconds(within)}秒以内に取得されませんでした（取得済みの最新は${newest ? `第${newest}版` : 'なし'}）。`,
    );
    if (view.now <= until) return undecided(reason);
    const set = ofKind(view.events, 'cloud.policy-set').filter((event) => event.revision === revision);
    return violated(reason, { evidence: numbersOf([...set, ...reads.slice(-1)]), missed: { from, until } });
  },
);

/** The installer takes the address and the product works, or it refuses the address and says why. */
export const addressForm = check(z.object({ form: z.string(), within: Within }), (view, { form, within }) => {
  const works = lookEnrolled(view, { within, via: 'relay' });
  const verdict = (value: string) => words('relay.address', `${form}: ${value}`);
  if (works.state === 'satisfied') return { ...works, measures: [...works.measures, verdict('accepted')] };
  const install = later(view, 'hook.finished').find((event) => event.hook === 'install');
  if (!install || install.outcome === 'ok') return works;
  const evidence = [install.n];
  if (!isRefusal(install))
    return violated(
      {
        en: `The install hook ended with "${install.outcome}" (status ${install.exit ?? 'none'}), which refuses nothing.`,
        ja: `install フックの終わり方が「${install.outcome}」（終了コード：${install.exit ?? 'なし'}）で、アドレスを拒否したとは言えません。`,
      },
      { evidence },
    );
  const said = install.output.trim();
  if (said === '')
    return violated(
      {
        en: `The install hook ended with status ${install.exit ?? 'none'} and did not say why.`,
        ja: `install フックは理由を示さずに終わりました（終了コード：${install.exit ?? 'なし'}）。`,
      },
      { evidence },
    );
  const measures = [verdict('refused')];
  return satisfied(
    {
      en: `The installer refused the address: ${firstLine(said)}`,
      ja: `インストーラーはこの形式のアドレスを拒否しました（${firstLine(said)}）。`,
    },
    { measures, evidence },
  );
});

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 200);

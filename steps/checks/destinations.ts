/** `minimal-allowlist`: which of the declared destinations do detections really need? Taken away one at a time. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import {
  check,
  incomplete,
  satisfied,
  violated,
  Within,
  type Finding,
  type Remark,
  type View,
} from './finding.ts';
import { actOf, endOf, entryOf, notPlayed, type Act } from './ledger.ts';
import { inSeconds, seconds, words } from './measures.ts';
import { ofKind } from './window.ts';

const Args = z.object({
  /** what was away when the act was played; `needed`: the statement says that reports go there */
  tried: z.array(z.object({ destination: z.string(), act: z.string(), needed: z.boolean() })).min(1),
  /** of each act, from its end */
  within: Within,
});
type Tried = z.infer<typeof Args>['tried'][number];

/** Each act must have had its time; a later check shows that reports come again when everything is back. */
export const minimalAllowlist = check(Args, (view, { tried, within }) => {
  const results: { one: Tried; reported: boolean; act: Act }[] = [];
  for (const one of tried) {
    const act = actOf(view.events, one.act);
    if (!act) return notPlayed(one.act);
    const wrong = unsound(view, act, one, within);
    if (wrong) return wrong;
    const due = endOf(view.events, act) + within;
    results.push({ one, act, reported: entryOf(view.events, act).reports.some((report) => report.t <= due) });
  }
  const list = (some: typeof results): string => some.map(({ one }) => one.destination).join(', ');
  const needed = results.filter(({ reported }) => !reported);
  const spare = results.filter(({ reported }) => reported);
  const surprising = needed.filter(({ one }) => !one.needed);
  const details = {
    measures: [words('allowlist.needed', list(needed)), words('allowlist.spare', list(spare))],
    evidence: results.map(({ act }) => act.n),
    findings: remarks(spare.filter(({ one }) => one.needed).map(({ one }) => one.destination)),
  };
  const which = both(
    `Without these nothing was reported within ${inSeconds(within)}: ${list(needed) || 'none'}; without these everything went on: ${list(spare) || 'none'}.`,
    `次の宛先がないと${seconds(within)}秒以内に報告されませんでした：${list(needed) || 'なし'}。次の宛先はなくても報告されました：${list(spare) || 'なし'}。`,
  );
  return surprising.length > 0
    ? violated(
        both(
          `Reports stopped without ${list(surprising)}, to which they are not declared to go. ${which.en}`,
          `報告先として申告されていない ${list(surprising)} を止めると、報告も止まりました。${which.ja}`,
        ),
        details,
      )
    : satisfied(which, details);
});

/** The destination was away from before the act until its time was over, by the relay's own administrator. */
function unsound(view: View, act: Act, { destination }: Tried, within: number): Finding | undefined {
  const due = endOf(view.events, act) + within;
  const lists = ofKind(view.events, 'relay.changed').filter((event) => event.what === 'allowlist');
  const before = lists.findLast((event) => event.n < act.n);
  const after = lists.find((event) => event.n > act.n);
  const wrong = (en: string, ja: string, about: HistoryEvent): Finding =>
    incomplete('harness', { en, ja }, { evidence: [about.n] });
  if (!before || allows(before, destination))
    return wrong(
      `${destination} was not away when act ${act.act} was played.`,
      `操作 ${act.act} の実行時に ${destination} が止められていません。`,
      act,
    );
  return view.now < due || (after && after.t < due)
    ? wrong(
        `Act ${act.act} did not have its ${inSeconds(within)} to be reported without ${destination}.`,
        `操作 ${act.act} に、${destination} なしで報告されるための${seconds(within)}秒が与えられていません。`,
        act,
      )
    : undefined;
}

const allows = ({ detail }: HistoryEventOf<'relay.changed'>, destination: string): boolean =>
  detail.split(', ').includes(destination);

const remarks = (destinations: readonly string[]): Remark[] =>
  destinations.map((destination) => ({
    kind: 'destination-not-needed',
    en: `Attacks were reported without ${destination}, to which the statement says that reports go.`,
    ja: `報告先として申告された ${destination} を止めても、攻撃は報告されました。`,
  }));

/** `tampering-answered`: whoever kills or stops the product has it come back, or is told of at the cloud. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { check, incomplete, satisfied, undecided, violated, Within, type View } from './finding.ts';
import { actOf, endOf, entryOf, notEnded, notPlayed, isUnplayed } from './ledger.ts';
import { inSeconds, seconds, words } from './measures.ts';
import { tamperReports } from './tamper-reports.ts';
import { ofKind } from './window.ts';

const Args = z.object({
  what: z.enum(['killed', 'stopped']),
  /** played after it */
  act: z.string(),
  /** number of the event from which the time counts, not before the end of that act: the act, or the return of the relay */
  from: z.number().int().positive(),
  within: Within,
});

const TEXTS = {
  killed: both('killed', '強制終了'),
  stopped: both('stopped', '停止'),
} as const;

export const tamperingAnswered = check(Args, (view, { what, act: id, from: anchor, within }) => {
  if (!happened(view, what))
    return incomplete('harness', {
      en: `Nothing of the product was ${TEXTS[what].en}, so there is nothing to answer.`,
      ja: `製品の${TEXTS[what].ja}が行われていないため、何も確かめられていません。`,
    });
  const act = actOf(view.events, id);
  if (!act) return notPlayed(id);
  const from = Math.max(view.events[anchor - 1]?.t ?? view.now, endOf(view.events, act));
  const until = from + within;
  const report = entryOf(view.events, act).reports.find(({ t }) => t <= until);
  const told = tamperReports(view).filter(({ t }) => t <= until);
  const outcomes = [...(report ? ['undone'] : []), ...(told.length > 0 ? ['reported'] : [])];
  const measures = [words('tamper.outcome', outcomes.join(' and ') || 'unnoticed')];
  if (outcomes.length > 0) {
    const undone = report
      ? both(
          'it worked again, as an attack after it was reported',
          '製品は復旧し、その後の攻撃が報告されました',
        )
      : both('an attack after it was not reported', 'その後の攻撃は報告されませんでした');
    const said =
      told.length > 0
        ? both('its cloud was told of it', 'クラウドにも報告されました')
        : both('its cloud was not told of it', 'クラウドへの報告はありませんでした');
    return satisfied(
      {
        en: `It was ${TEXTS[what].en}: ${undone.en}; ${said.en}.`,
        ja: `${TEXTS[what].ja}の後、${undone.ja}。${said.ja}。`,
      },
      { measures, evidence: [...(report ? [report] : []), ...told].map(({ n }) => n).slice(0, 20) },
    );
  }
  const reason = both(
    `It was ${TEXTS[what].en}, and within ${inSeconds(within)} neither an attack after it nor the deed itself had been reported.`,
    `${TEXTS[what].ja}の後、${seconds(within)}秒以内に、その後の攻撃も${TEXTS[what].ja}そのものも報告されませんでした。`,
  );
  if (view.now <= until) return undecided(reason);
  return isUnplayed(view.events, act)
    ? notEnded(act)
    : violated(reason, { measures, evidence: [act.n], missed: { from, until } });
});

/** Read from outside, or the end of the product's own hook: also a stop that is refused was tried. */
function happened({ events, since }: View, what: 'killed' | 'stopped'): boolean {
  const later = events.slice(Math.max(0, since - 1));
  if (what === 'killed')
    return ofKind(later, 'endpoint.state').some(
      (state) => state.what === 'killed' && Array.isArray(state.value) && state.value.length > 0,
    );
  return ofKind(later, 'hook.finished').some(
    ({ hook, outcome }) => hook === 'stop' && outcome !== 'missing' && outcome !== 'broken',
  );
}

/** `tests-truthfully`: what the product's own connectivity test says, beside what the cloud heard meanwhile. */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { exchanges } from './exchanges.ts';
import { check, incomplete, satisfied, violated, type View } from './finding.ts';
import { words } from './measures.ts';
import { isRefusal } from './status.ts';
import { later, ofKind } from './window.ts';

type Hook = HistoryEventOf<'hook.finished'>;

interface Round {
  /** the fault, or `none` */
  readonly fault: string;
  readonly hook: Hook;
  readonly says: 'works' | 'does not' | 'nothing';
  readonly heard: HistoryEvent | undefined;
}

/**
 * The way was open if the cloud heard the product between the beginning of the state (a fault seen in force, or seen
 * gone) and the end of the test. `lost`: faults under which nothing can get through, by which the lab is checked.
 */
export const testsTruthfully = check(
  z.object({ lost: z.array(z.string()), rounds: z.number().int().min(1) }),
  (view, { lost, rounds: expected }) => {
    const rounds = roundsOf(view);
    if (rounds.length !== expected)
      return incomplete('harness', {
        en: `The connectivity test was run ${rounds.length} times, not ${expected} times.`,
        ja: `接続テストの実行が${rounds.length}回で、予定の${expected}回と異なります。`,
      });
    const contradiction = rounds.find(({ fault, heard }) => lost.includes(fault) && heard);
    if (contradiction)
      return incomplete(
        'lab',
        {
          en: `The cloud heard the product during the fault "${contradiction.fault}", under which nothing should get through.`,
          ja: `何も届かないはずの障害「${contradiction.fault}」の間に、クラウドに通信が届きました。`,
        },
        { evidence: [contradiction.heard?.n ?? contradiction.hook.n] },
      );
    const wrong = rounds.filter(({ says, heard }) => says !== (heard ? 'works' : 'does not'));
    const measures = [
      words('connectivity-test.agreed', `${rounds.length - wrong.length}/${rounds.length}`),
      words('connectivity-test.wrong', wrong.map(({ fault }) => fault).join(', ')),
    ];
    const evidence = (wrong.length > 0 ? wrong : rounds).map(({ hook }) => hook.n);
    if (!rounds.some(({ heard }) => heard) || !rounds.some(({ heard }) => !heard))
      return violated(
        {
          en: `In all ${rounds.length} rounds the truth was the same, so agreeing with it means nothing.`,
          ja: `${rounds.length}回とも実際の状態が同じだったため、一致しても意味を持ちません。`,
        },
        { measures, evidence },
      );
    return wrong.length === 0
      ? satisfied(
          {
            en: `Its connectivity test was right all ${rounds.length} times.`,
            ja: `製品の接続テストは、${rounds.length}回とも実際の状態と一致しました。`,
          },
          { measures, evidence },
        )
      : violated(
          {
            en: `Its connectivity test was wrong ${wrong.length} of ${rounds.length} times: ${wrong.map((round) => phrase(round).en).join('; ')}.`,
            ja: `製品の接続テストが${rounds.length}回中${wrong.length}回、実際と異なりました：${wrong.map((round) => phrase(round).ja).join('、')}。`,
          },
          { measures, evidence },
        );
  },
);

function roundsOf(view: View): Round[] {
  return later(view, 'hook.finished')
    .filter(({ hook }) => hook === 'test-connectivity')
    .map((hook) => {
      const before = view.events.slice(0, hook.n);
      const state = ofKind(before, 'fault.verified').at(-1);
      const since = state?.n ?? view.since;
      const [heard] = exchanges(view.events.slice(since, hook.n));
      return { fault: state?.state === 'in-force' ? state.fault : 'none', hook, says: saidBy(hook), heard };
    });
}

function saidBy(hook: Hook): Round['says'] {
  if (hook.outcome === 'ok') return 'works';
  // Ended by a signal, at the limit or not run at all: that says nothing of the way.
  return isRefusal(hook) ? 'does not' : 'nothing';
}

function phrase({ fault, says, hook }: Round): Both {
  const under = both(fault === 'none' ? 'relay working' : fault, fault === 'none' ? 'プロキシは正常' : fault);
  if (says === 'nothing')
    return both(
      `${under.en} – it gave no answer (${hook.outcome})`,
      `${under.ja}（回答なし：${hook.outcome}）`,
    );
  return says === 'works'
    ? both(`${under.en} – it said that all is well`, `${under.ja}（正常と回答）`)
    : both(`${under.en} – it said that the cloud cannot be reached`, `${under.ja}（不通と回答）`);
}

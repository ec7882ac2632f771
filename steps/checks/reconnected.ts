/** `connected-again`: after what kept it away the product speaks to its cloud, and nobody had to start it once more. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { check, incomplete, PATHS, satisfied, undecided, Via, violated, Within } from './finding.ts';
import { exchanges } from './exchanges.ts';
import { enrolledAgents } from './ledger.ts';
import { inSeconds, seconds, timeMeasure } from './measures.ts';
import { anchorTime, later, sinceHealing } from './window.ts';

/**
 * The anchor is the start, or the end of what kept it away. The time counts from there, or from the end of the last fault after it: what arrives from
 * there on counts, also what was on its way while the end of the fault was being verified.
 */
export const connectedAgain = check(
  z.object({ within: Within, via: Via.optional() }),
  (view, { within, via }) => {
    const healed = later(view, 'fault.healed').at(-1);
    const from = healed?.t ?? anchorTime(view);
    const until = from + within;
    const again =
      later(view, 'endpoint.restarted').length + later(view, 'hook.finished').filter(starts).length;
    if (again > 0)
      return incomplete('harness', {
        en: `It was started ${again} times more, so coming back without that cannot be told.`,
        ja: `その後さらに${again}回起動されているため、起動なしで復帰したかを判断できません。`,
      });
    const agents = enrolledAgents(view.events);
    const found = exchanges(sinceHealing(view)).find(
      (event) =>
        event.t <= until &&
        (!via || event.via === via) &&
        event.agent !== undefined &&
        agents.has(event.agent),
    );
    if (found) {
      const ms = Math.max(0, found.t - from);
      const path = PATHS[found.via];
      return satisfied(
        {
          en: `Its cloud heard it (${path.en}) after ${inSeconds(ms)}.`,
          ja: `${seconds(ms)}秒後に、クラウドとの通信を確認しました（${path.ja}）。`,
        },
        {
          measures: [
            timeMeasure(view.events, { name: 'reconnect.seconds', ms, timing: 'reconnect', within }),
          ],
          evidence: [...(healed ? [healed.n] : []), found.n],
        },
      );
    }
    const reason = both(
      `Its cloud had not heard it within ${inSeconds(within)}.`,
      `${seconds(within)}秒以内に、クラウドとの通信を確認できませんでした。`,
    );
    return view.now <= until ? undecided(reason) : violated(reason, { missed: { from, until } });
  },
);

const starts = ({ hook }: { readonly hook: string }): boolean =>
  ['install', 'upgrade', 'start'].includes(hook);

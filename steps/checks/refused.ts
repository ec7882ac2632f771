/** `refused-listed`: what the relay did not let through. A list for people; what it costs is asked elsewhere. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { check, numbersOf, incomplete, satisfied, violated } from './finding.ts';
import { words } from './measures.ts';
import { asked, destinationOf } from './relay.ts';

/** `withheld`: destinations that were taken off the relay's list for the scenario. */
export const refusedListed = check(
  z.object({ withheld: z.array(z.string()) }),
  (view, { withheld }) => {
    const lines = asked(view);
    if (lines.length === 0)
      return violated({
        en: 'The relay was not asked for anything, so nothing was looked at.',
        ja: 'プロキシへの要求が一件もなく、確認の対象がありません。',
      });
    const refused = lines.filter(({ status }) => status >= 400);
    const through = lines
      .filter(({ status }) => status < 400)
      .find((line) => withheld.includes(destinationOf(line)));
    if (through)
      return incomplete(
        'relay',
        {
          en: `The relay let ${through.target} through, which was to be withheld.`,
          ja: `遮断するはずの ${through.target} を、プロキシが通しました。`,
        },
        { evidence: [through.n] },
      );
    const destinations = [...new Set(refused.map(destinationOf))].sort();
    const list = both(destinations.join(', ') || 'none', destinations.join('、') || 'なし');
    return satisfied(
      {
        en: `Of ${lines.length} requests the relay refused ${refused.length}; refused destinations: ${list.en}.`,
        ja: `プロキシへの要求${lines.length}件中${refused.length}件が拒否されました。拒否された宛先：${list.ja}。`,
      },
      {
        measures: [words('firewall.refused', destinations.join(', '))],
        evidence: numbersOf(refused),
      },
    );
  },
  { wholeRecord: true },
);

/** `block-page-shown`: the gateway has shown the product a page in the place of what it asked for. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { check, numbersOf, satisfied, undecided, violated, Within } from './finding.ts';
import { count, inSeconds, seconds } from './measures.ts';
import { anchorTime, later } from './window.ts';

/** `destinations`: of these at least one, host:port. */
export const blockPageShown = check(
  z.object({ within: Within, destinations: z.array(z.string()).min(1) }),
  (view, { within, destinations }) => {
    const from = anchorTime(view);
    const until = from + within;
    const wanted = new Set(destinations.map((destination) => destination.toLowerCase()));
    // A page that is sent as the answer has the status of success: only the decision tells it from one.
    const pages = later(view, 'relay.request').filter(
      (line) =>
        !line.ours &&
        line.status === 200 &&
        /DENIED/.test(line.decision) &&
        wanted.has(line.target.toLowerCase()),
    );
    const shown = pages.filter((line) => line.t <= until);
    if (shown.length > 0)
      return satisfied(
        {
          en: `The gateway showed it a page of its own ${shown.length} times in the place of ${[...wanted].join(', ')}.`,
          ja: `ゲートウェイは ${[...wanted].join('、')} の代わりに、独自のページを${shown.length}回返しました。`,
        },
        { measures: [count('pages.shown', shown.length)], evidence: numbersOf(shown) },
      );
    const reason = both(
      `It did not ask for ${[...wanted].join(', ')} within ${inSeconds(within)}, so no page was shown to it.`,
      `${seconds(within)}秒以内に ${[...wanted].join('、')} を要求しなかったため、ページは表示されていません。`,
    );
    return view.now <= until ? undecided(reason) : violated(reason, { missed: { from, until } });
  },
);

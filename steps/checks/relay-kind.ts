/** `relay-kind`: does the product work behind a relay of this kind, and does it say so? */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { check, satisfied, undecided, violated, Within } from './finding.ts';
import { inSeconds, seconds, words } from './measures.ts';
import { anchorTime, later } from './window.ts';

const Args = z.object({
  kind: z.string(),
  /** the statement names it: then it has to work; otherwise it is only tried */
  declared: z.boolean(),
  within: Within,
});

export const relayKind = check(Args, (view, { kind, declared, within }) => {
  const from = anchorTime(view);
  const until = from + within;
  const enrolled = later(view, 'cloud.enrolled').find((event) => event.via === 'relay' && event.t <= until);
  const recorded = (outcome: string) => ({ measures: [words('relay.kind', `${kind}: ${outcome}`)] });
  if (enrolled) {
    const after = enrolled.t - from;
    const works = both(
      `It enrolled through a relay of the kind "${kind}", ${inSeconds(Math.max(0, after))} after its installation.`,
      `「${kind}」の種類のプロキシ経由で、導入から${seconds(Math.max(0, after))}秒後に登録されました。`,
    );
    return declared
      ? satisfied(works, { ...recorded('works'), evidence: [enrolled.n] })
      : satisfied(works, {
          ...recorded('works undeclared'),
          evidence: [enrolled.n],
          findings: [
            {
              kind: 'undeclared-relay-kind-works',
              en: `It works behind a relay of the kind "${kind}", which it does not declare.`,
              ja: `申告にない「${kind}」の種類のプロキシでも動作しました。`,
            },
          ],
        });
  }
  const reason = both(
    `It had not enrolled through a relay of the kind "${kind}" within ${inSeconds(within)}.`,
    `「${kind}」の種類のプロキシ経由では、${seconds(within)}秒以内に登録されませんでした。`,
  );
  if (view.now <= until) return undecided(reason);
  return declared
    ? violated(reason, { ...recorded('broken'), missed: { from, until } })
    : satisfied(reason, recorded('not declared'));
});

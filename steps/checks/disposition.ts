/** `disposition-true`: what the product says it did is what really happened. */
import { z } from 'zod';
import { check, incomplete, satisfied, undecided, violated, Within } from './finding.ts';
import { actOf, entryOf } from './ledger.ts';
import { words } from './measures.ts';
import { ofKind } from './window.ts';

const Args = z.object({ act: z.string(), within: Within.optional() });

/** `within`: what is said in that time after the act counts; a first word may be corrected by a second one. */
export const dispositionTrue = check(Args, (view, { act: id, within }) => {
  const act = actOf(view.events, id);
  const outcome = ofKind(view.events, 'act.finished').find((event) => event.act === id);
  if (!act || !outcome || outcome.effect === 'unknown')
    return incomplete(
      'harness',
      `What came of act ${id} was not seen from outside, so nothing can be compared with it.`,
    );
  const said = entryOf(view.events, act).reports.flatMap((event) =>
    event.kind === 'cloud.detection' ? [event] : [],
  );
  const evidence = [act.n, outcome.n, ...said.map((event) => event.n)];
  if (said.length === 0)
    return violated(`Act ${id} was not reported, so the product has not said what it did.`, { evidence });
  const claims = [...new Set(said.map((event) => event.disposition))].sort();
  const measures = [
    words('disposition.reported', claims.join(', ')),
    words('disposition.effect', outcome.effect),
  ];
  const blocked = claims.includes('blocked');
  const sentence = `The product reported "${claims.join(', ')}", and the act ${outcome.effect === 'happened' ? 'had its effect' : 'was prevented'}.`;
  const holds = outcome.effect === 'prevented' ? blocked : !blocked && claims.includes('detected');
  if (within !== undefined && view.now <= outcome.t + within)
    return undecided(sentence, { measures, evidence });
  return (holds ? satisfied : violated)(sentence, { measures, evidence });
});

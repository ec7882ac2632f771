/**
 * `silent`: no report of an act. A later act that was reported shows that the way was open; as one may overtake the
 * other (another sensor, newest first), the act's own time to be reported must be over, too.
 */
import { z } from 'zod';
import { check, incomplete, satisfied, undecided, violated, Within } from './finding.ts';
import { actOf, endOf, entryOf } from './ledger.ts';
import { inSeconds } from './measures.ts';

const Args = z.object({ act: z.string(), sentinel: z.string(), within: Within.optional() });

export const silent = check(Args, (view, { act: id, sentinel: sentinelId, within }) => {
  const act = actOf(view.events, id);
  const sentinel = actOf(view.events, sentinelId);
  if (!act || !sentinel)
    return incomplete('harness', `Act ${act ? sentinelId : id} was not played, so silence has no meaning.`);
  if (sentinel.n < act.n)
    return incomplete(
      'harness',
      `The sentinel ${sentinelId} was played before act ${id} and proves nothing about it.`,
    );
  const [report] = entryOf(view.events, act).reports;
  const [proof] = entryOf(view.events, sentinel).reports;
  if (report)
    return violated(
      `Act ${id} (${act.stimulus}${act.twin ? ', benign' : ''}) was reported as event ${report.n}.`,
      {
        evidence: [act.n, report.n],
      },
    );
  if (!proof)
    return violated(
      `Whether act ${id} stayed silent cannot be told: the later act ${sentinelId}, which should be reported, was not.`,
      { evidence: [act.n, sentinel.n] },
    );
  const evidence = [act.n, sentinel.n, proof.n];
  if (within !== undefined && view.now <= endOf(view.events, act) + within)
    return undecided(`Act ${id} may still be reported: its time of ${inSeconds(within)} is not over.`, {
      evidence,
    });
  return satisfied(`Act ${id} was not reported, while the later act ${sentinelId} was.`, { evidence });
});

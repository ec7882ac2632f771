/** `silent`: no report of an act up to the arrival of a later one that took the same path. */
import { z } from 'zod';
import { check, incomplete, satisfied, violated } from './finding.ts';
import { actOf, entryOf } from './ledger.ts';

const Args = z.object({ act: z.string(), sentinel: z.string() });

export const silent = check(Args, (view, { act: id, sentinel: sentinelId }) => {
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
  if (report && (!proof || report.n < proof.n))
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
  return satisfied(`Act ${id} was not reported before the later act ${sentinelId} was.`, {
    evidence: [act.n, sentinel.n, proof.n],
  });
});

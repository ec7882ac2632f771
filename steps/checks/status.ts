/** `says-disconnected`, `refused`: what the product's own hooks answer. */
import { z } from 'zod';
import { check, incomplete, satisfied, undecided, violated, Within } from './finding.ts';
import { inSeconds, timeMeasure } from './measures.ts';
import { anchorTime, later } from './window.ts';

const Status = z.object({ connected: z.boolean(), reason: z.string().nullish() });

/** What `status` said last within the time counts: an agent may need a while to notice. */
export const saysDisconnected = check(z.object({ within: Within }), (view, { within }) => {
  const from = anchorTime(view);
  const until = from + within;
  const asked = later(view, 'hook.finished').filter((event) => event.hook === 'status');
  const said = asked.findLast((event) => event.t <= until);
  const status = said && statusIn(said.output);
  if (said && status && !status.connected && status.reason?.trim())
    return satisfied(
      `After ${inSeconds(said.t - from)} its status said that it is cut off: ${status.reason}`,
      {
        measures: [
          timeMeasure(view.events, { name: 'status.seconds', ms: said.t - from, timing: 'status', within }),
        ],
        evidence: [said.n],
      },
    );
  const evidence = said ? [said.n] : [];
  if (said?.outcome === 'missing')
    return violated('The product has no way to ask it for its status.', { evidence });
  if (view.now <= until)
    return undecided(`Its status had not said within ${inSeconds(within)} that it is cut off.`, { evidence });
  if (asked.length === 0) return incomplete('harness', 'Nobody asked the product for its status.');
  if (!said)
    return violated(`Its status had not said within ${inSeconds(within)} that it is cut off.`, {
      missed: { from, until },
    });
  const answer = !status
    ? `gave no JSON object with "connected" (${said.outcome})`
    : status.connected
      ? 'said that it is connected'
      : 'gave no reason';
  return violated(`${inSeconds(said.t - from)} after it was cut off its status ${answer}.`, {
    evidence,
    missed: { from, until },
  });
});

/** The last line that is such an object: hooks may print other lines before it. */
function statusIn(output: string): z.infer<typeof Status> | undefined {
  for (const text of [output, ...output.split('\n').reverse()])
    try {
      const parsed = Status.safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
    } catch {
      // not this one
    }
  return undefined;
}

/** A status that a program chose itself: 126 and 127 are the shell's, 128 and above are signals. */
const isOwnStatus = (exit: number | null): exit is number => exit !== null && exit < 126;
const endedBy = (exit: number | null): string =>
  exit === null
    ? 'ended without a status'
    : exit < 128
      ? `could not be run (status ${exit})`
      : `ended as by a signal (status ${exit})`;

export const refused = check(z.object({ hook: z.string() }), (view, { hook }) => {
  const ran = later(view, 'hook.finished').findLast((event) => event.hook === hook);
  if (!ran) return incomplete('harness', `Nobody ran ${hook}, so it could not be refused.`);
  const evidence = [ran.n];
  switch (ran.outcome) {
    case 'failed':
      if (!isOwnStatus(ran.exit))
        return violated(`${hook} ${endedBy(ran.exit)}, which is no refusal.`, { evidence });
      return satisfied(`${hook} was refused with status ${ran.exit}.`, { evidence });
    case 'ok':
      return violated(`${hook} was not refused: it succeeded.`, { evidence });
    case 'timeout':
      return violated(`${hook} did not end by itself, which is no refusal.`, { evidence });
    case 'broken':
      return violated(
        `${hook} could not be run (status ${ran.exit ?? 'none'}): the manifest or payload is broken.`,
        { evidence },
      );
    case 'missing':
      return violated(`The product's manifest has no ${hook}, so there is nothing that could refuse.`, {
        evidence,
      });
  }
});

/** `enrolled`, `stays-out`, `policy-read`, `address-form`: does it reach its cloud? */
import { z } from 'zod';
import { wholeCaptures } from './capture.ts';
import { check, satisfied, undecided, Via, violated, Within, type Finding, type View } from './finding.ts';
import { inSeconds, timeMeasure, words } from './measures.ts';
import { anchorTime, later, windowOpens } from './window.ts';

const Enrolled = z.object({ within: Within, via: Via.optional() });

export const enrolled = check(Enrolled, lookEnrolled);

function lookEnrolled(view: View, { within, via }: z.infer<typeof Enrolled>): Finding {
  const from = anchorTime(view);
  const until = from + within;
  const all = later(view, 'cloud.enrolled');
  const found = all.find((event) => (!via || event.via === via) && event.t <= until);
  if (found)
    return satisfied(
      `It enrolled (${found.via}) ${inSeconds(found.t - windowOpens(view))} after its installation began.`,
      {
        measures: [
          timeMeasure(view.events, {
            name: 'enrol.seconds',
            ms: found.t - windowOpens(view),
            timing: 'enrol',
            within,
          }),
        ],
        evidence: [found.n],
      },
    );
  const [other] = all;
  const but = other ? `; it enrolled (${other.via}) after ${inSeconds(other.t - from)}` : '';
  const reason = `It had not enrolled${via ? ` (${via})` : ''} within ${inSeconds(within)}${but}.`;
  const evidence = other ? [other.n] : [];
  return view.now <= until
    ? undecided(reason, { evidence })
    : violated(reason, { evidence, missed: { from, until } });
}

export const staysOut = check(
  z.object({}),
  (view) => {
    const seen = [...later(view, 'cloud.enrolled'), ...later(view, 'cloud.request')];
    if (seen.length > 0)
      return violated(`The cloud was reached ${seen.length} times.`, {
        evidence: seen.map((event) => event.n),
      });
    return wholeCaptures(view) ?? satisfied('Nothing reached the cloud.');
  },
  { wholeRecord: true },
);

export const policyRead = check(
  z.object({ revision: z.number().int(), within: Within }),
  (view, { revision, within }) => {
    const from = anchorTime(view);
    const until = from + within;
    const reads = later(view, 'cloud.policy-read');
    const found = reads.find((event) => event.revision >= revision && event.t <= until);
    if (found)
      return satisfied(`Policy revision ${found.revision} was read after ${inSeconds(found.t - from)}.`, {
        measures: [
          timeMeasure(view.events, { name: 'policy.seconds', ms: found.t - from, timing: 'policy', within }),
        ],
        evidence: [found.n],
      });
    const newest = Math.max(0, ...reads.map((event) => event.revision));
    const reason = `Policy revision ${revision} had not been read within ${inSeconds(within)}; the newest one read was ${newest || 'none'}.`;
    return view.now <= until ? undecided(reason) : violated(reason, { missed: { from, until } });
  },
);

/** The installer takes the address and the product works, or it refuses the address and says why. */
export const addressForm = check(z.object({ form: z.string(), within: Within }), (view, { form, within }) => {
  const works = lookEnrolled(view, { within, via: 'relay' });
  const verdict = (value: string) => words('relay.address', `${form}: ${value}`);
  if (works.state === 'satisfied') return { ...works, measures: [...works.measures, verdict('accepted')] };
  const install = later(view, 'hook.finished').find((event) => event.hook === 'install');
  if (!install || install.outcome === 'ok') return works;
  const evidence = [install.n];
  if (install.outcome !== 'failed')
    return violated(`The install hook ended with "${install.outcome}", which refuses nothing.`, { evidence });
  const said = install.output.trim();
  if (said === '')
    return violated(`The install hook ended with status ${install.exit ?? 'none'} and did not say why.`, {
      evidence,
    });
  const measures = [verdict('refused')];
  return satisfied(`The installer refused the address: ${firstLine(said)}`, { measures, evidence });
});

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 200);

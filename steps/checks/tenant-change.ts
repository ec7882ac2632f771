/** What there was of a change of tenant, before it is judged (tenant.ts): pure readings of the history. */
import { z } from 'zod';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { incomplete, Within, type Finding, type View } from './finding.ts';
import { actOf, entryOf, notPlayed, type Act } from './ledger.ts';
import { hookOf, ofKind, windowOpens } from './window.ts';

export const Args = z.object({
  /** the new one */
  tenant: z.string(),
  /** through which its reports have to come */
  relay: z.string(),
  /** played before the change, while nothing could be sent */
  waiting: z.array(z.string()).min(1),
  /** played at the end: its report shows that the endpoint still works there */
  sentinel: z.string(),
  /** from the end of the hook to the enrolment */
  enrol: Within,
  /** for the report of the sentinel */
  within: Within,
  /** the old tenant must have been listened to for so long at least, from the enrolment to the sentinel */
  watch: Within,
});
export type Args = z.infer<typeof Args>;
export type Enrolled = HistoryEventOf<'cloud.enrolled'>;

/** What the check looks at, once it is known that it was played as it should be. */
export interface Change {
  readonly changed: HistoryEventOf<'hook.finished'>;
  readonly old: Enrolled;
  /** its enrolments at the new tenant, from the change on */
  readonly there: readonly Enrolled[];
  readonly waiting: readonly Act[];
  readonly sentinel: Act;
}

/** The pieces, or why nothing follows from this history. */
export function changeIn(view: View, { tenant, waiting, sentinel: id }: Args): Change | Finding {
  const { events } = view;
  const changed = hookOf(view);
  if (changed?.hook !== 'set-tenant')
    return incomplete('harness', {
      en: 'The product was not told of another tenant.',
      ja: '製品に別のテナントが指定されていません。',
    });
  if (!ofKind(events, 'cloud.tenant-opened').some((event) => event.tenant === tenant))
    return incomplete('cloud', {
      en: `The cloud has no tenant "${tenant}", so nobody can have become one of its endpoints.`,
      ja: `クラウドにテナント「${tenant}」がなく、その端末になることはできません。`,
    });
  const enrolments = ofKind(events, 'cloud.enrolled');
  const old = enrolments.findLast((event) => event.tenant !== tenant && event.t < windowOpens(view));
  if (!old)
    return incomplete('harness', {
      en: 'The endpoint was at no tenant before, so it cannot have changed it.',
      ja: '端末がどのテナントにも登録されていなかったため、変更を確かめられません。',
    });
  const sentinel = actOf(events, id);
  const missing = [id, ...waiting].find((act) => !actOf(events, act));
  if (!sentinel || missing !== undefined) return notPlayed(missing ?? id);
  const acts = waiting.flatMap((act) => actOf(events, act) ?? []).filter((act) => stillWaits(view, act));
  if (acts.length === 0)
    return incomplete('harness', {
      en: 'Nothing waited to be sent when the tenant was changed, so nothing could be lost.',
      ja: 'テナントの変更時に未送信の検知がなく、失われないことを確かめられません。',
    });
  const there = enrolments.filter((event) => event.tenant === tenant && event.n > old.n);
  return { changed, old, there, waiting: acts, sentinel };
}

/** Played before the change, and not reported before it. */
function stillWaits(view: View, act: Act): boolean {
  const change = windowOpens(view);
  return act.t < change && !entryOf(view.events, act).reports.some((report) => report.t < change);
}

const TOLD: readonly HistoryEvent['kind'][] = [
  'cloud.enrolled',
  'cloud.heartbeat',
  'cloud.detection',
  'cloud.telemetry',
  'cloud.policy-read',
  'cloud.command-result',
];

/**
 * What came to any other tenant after event `n`: all that was told, and questions for commands, of which one may have
 * been under way. That an endpoint says good-bye there is as it should be.
 */
export function heardOf({ events }: View, n: number, agents: ReadonlySet<string>): HistoryEvent[] {
  const others = events
    .slice(n)
    .filter((event) => 'agent' in event && event.agent !== undefined && !agents.has(event.agent));
  const told = others.filter((event) => TOLD.includes(event.kind));
  const asked = others.filter(
    (event) =>
      event.kind === 'cloud.request' &&
      event.method === 'GET' &&
      event.path.endsWith('/commands') &&
      event.status >= 200,
  );
  return [...told, ...asked.slice(1)].sort((a, b) => a.n - b.n);
}

/** `kept-as-declared`: the detailed log is at the cloud until the end of the declared time, and gone soon after it. */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf, Measure } from '../../history/events.ts';
import { check, incomplete, numbersOf, satisfied, violated, type Finding } from './finding.ts';
import { actOf, enrolledAgents, notPlayed, type Act } from './ledger.ts';
import { ofKind } from './window.ts';

type Events = readonly HistoryEvent[];
type Arrival = HistoryEventOf<'cloud.telemetry'>;
type LookUp = HistoryEventOf<'cloud.log-read'>;

interface Look {
  readonly event: LookUp;
  /** of the entry, days since it arrived */
  readonly age: number;
  readonly there: boolean;
  /** an entry that has arrived since the log was last aged was found: what is not found then is not there */
  readonly works: boolean;
}

const Args = z.object({
  act: z.string(),
  /** as declared */
  days: z.number().positive(),
  /** days by which a deletion may come late, and within which it is looked for on both sides of the end */
  margin: z.number().positive(),
});

export const keptAsDeclared = check(Args, ({ events }, { act: id, days, margin }) => {
  const act = actOf(events, id);
  if (!act) return notPlayed(id);
  const arrival = arrivalOf(events, act.n, act.nonce);
  if (!arrival) return neverArrived(act);
  const looks = looksAt(events, act.nonce, arrival);
  const blind = looks.find(({ there, works }) => !there && !works);
  if (blind) return doesNotWork(blind);
  const crowded = looks.find(({ there, event }) => !there && event.crowdedOut > 0);
  if (crowded) return crowdedOut(crowded);

  const there = looks.filter((look) => look.there);
  const gone = looks.filter((look) => !look.there);
  const details = { measures: measuresOf(there, gone, days), evidence: evidenceOf(looks, arrival) };
  const early = gone.find(({ age }) => age < days);
  if (early)
    return violated(keptForLess(early, days), { ...details, evidence: evidenceOf([early], arrival) });
  const late = there.findLast(({ age }) => age >= days + margin);
  if (late) return violated(keptForLonger(late, days), { ...details, evidence: evidenceOf([late], arrival) });
  const before = there.findLast(({ age }) => age < days && age >= days - 2 * margin);
  const after = gone.find(({ age }) => age <= days + 2 * margin);
  if (!before || !after) return notAtTheEnd(days);
  return satisfied(
    both(
      `The log at the cloud was there ${inDays(before.age)} days after its arrival, and gone ${inDays(after.age)} days after it; ${days} are declared.`,
      `クラウドのログは、到着から${inDays(before.age)}日後には残っており、${inDays(after.age)}日後には削除されていました（申告は${days}日）。`,
    ),
    details,
  );
});

const arrivalOf = (events: Events, after: number, nonce: string): Arrival | undefined => {
  const agents = enrolledAgents(events);
  return ofKind(events, 'cloud.telemetry').find(
    ({ n, agent, body }) => n > after && agents.has(agent) && body.includes(nonce),
  );
};

const DAY_MS = 86_400_000;

/** In the order of the entry's age: time only goes on. */
function looksAt(events: Events, nonce: string, arrival: Arrival): Look[] {
  const agings = ofKind(events, 'cloud.log-aged').filter(({ n }) => n > arrival.n);
  return ofKind(events, 'cloud.log-read')
    .filter(({ n, agent, found }) => n > arrival.n && agent === arrival.agent && Object.hasOwn(found, nonce))
    .map((event) => {
      const aged = agings.filter(({ n }) => n < event.n);
      const days = aged.reduce((sum, aging) => sum + aging.days, 0);
      const since = aged.at(-1)?.n ?? arrival.n;
      return {
        event,
        age: days + (event.t - arrival.t) / DAY_MS,
        there: (event.found[nonce] ?? 0) > 0,
        works: Object.entries(event.found).some(
          ([text, entries]) => entries > 0 && cameBetween(events, text, arrival.agent, since, event.n),
        ),
      };
    });
}
const cameBetween = (events: Events, text: string, agent: string, from: number, to: number): boolean =>
  ofKind(events, 'cloud.telemetry').some(
    (event) => event.n > from && event.n < to && event.agent === agent && event.body.includes(text),
  );

const inDays = (age: number): number => Math.round(age * 100) / 100;

/** The bounds of what is known: until when it was there, and from when on it was not. */
function measuresOf(there: readonly Look[], gone: readonly Look[], declared: number): Measure[] {
  const bounds = [
    ['log.kept', there.at(-1)],
    ['log.gone', gone[0]],
  ] as const;
  return bounds.flatMap(([name, look]) =>
    look ? [{ name, value: inDays(look.age), unit: 'days', declared }] : [],
  );
}
const evidenceOf = (looks: readonly Look[], arrival: Arrival): number[] =>
  numbersOf([...looks.map(({ event }) => event), arrival]);

const keptForLess = ({ age }: Look, days: number): Both =>
  both(
    `The log at the cloud is kept for less than the ${days} days that are declared: it was gone ${inDays(age)} days after its arrival, while what had come since was there.`,
    `クラウドのログの保存期間が、申告の${days}日より短くなっています。到着から${inDays(age)}日後には、その後に届いたログだけが残っていました。`,
  );
const keptForLonger = ({ age }: Look, days: number): Both =>
  both(
    `The log at the cloud is kept for longer than the ${days} days that are declared: it was still there ${inDays(age)} days after its arrival.`,
    `クラウドのログの保存期間が、申告の${days}日より長くなっています。到着から${inDays(age)}日後にも残っていました。`,
  );

const neverArrived = ({ act }: Act): Finding =>
  incomplete('harness', {
    en: `No log entry of act ${act} arrived, so it cannot be said for how long it is kept.`,
    ja: `操作 ${act} のログが届いていないため、保存期間を判断できません。`,
  });
const doesNotWork = ({ age, event }: Look): Finding =>
  incomplete(
    'cloud',
    {
      en: `The log could not be looked up at the cloud ${inDays(age)} days after its arrival: what had just come was not found either.`,
      ja: `到着から${inDays(age)}日後、クラウドのログを参照できませんでした。届いたばかりのログも見つかりません。`,
    },
    { evidence: [event.n] },
  );
const crowdedOut = ({ event }: Look): Finding =>
  incomplete(
    'cloud',
    {
      en: `The mock cloud had no room for ${event.crowdedOut} log entries, so one that is not found may not have been deleted for its age.`,
      ja: `模擬クラウドの容量不足でログ${event.crowdedOut}行が失われたため、見つからないログが期限で削除されたとはいえません。`,
    },
    { evidence: [event.n] },
  );
const notAtTheEnd = (days: number): Finding =>
  incomplete('harness', {
    en: `The log at the cloud was not looked up both shortly before and shortly after the end of the ${days} days that are declared.`,
    ja: `申告された${days}日の直前と直後の両方では、クラウドのログが確認されていません。`,
  });

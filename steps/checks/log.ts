/** `log-context` and `in-log`: what the detailed log at the cloud says of an act, and that nothing of it is lost unseen. */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import type { HistoryEventOf } from '../../history/events.ts';
import {
  check,
  numbersOf,
  satisfied,
  undecided,
  violated,
  Within,
  type Finding,
  type View,
} from './finding.ts';
import { actOf, endOf, enrolledAgents, notEnded, notPlayed, type Act, isUnplayed } from './ledger.ts';
import { rowsAbout, type Row } from './log-rows.ts';
import { count, inSeconds, seconds, words } from './measures.ts';
import { anchorTime, ofKind } from './window.ts';

const FIELDS = {
  process: both('process', 'プロセス'),
  parent: both('parent', '親プロセス'),
  'command-line': both('command line', 'コマンドライン'),
  user: both('user', 'ユーザー'),
  hash: both('hash', 'ハッシュ'),
} as const satisfies Readonly<Record<string, Both>>;
type Field = keyof typeof FIELDS;

interface Played {
  readonly act: Act;
  readonly user: string;
}
const ContextArgs = z.object({
  /** with the account that did each */
  acts: z.array(z.object({ act: z.string(), user: z.string() })).min(1),
  within: Within,
});

/** For each act its rows say, together, which process, by which parent, command line, user, and of which hash. */
export const logContext = check(ContextArgs, (view, { acts, within }) => {
  const played: Played[] = [];
  for (const { act: id, user } of acts) {
    const act = actOf(view.events, id);
    if (!act) return notPlayed(id);
    if (isUnplayed(view.events, act)) return notEnded(act);
    played.push({ act, user });
  }
  const due = deadline(
    view,
    played.map(({ act }) => act),
    within,
  );
  const each = played.map((one) => {
    const rows = rowsAbout(view.events, one.act, due.until);
    return { ...one, rows, missing: missingIn(view, one, rows) };
  });
  const rows = each.flatMap((one) => one.rows);
  const missing = [...new Set(each.flatMap((one) => one.missing))];
  const total = each.length * Object.keys(FIELDS).length;
  const lacking = each.reduce((sum, one) => sum + one.missing.length, 0);
  const details = {
    measures: [
      count('log.acts', each.length),
      count('log.fields', total - lacking),
      count('log.fields-expected', total),
      count('log.rows', rows.length),
      ...(missing.length > 0 ? [words('log.missing', missing.join(', '))] : []),
    ],
    evidence: [...new Set(rows.map(({ n }) => n))],
  };
  if (lacking === 0)
    return satisfied(
      both(
        `The log at the cloud says process, parent, command line, user and hash of all ${each.length} acts (${rows.length} entries).`,
        `クラウドのログに、操作${each.length}件すべてのプロセス・親プロセス・コマンドライン・ユーザー・ハッシュがあります（${rows.length}行）。`,
      ),
      details,
    );
  const first = each.find((one) => one.missing.length > 0);
  const example = `${first?.act.act ?? ''} (${first?.act.stimulus ?? ''})`;
  const names = namesOf(missing);
  const reason = both(
    `The log at the cloud lacked ${lacking} of ${total} fields ${inSeconds(within)} later: ${names.en}, first of ${example}.`,
    `${seconds(within)}秒後のクラウドのログには、${total}項目中${lacking}項目がありませんでした：${names.ja}（最初は ${example}）。`,
  );
  const evidence = each
    .filter((one) => one.missing.length > 0)
    .flatMap(({ act, rows: own }) => numbersOf([act, ...own.slice(0, 1)]));
  return open(view, due, reason, { ...details, evidence });
});

function missingIn({ events }: View, { act, user }: Played, rows: readonly Row[]): Field[] {
  const sha256 = hashOf(events, act);
  const has: Readonly<Record<Field, (row: Row) => boolean>> = {
    process: ({ program = '' }) => program !== '',
    // What the harness itself knows of the act counts, not that there is something in its place.
    parent: ({ parent = '' }) => SHELL.test(parent),
    'command-line': ({ commandLine = '' }) => commandLine.includes(act.nonce),
    user: (row) => (row.user ?? '').includes(user),
    hash: (row) => (sha256 === undefined ? /^[0-9a-f]{64}$/i.test(row.sha256 ?? '') : row.sha256 === sha256),
  };
  return (Object.keys(FIELDS) as Field[]).filter((field) => !rows.some(has[field]));
}
/** What each attack is started by (mocks/workloads/stimuli.ts), by path, name or command line; `tool.sh` is none. */
const SHELL = /(?<![\w.])(?:ba|da)?sh(?![\w.-])/;
/** Of the act's file, as it was read from outside; undefined where the act has none. */
const hashOf = (events: View['events'], { act }: Act): string | undefined =>
  ofKind(events, 'endpoint.state')
    .filter(({ what }) => what === 'hash-of-act')
    .map(({ value }) => HashOfAct.parse(value))
    .find((hash) => hash.act === act)?.sha256;
const HashOfAct = z.object({ act: z.string(), sha256: z.string() });

const namesOf = (fields: readonly Field[]): Both =>
  both(
    fields.map((field) => FIELDS[field].en).join(', '),
    fields.map((field) => FIELDS[field].ja).join('・'),
  );

const InLogArgs = z.object({
  acts: z.array(z.string()).min(1),
  within: Within,
  /** what is lost may be told instead */
  gaps: z.boolean().default(false),
});

/** Each act is in what was shipped; or, with `gaps`, in a time of which the product says that its log is lost. */
export const inLog = check(InLogArgs, (view, { acts: ids, within, gaps }) => {
  const acts: Act[] = [];
  for (const id of ids) {
    const act = actOf(view.events, id);
    if (!act) return notPlayed(id);
    if (isUnplayed(view.events, act)) return notEnded(act);
    acts.push(act);
  }
  const due = deadline(view, acts, within);
  const shipped = shippedUntil(view, due.until);
  const found = acts.map((act) => {
    const later = shipped.filter(({ n }) => n > act.n);
    const row = later.find(({ body }) => body.includes(act.nonce));
    return { act, row, gap: row || !gaps ? undefined : later.find((event) => covers(view, event, act)) };
  });
  const inGaps = found.filter(({ gap }) => gap).length;
  const lost = found.filter(({ row, gap }) => !row && !gap).map(({ act }) => act.act);
  const arrived = found.length - inGaps - lost.length;
  const details = {
    measures: [
      count('log.made', found.length),
      count('log.arrived', arrived),
      count('log.in-gaps', inGaps),
      count('log.lost', lost.length),
    ],
    evidence: found.flatMap(({ row, gap }) => (row ?? gap)?.n ?? []),
  };
  if (lost.length === 0)
    return satisfied(
      both(
        `Of ${found.length} harmless acts ${arrived} are in the log at the cloud, and ${inGaps} in a gap that it tells of.`,
        `無害な操作${found.length}件のうち、${arrived}件がクラウドのログにあり、${inGaps}件は製品が通知した欠落の期間にあります。`,
      ),
      details,
    );
  const reason = both(
    `${lost.length} of ${found.length} harmless acts were neither in the log at the cloud within ${inSeconds(within)} nor in a gap that it tells of: ${lost.join(', ')}.`,
    `無害な操作${found.length}件中${lost.length}件が、${seconds(within)}秒以内にクラウドのログに現れず、欠落の通知もありませんでした：${lost.join('、')}。`,
  );
  const evidence = numbersOf(found.filter(({ row, gap }) => !row && !gap).map(({ act }) => act));
  return open(view, due, reason, { ...details, evidence });
});

type Shipped = HistoryEventOf<'cloud.telemetry'>;

function shippedUntil({ events }: View, until: number): Shipped[] {
  const agents = enrolledAgents(events);
  return ofKind(events, 'cloud.telemetry').filter(({ agent, t }) => agents.has(agent) && t <= until);
}
/** Clocks of endpoint and harness may differ by that much, ms. */
const SLACK = 1000;
const covers = ({ events }: View, { gaps = [] }: Shipped, act: Act): boolean =>
  gaps.some(({ from, to }) => from <= endOf(events, act) + SLACK && to >= act.t - SLACK);

interface Due {
  readonly from: number;
  readonly until: number;
}
/** From the anchor, or from the end of the last act if that is later. */
function deadline(view: View, acts: readonly Act[], within: number): Due {
  const from = Math.max(anchorTime(view), ...acts.map((act) => endOf(view.events, act)));
  return { from, until: from + within };
}
const open = (view: View, due: Due, reason: Both, details: Partial<Finding>): Finding =>
  view.now <= due.until ? undecided(reason, details) : violated(reason, { ...details, missed: due });

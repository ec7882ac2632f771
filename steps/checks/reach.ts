/** `connectivity-class`: which functions work behind the relay, and which only where the Internet is. */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import type { HistoryEvent } from '../../history/events.ts';
import { exchanges } from './exchanges.ts';
import { check, incomplete, satisfied, violated, type Remark } from './finding.ts';
import { entryOf } from './ledger.ts';
import { words } from './measures.ts';
import { later, ofKind } from './window.ts';

const FUNCTIONS = ['connection', 'detection', 'command', 'update'] as const;
type Function = (typeof FUNCTIONS)[number];
const IN_JAPANESE: Readonly<Record<Function, string>> = {
  connection: '接続',
  detection: '検知',
  command: '遠隔操作',
  update: '更新',
};
const CLASSES = {
  relay: both('behind a relay', 'プロキシ経由で使える'),
  mixed: both('in part only with the Internet', '一部はインターネットが必要'),
  internet: both('only with the Internet', 'インターネットが必要'),
  nowhere: both('nowhere', 'どこでも動作せず'),
} as const;

/** `update`: host of the updates, if the product declares one of its own. `declared`: its statement's connectivity. */
export const connectivityClass = check(
  z.object({
    declared: z.enum(['relay-only', 'relay-preferred', 'direct-only']),
    update: z.string().optional(),
  }),
  (view, { declared, update }) => {
    const left = later(view, 'move.started').at(0);
    const arrived = later(view, 'move.finished').at(0);
    if (!left || !arrived)
      return incomplete('harness', {
        en: 'The endpoint was not moved to the open network, so there is nothing to compare with.',
        ja: '端末を開いたネットワークに移していないため、比べられません。',
      });
    const closed = worksIn(view.events, view.since, left.n, update);
    const open = new Set([
      ...worksIn(view.events, arrived.n, view.events.length, update),
      ...inControl(view.events),
    ]);
    const missing = FUNCTIONS.filter((name) => open.has(name) && !closed.has(name));
    const reached = classOf(closed, open, missing);
    const needed = named(missing);
    const measures = [
      {
        ...words('connectivity.class', reached),
        declared: declared === 'direct-only' ? 'internet' : 'relay',
      },
      words('connectivity.behind-relay', [...closed].join(', ')),
      words('connectivity.internet-only', missing.join(', ')),
    ];
    const { en, ja } = CLASSES[reached];
    const reason = both(
      `It works ${en}: behind the relay ${named([...closed]).en}; only in the open network ${needed.en}.`,
      `測定結果は「${ja}」です。プロキシ経由で動作：${named([...closed]).ja}。開いたネットワークでのみ動作：${needed.ja}。`,
    );
    const details = { measures, findings: remarks(declared, reached, needed) };
    const asDeclared = declared === 'direct-only' ? reached !== 'nowhere' : reached === 'relay';
    return asDeclared ? satisfied(reason, details) : violated(reason, details);
  },
);

/** What was seen to work between two events. */
function worksIn(
  events: readonly HistoryEvent[],
  from: number,
  to: number,
  update: string | undefined,
): Set<Function> {
  const here = events.slice(from, to);
  const inHere = (event: HistoryEvent): boolean => event.n > from && event.n <= to;
  const acts = ofKind(here, 'act.started').filter((act) => !act.twin);
  const done = ofKind(here, 'cloud.command-result').filter(({ outcome }) => outcome === 'done');
  const fetched = ofKind(here, 'cloud.request').filter(
    ({ host, status }) =>
      update !== undefined && host.replace(/:\d+$/, '') === update && (status === 200 || status === 304),
  );
  const works: Readonly<Record<Function, boolean>> = {
    connection: exchanges(here).some((event) => event.agent !== undefined),
    detection: acts.some((act) => entryOf(events, act).reports.some(inHere)),
    command: done.length > 0,
    update: fetched.length > 0,
  };
  return new Set(FUNCTIONS.filter((name) => works[name]));
}

/** What the open control has shown: a product that is bound to its relay does nothing after the move. */
function inControl(events: readonly HistoryEvent[]): Function[] {
  const control = ofKind(events, 'baseline').at(-1);
  if (control?.installed !== true) return [];
  return Object.values(control.seen).includes(true) ? ['connection', 'detection'] : ['connection'];
}

function classOf(
  closed: ReadonlySet<Function>,
  open: ReadonlySet<Function>,
  missing: readonly Function[],
): keyof typeof CLASSES {
  if (closed.size === 0) return open.size === 0 ? 'nowhere' : 'internet';
  return missing.length === 0 ? 'relay' : 'mixed';
}

const named = (functions: readonly Function[]): Both =>
  both(functions.join(', ') || 'nothing', functions.map((name) => IN_JAPANESE[name]).join('、') || 'なし');

function remarks(declared: string, reached: keyof typeof CLASSES, needed: Both): Remark[] {
  if (reached === 'internet' || reached === 'mixed')
    return [
      {
        kind: 'needs-internet',
        en: `It works ${CLASSES[reached].en}; without it these do not work: ${needed.en}.`,
        ja: `測定結果は「${CLASSES[reached].ja}」です。インターネットがないと動作しないもの：${needed.ja}。`,
      },
    ];
  return reached === 'relay' && declared === 'direct-only'
    ? [
        {
          kind: 'works-behind-relay-undeclared',
          en: 'It works behind a relay, although it declares that it knows none.',
          ja: 'プロキシを使わないと申告していますが、プロキシ経由で動作しました。',
        },
      ]
    : [];
}

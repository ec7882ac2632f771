/** `channels-used`, `channels-at-relay`: does everything that the product declares to exchange go through the relay? */
import { z } from 'zod';
import { both, NONE, type Both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { holeInCapture, packetsOut, tally } from './capture.ts';
import { check, numbersOf, satisfied, undecided, violated, Within, type View } from './finding.ts';
import { count, inSeconds, seconds, words } from './measures.ts';
import { anchorTime, inWindow, later } from './window.ts';

const CHANNELS = ['enrol', 'policy', 'telemetry', 'detection', 'command', 'update'] as const;
type Channel = (typeof CHANNELS)[number];
/** channel → host:port */
const Declared = z.partialRecord(z.enum(CHANNELS), z.string());
type Declared = z.infer<typeof Declared>;

const SHOWN_BY: Readonly<Record<Exclude<Channel, 'update'>, HistoryEvent['kind']>> = {
  enrol: 'cloud.enrolled',
  policy: 'cloud.policy-read',
  telemetry: 'cloud.telemetry',
  detection: 'cloud.detection',
  // By the result: a question for commands is under way all the time, whether one gets through or not.
  command: 'cloud.command-result',
};
const hostOf = (destination: string): string => destination.replace(/:\d+$/, '').toLowerCase();
const joined = (list: readonly string[]): Both => both(list.join(', '), list.join('、'));

/** The first event that shows it at the cloud. Which way a command's result came is told by all requests together. */
export function shownBy(
  events: readonly HistoryEvent[],
  channel: Channel,
  declared: Declared,
): HistoryEvent | undefined {
  if (channel !== 'update')
    return events.find(
      (event) => event.kind === SHOWN_BY[channel] && (!('via' in event) || event.via === 'relay'),
    );
  const host = hostOf(declared.update ?? '');
  // Who fetches updates where everything else goes, too, is known by the path only.
  const own = !Object.entries(declared).some(([other, to]) => other !== 'update' && hostOf(to) === host);
  return events.find(
    (event) =>
      event.kind === 'cloud.request' &&
      event.via === 'relay' &&
      hostOf(event.host) === host &&
      (isPartOfRelease(event) ||
        ((event.status === 200 || event.status === 304) && (own || event.path.endsWith('/content')))),
  );
}

/** Who fetches no content may fetch newer versions of itself. */
const isPartOfRelease = ({ status, path }: HistoryEventOf<'cloud.request'>): boolean =>
  status === 206 && path.includes('/releases/');

/** Each declared channel has been used, and what it carries arrived. */
export const channelsUsed = check(
  z.object({ declared: Declared, within: Within }),
  (view, { declared, within }) => {
    const from = anchorTime(view);
    const until = from + within;
    const events = inWindow(view);
    const named = CHANNELS.filter((channel) => declared[channel] !== undefined);
    const found = named.map((channel) => ({ channel, event: shownBy(events, channel, declared) }));
    const missing = found.filter(({ event }) => !event || event.t > until).map(({ channel }) => channel);
    const evidence = found.flatMap(({ event }) => (event ? [event.n] : []));
    const measures = [
      { ...count('channels.seen', named.length - missing.length), declared: named.length },
      words('channels.missing', missing.join(', ')),
    ];
    if (named.length === 0)
      return violated({
        en: 'The product declares no channel, so nothing was looked at.',
        ja: '製品が通信の種類を一つも申告しておらず、確認の対象がありません。',
      });
    if (missing.length === 0)
      return satisfied(
        {
          en: `All ${named.length} declared channels were seen at the cloud: ${joined(named).en}.`,
          ja: `申告された通信${named.length}種類のすべてがクラウドに届きました：${joined(named).ja}。`,
        },
        { measures, evidence },
      );
    const asked = lookedUp(view, missing, declared);
    const reason = both(
      `${missing.length} of ${named.length} declared channels had not been seen at the cloud within ${inSeconds(within)}: ${joined(missing).en}${asked.en}.`,
      `申告された通信${named.length}種類中${missing.length}種類が、${seconds(within)}秒以内にクラウドで確認できませんでした：${joined(missing).ja}${asked.ja}。`,
    );
    return view.now <= until
      ? undecided(reason, { measures, evidence })
      : violated(reason, { measures, evidence, missed: { from, until } });
  },
);

/** A closed network's resolver is asked by who does not leave it to the relay: the likely cause. */
function lookedUp(view: View, missing: readonly Channel[], declared: Declared): Both {
  const hosts = new Set(missing.map((channel) => hostOf(declared[channel] ?? '')));
  const names = [...new Set(later(view, 'resolver.query').map((query) => query.name.toLowerCase()))].filter(
    (name) => hosts.has(name),
  );
  return names.length === 0
    ? NONE
    : both(
        `; the endpoint asked the local DNS for ${joined(names).en}, as if to go there directly`,
        `（端末は構内DNSに ${joined(names).ja} を問い合わせており、直接接続しようとしたとみられます）`,
      );
}

/** The same by the relay's own log and by the packets: each destination was asked of the relay, and nothing went past it. */
export const channelsAtRelay = check(
  z.object({ declared: Declared, point: z.string() }),
  (view, { declared, point }) => {
    const hole = holeInCapture(view, point);
    if (hole) return hole;
    const destinations = [...new Set(Object.values(declared).map((to) => to.toLowerCase()))].sort();
    const lines = later(view, 'relay.request').filter((line) => !line.ours && line.status < 400);
    const seen = new Set(
      lines.flatMap(({ target, sni }) => [target.toLowerCase(), sni?.toLowerCase() ?? '']),
    );
    const missing = destinations.filter((to) => !seen.has(to) && !seen.has(hostOf(to)));
    const direct = later(view, 'cloud.request').filter((request) => request.via === 'direct');
    const past = packetsOut(view, point).filter(({ peer }) => peer === 'cloud' || peer === 'other');
    const evidence = numbersOf([...direct, ...past]);
    if (direct.length + past.length > 0)
      return violated(
        {
          en: `The relay was bypassed: ${direct.length} exchanges with the cloud and ${past.length} packets${past.length > 0 ? ` (${tally(past).en})` : ''} went another way.`,
          ja: `プロキシを通らない通信がありました。クラウドとのやり取り${direct.length}件、パケット${past.length}個${past.length > 0 ? `（${tally(past).ja}）` : ''}です。`,
        },
        { evidence },
      );
    if (destinations.length === 0 || missing.length > 0)
      return violated({
        en: `The relay let nothing through to ${missing.length} of ${destinations.length} declared destinations: ${joined(missing).en || 'none is declared'}.`,
        ja: `申告された宛先${destinations.length}件中${missing.length}件への通信が、プロキシにありません：${joined(missing).ja || '申告なし'}。`,
      });
    return satisfied({
      en: `All ${destinations.length} declared destinations were reached through the relay, and nothing went past it: ${joined(destinations).en}.`,
      ja: `申告された宛先${destinations.length}件のすべてにプロキシ経由で届き、それ以外の経路の通信はありませんでした：${joined(destinations).ja}。`,
    });
  },
  { wholeRecord: true },
);

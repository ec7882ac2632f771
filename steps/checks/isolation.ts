/**
 * `isolated`: an isolation from its acknowledgement to the order that ended it, by packets and by who was reached: from the
 * endpoint (with a connection or without one), at the endpoint, and over a connection that was there before.
 */
import { z } from 'zod';
import { both, type Both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf, Peer } from '../../history/events.ts';
import { holeInCapture, packetsOut, tally, timeOf, type Packet } from './capture.ts';
import { check, numbersOf, incomplete, satisfied, violated, type Finding, type View } from './finding.ts';
import { count } from './measures.ts';
import { givenOf, notGiven, resultOf } from './response.ts';
import { ofKind } from './window.ts';

/**
 * `out`: somebody on the endpoint spoke to a neighbour, words that nobody else says. `datagram`: likewise, without a
 * connection. `in`: the neighbour knocked at a port of the endpoint that nobody else knocks at. `standing`: words over a
 * connection from before. `during`: while it was isolated.
 */
const Contact = z.object({
  nonce: z.string(),
  way: z.enum(['out', 'datagram', 'in', 'standing']),
  during: z.boolean(),
});
export type Contact = z.infer<typeof Contact>;

const WAYS: Readonly<Record<Contact['way'], Both>> = {
  out: both('from the endpoint', '端末からの通信'),
  datagram: both('by a datagram', 'データグラムによる通信'),
  in: both('at the endpoint', '端末への接続'),
  standing: both('over a connection from before', '隔離前からの接続'),
};

const waysIn = (contacts: readonly Contact[]): Contact['way'][] => [
  ...new Set(contacts.map(({ way }) => way)),
];
const words = (contacts: readonly Contact[]): Both => {
  const ways = waysIn(contacts).map((way) => WAYS[way]);
  return both(ways.map(({ en }) => en).join(', '), ways.map(({ ja }) => ja).join('、'));
};

const Isolated = z.object({
  point: z.string(),
  isolate: z.string(),
  release: z.string(),
  contacts: z.array(Contact).min(1),
});
type Args = z.infer<typeof Isolated>;
type Command = HistoryEventOf<'cloud.command'>;
/** Where an isolated endpoint may still go: to its cloud, on whatever way it has. */
const OPEN: ReadonlySet<Peer> = new Set(['relay', 'resolver', 'cloud']);

const notTried = (why: Both): Finding =>
  incomplete('harness', {
    en: `Whether others could be reached was not tried as it should: ${why.en}.`,
    ja: `ほかの機器への到達を、必要なとおりに試せていません：${why.ja}。`,
  });

export const isolated = check(
  Isolated,
  (view, args) => {
    const [begun, ended] = [givenOf(view.events, args.isolate), givenOf(view.events, args.release)];
    if (!begun) return notGiven(args.isolate);
    if (!ended) return notGiven(args.release);
    const acknowledged = resultOf(view.events, begun);
    if (!acknowledged)
      return violated(
        {
          en: 'The isolation was never acknowledged.',
          ja: '隔離の指示に応答がありませんでした。',
        },
        { evidence: [begun.n] },
      );
    const span = { acknowledged, ended };
    const played = playedIn(view, args);
    const hole = holeInCapture(view, args.point) ?? untried(played, span);
    return hole ?? through(view, args, played, span) ?? released(args, played, span);
  },
  { wholeRecord: true },
);

interface Span {
  readonly acknowledged: HistoryEventOf<'cloud.command-result'>;
  readonly ended: Command;
}
interface Played extends Contact {
  /** number of the event that says so; undefined: it was not made, or not by what could have */
  readonly tried: number | undefined;
  /** what shows that it got through: words that were heard, a packet in answer to a knock */
  readonly reached: HistoryEvent | undefined;
}

const Made = z.object({ nonce: z.string(), exit: z.number().nullish(), port: z.number().optional() });
const madeIn = (events: readonly HistoryEvent[]) =>
  ofKind(events, 'endpoint.state').flatMap(({ n, what, value }) => {
    const made = Made.safeParse(value).data;
    return what === 'contact' && made ? [{ n, ...made }] : [];
  });
const heardOf = (events: readonly HistoryEvent[], nonce: string) =>
  ofKind(events, 'outsider.heard').find(({ role, text }) => role === 'witness' && text.includes(nonce));
const couldSpeak = (exit: number | null | undefined): boolean =>
  typeof exit === 'number' && exit !== 126 && exit !== 127;

function playedIn({ events }: View, { point, contacts }: Args): Played[] {
  const all = madeIn(events);
  const packets = ofKind(events, 'packet').filter((one) => one.point === point && one.peer === 'witness');
  return contacts.map((contact) => {
    const made = all.find(({ nonce }) => nonce === contact.nonce);
    if (contact.way !== 'in')
      return {
        ...contact,
        tried: couldSpeak(made?.exit) ? made?.n : undefined,
        reached: heardOf(events, contact.nonce),
      };
    const came = packets.some(({ direction, toPort }) => direction === 'in' && toPort === made?.port);
    const answer = ({ direction, fromPort }: Packet) => direction === 'out' && fromPort === made?.port;
    return { ...contact, tried: came ? made?.n : undefined, reached: packets.find(answer) };
  });
}

/** Each contact was made, in its time, and by a program that could have; who is never reached proves nothing. */
function untried(played: readonly Played[], { acknowledged, ended }: Span): Finding | undefined {
  for (const { during, tried, reached, ...contact } of played) {
    const { en, ja } = WAYS[contact.way];
    if (tried === undefined)
      return notTried(both(`a contact was not made (${en})`, `通信が実行されていません（${ja}）`));
    if (during && (tried < acknowledged.n || tried > ended.n))
      return notTried(
        both(`a contact was not made while it was isolated (${en})`, `隔離中に通信していません（${ja}）`),
      );
    if (!during && tried < acknowledged.n && !reached)
      return notTried(
        both(`it did not get through before either (${en})`, `隔離前にも通じていません（${ja}）`),
      );
  }
  const silent = played.filter(({ way }) => !played.some((one) => one.way === way && one.during));
  const { en, ja } = words(silent);
  return silent.length > 0
    ? notTried(both(`no contact while it was isolated (${en})`, `隔離中の通信がありません（${ja}）`))
    : undefined;
}

/** What got past the isolation while it lasted. Words that were kept back may be heard when it has ended. */
function through(
  view: View,
  { point }: Args,
  played: readonly Played[],
  { acknowledged, ended }: Span,
): Finding | undefined {
  const tried = played.filter(({ during }) => during);
  const got = tried.filter(({ reached }) => reached && timeOf(reached) < timeOf(ended));
  const strays = packetsOut(view, point).filter(
    (packet) =>
      timeOf(packet) > timeOf(acknowledged) && timeOf(packet) < timeOf(ended) && !OPEN.has(packet.peer),
  );
  if (got.length === 0 && strays.length === 0) return undefined;
  const ways = words(got);
  const peers = tally(strays);
  return violated(
    {
      en: `While ${point} was isolated, ${got.length} of ${tried.length} contacts got through${got.length > 0 ? ` (${ways.en})` : ''} and ${strays.length} packets went past the way to the cloud${strays.length > 0 ? `: ${peers.en}` : ''}.`,
      ja: `${point} の隔離中に、通信${tried.length}件中${got.length}件が通じ${got.length > 0 ? `（${ways.ja}）` : ''}、クラウドへの経路以外にパケット${strays.length}個が出ました${strays.length > 0 ? `：${peers.ja}` : ''}。`,
    },
    {
      measures: [count('isolation.strays', strays.length)],
      evidence: [
        acknowledged.n,
        ...got.flatMap(({ reached }) => reached?.n ?? []),
        ...numbersOf(strays),
        ended.n,
      ],
    },
  );
}

/** Nothing did: because of the isolation, if everybody is reached without it. */
function released({ point }: Args, played: readonly Played[], { acknowledged, ended }: Span): Finding {
  const details = { measures: [count('isolation.strays', 0)], evidence: [acknowledged.n, ended.n] };
  const after = played.filter(({ tried = 0 }) => tried > ended.n);
  if (!after.some(({ way }) => way === 'out'))
    return notTried(both('no contact after the release', '解除後の通信がありません'));
  const sure = (way: Contact['way']) =>
    played.some((one) => one.way === way && !one.during && one.reached !== undefined);
  // A datagram may be lost, and a knock not come: such a way counts if somebody was reached by it once.
  const deaf = after.filter(({ way, reached }) => !reached && (way === 'out' || sure(way)));
  if (deaf.length > 0)
    return violated(
      {
        en: `After the release of ${point} contacts with a neighbour still did not get through: ${deaf.length} of ${after.length} (${words(deaf).en}).`,
        ja: `${point} の隔離を解除した後も、ほかの機器と通信できませんでした：${after.length}件中${deaf.length}件（${words(deaf).ja}）。`,
      },
      details,
    );
  const unsure = words(played.filter(({ way }) => !sure(way)));
  if (unsure.en !== '')
    return notTried(
      both(
        `it did not get through without an isolation either (${unsure.en})`,
        `隔離していない間も通じていません（${unsure.ja}）`,
      ),
    );
  const ways = words(played);
  return satisfied(
    {
      en: `While ${point} was isolated nothing left it but for the way to its cloud (tried: ${ways.en}), and after the release a neighbour was reached.`,
      ja: `${point} の隔離中はクラウドへの経路以外に何も出ず（試行：${ways.ja}）、解除後はほかの機器と通信できました。`,
    },
    details,
  );
}

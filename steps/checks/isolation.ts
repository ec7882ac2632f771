/** `isolated`: an isolation from its acknowledgement to the order that ended it, by packets and by who was spoken to. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf, Peer } from '../../history/events.ts';
import { holeInCapture, packetsOut, tally, timeOf } from './capture.ts';
import { check, numbersOf, incomplete, satisfied, violated, type Finding, type View } from './finding.ts';
import { count } from './measures.ts';
import { givenOf, notGiven, resultOf } from './response.ts';
import { ofKind } from './window.ts';

/** Somebody on the endpoint spoke to a neighbour: words that nobody else says. `during`: while it was isolated. */
const Contact = z.object({ nonce: z.string(), during: z.boolean() });
export type Contact = z.infer<typeof Contact>;

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

const notTried = (why: { en: string; ja: string }): Finding =>
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
    const hole = holeInCapture(view, args.point) ?? untried(view, args, { acknowledged, ended });
    return hole ?? judged(view, args, { acknowledged, ended });
  },
  { wholeRecord: true },
);

interface Span {
  readonly acknowledged: HistoryEventOf<'cloud.command-result'>;
  readonly ended: Command;
}

const tries = (events: readonly HistoryEvent[]) =>
  ofKind(events, 'endpoint.state').flatMap(({ n, what, value }) => {
    const tried = z.object({ nonce: z.string(), exit: z.number().nullable() }).safeParse(value).data;
    return what === 'contact' && tried ? [{ n, ...tried }] : [];
  });
const heardOf = (events: readonly HistoryEvent[], nonce: string) =>
  ofKind(events, 'outsider.heard').find(({ role, text }) => role === 'witness' && text.includes(nonce));

/** Each contact was made, in its time, and by a program that could have; who never hears anything proves nothing. */
function untried({ events }: View, { contacts }: Args, { acknowledged, ended }: Span): Finding | undefined {
  const made = tries(events);
  for (const { nonce, during } of contacts) {
    const tried = made.find((one) => one.nonce === nonce);
    if (!tried || tried.exit === null || tried.exit === 126 || tried.exit === 127)
      return notTried(both('a contact was not made', '通信が実行されていません'));
    if (during && (tried.n < acknowledged.n || tried.n > ended.n))
      return notTried(both('a contact was not made while it was isolated', '隔離中に通信していません'));
    if (!during && tried.n < acknowledged.n && !heardOf(events, nonce))
      return notTried(both('the neighbour heard nothing before either', '隔離前にも相手に届いていません'));
  }
  return contacts.some(({ during }) => during)
    ? undefined
    : notTried(both('no contact while it was isolated', '隔離中の通信がありません'));
}

function judged(view: View, { point, contacts }: Args, { acknowledged, ended }: Span): Finding {
  const { events } = view;
  const got = contacts.filter(({ during }) => during).flatMap(({ nonce }) => heardOf(events, nonce) ?? []);
  const strays = packetsOut(view, point).filter(
    (packet) =>
      timeOf(packet) > timeOf(acknowledged) && timeOf(packet) < timeOf(ended) && !OPEN.has(packet.peer),
  );
  const measures = [count('isolation.strays', strays.length)];
  const evidence = [acknowledged.n, ...got.map(({ n }) => n), ...numbersOf(strays), ended.n];
  if (got.length > 0 || strays.length > 0)
    return violated(
      {
        en: `While ${point} was isolated, ${got.length} contacts reached a neighbour and ${strays.length} packets went past the way to the cloud${strays.length > 0 ? `: ${tally(strays).en}` : ''}.`,
        ja: `${point} の隔離中に、通信${got.length}件がほかの機器へ届き、クラウドへの経路以外にパケット${strays.length}個が出ました${strays.length > 0 ? `：${tally(strays).ja}` : ''}。`,
      },
      { measures, evidence },
    );
  const after = contacts.filter(({ nonce }) =>
    tries(events).some((one) => one.nonce === nonce && one.n > ended.n),
  );
  const deaf = after.filter(({ nonce }) => !heardOf(events, nonce));
  if (after.length === 0) return notTried(both('no contact after the release', '解除後の通信がありません'));
  return deaf.length > 0
    ? violated(
        {
          en: `After the release of ${point} a neighbour still could not be reached: ${deaf.length} of ${after.length} contacts.`,
          ja: `${point} の隔離を解除した後も、ほかの機器へ届きませんでした：${after.length}件中${deaf.length}件。`,
        },
        { measures, evidence },
      )
    : satisfied(
        {
          en: `While ${point} was isolated nothing left it but for the way to its cloud, and after the release a neighbour was reached.`,
          ja: `${point} の隔離中はクラウドへの経路以外に何も出ず、解除後はほかの機器へ届きました。`,
        },
        { measures, evidence },
      );
}

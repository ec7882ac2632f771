/** `stranger-got-nothing`: what somebody heard who stands where the relay was. */
import { z } from 'zod';
import type { HistoryEventOf } from '../../history/events.ts';
import { endsOfCapture, holeInCapture, packetsOut } from './capture.ts';
import { check, incomplete, numbersOf, satisfied, violated, Within, type View } from './finding.ts';
import { count, inSeconds, seconds, timeMeasure } from './measures.ts';
import { anchorTime, ofKind } from './window.ts';

type Heard = HistoryEventOf<'outsider.heard'>;

const Args = z.object({
  /** its name in the topology */
  stranger: z.string(),
  point: z.string(),
  /** must have been watched for so long at least */
  watch: Within,
});

/** Asking a relay for a tunnel tells where to, and nothing else; any other request to it is data. */
const isCredential = ({ what, text }: Heard): boolean =>
  what === 'request' && /^proxy-authorization:/im.test(text);
const isData = ({ what, text }: Heard): boolean =>
  what === 'application' ||
  what === 'plain' ||
  what === 'datagram' ||
  (what === 'request' && !text.startsWith('CONNECT '));

export const strangerGotNothing = check(
  Args,
  (view, { stranger, point, watch }) => {
    const hole = holeInCapture(view, point);
    if (hole) return hole;
    const deaf = notHearing(view, stranger);
    if (deaf) return deaf;
    if (packetsOut(view, point).length === 0)
      return violated(
        {
          en: `${point} sent nothing at all in the stranger's network, so nothing was looked at.`,
          ja: `${point} は第三者のネットワークで何も送っておらず、確認の対象がありません。`,
        },
        { evidence: numbersOf(endsOfCapture(view, point)) },
      );
    const ended = ofKind(view.events, 'capture.summary').findLast((event) => event.point === point);
    const watched = (ended?.t ?? view.now) - anchorTime(view);
    // From the start: nobody comes to a stranger before the move, and who does has not waited for its end.
    const heard = ofKind(view.events, 'outsider.heard').filter(
      (event) => event.outsider === stranger && !event.ours,
    );
    const [data, credentials] = [heard.filter(isData), heard.filter(isCredential)];
    const connections = new Set(heard.map(({ connection }) => connection)).size;
    const measures = [
      count('stranger.connections', connections),
      count('stranger.data', data.length),
      count('stranger.credentials', credentials.length),
      timeMeasure(view.events, { name: 'stranger.watched', ms: watched }),
    ];
    const evidence = numbersOf([...data, ...credentials, ...heard]);
    if (data.length + credentials.length > 0)
      return violated(
        {
          en: `In ${connections} connections the stranger was sent data ${data.length} times and the relay's account ${credentials.length} times.`,
          ja: `第三者は、接続${connections}件の中で、データを${data.length}回、プロキシのアカウントを${credentials.length}回受け取りました。`,
        },
        { measures, evidence },
      );
    if (watched < watch)
      return incomplete('harness', {
        en: `${point} was watched for ${inSeconds(watched)} only; ${inSeconds(watch)} were asked for.`,
        ja: `${point} の観測時間は${seconds(watched)}秒で、必要な${seconds(watch)}秒に足りません。`,
      });
    return satisfied(
      {
        en: `The stranger was connected to ${connections} times in ${inSeconds(watched)} and got no data and no account.`,
        ja: `第三者への接続は${seconds(watched)}秒間に${connections}件で、データもアカウントも渡りませんでした。`,
      },
      { measures, evidence },
    );
  },
  { wholeRecord: true },
);

/** One that is deaf would have got nothing from anybody. */
function notHearing({ events }: View, stranger: string) {
  if (ofKind(events, 'outsider.heard').some((event) => event.outsider === stranger && event.ours))
    return undefined;
  return incomplete('lab', {
    en: `The stranger "${stranger}" was not seen to hear what is sent to it.`,
    ja: `第三者「${stranger}」が受信できることを確認できていません。`,
  });
}

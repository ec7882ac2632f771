/** `commands-in-time`, `reconnects-bounded`: what a relay that cuts idle tunnels makes of the way back to the endpoint. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { holeInCapture, packetsOut, timeOf } from './capture.ts';
import { check, incomplete, satisfied, undecided, violated, Within } from './finding.ts';
import { count, inSeconds, seconds, timeMeasure } from './measures.ts';
import { anchorTime, ofKind } from './window.ts';

const Commands = z.object({
  /** uids of commands that the console has given */
  commands: z.array(z.string()).min(1),
  within: Within,
});

/** Each has its own deadline, from the moment at which it was given. */
export const commandsInTime = check(Commands, (view, { commands, within }) => {
  const given = ofKind(view.events, 'cloud.command').filter((event) => commands.includes(event.uid));
  if (given.length < commands.length)
    return incomplete('harness', {
      en: `Only ${given.length} of ${commands.length} commands were given.`,
      ja: `コマンド${commands.length}件のうち、出されたのは${given.length}件だけです。`,
    });
  const results = ofKind(view.events, 'cloud.command-result');
  const each = given.map((command) => ({
    command,
    result: results.find((event) => event.uid === command.uid && event.agent === command.agent),
  }));
  const late = each.filter(({ command, result }) => !result || result.t > command.t + within);
  const delays = each.flatMap(({ command, result }) => (result ? [result.t - command.t] : []));
  const measures = [
    count('command.given', given.length),
    count('command.late', late.length),
    ...(delays.length === 0
      ? []
      : [
          timeMeasure(view.events, {
            name: 'command.slowest',
            ms: Math.max(...delays),
            timing: 'command',
            within,
          }),
        ]),
  ];
  const evidence = each.flatMap(({ command, result }) => [command.n, ...(result ? [result.n] : [])]);
  if (late.length === 0)
    return satisfied(
      {
        en: `All ${given.length} commands had their result within ${inSeconds(within)}, the slowest after ${inSeconds(Math.max(...delays))}.`,
        ja: `コマンド${given.length}件はすべて${seconds(within)}秒以内に結果が返りました（最も遅いもので${seconds(Math.max(...delays))}秒）。`,
      },
      { measures, evidence },
    );
  const reason = both(
    `${late.length} of ${given.length} commands had no result within ${inSeconds(within)}.`,
    `コマンド${given.length}件中${late.length}件で、${seconds(within)}秒以内に結果が返りませんでした。`,
  );
  const overdue = late.find(({ command }) => view.now > command.t + within)?.command;
  if (!overdue) return undecided(reason, { evidence });
  return violated(reason, { measures, evidence, missed: { from: overdue.t, until: overdue.t + within } });
});

const Reconnects = z.object({
  point: z.string(),
  /** new connections to the relay in a minute */
  most: z.number().positive(),
  /** must have been watched for so long at least */
  watch: Within,
  /** ms since the epoch: what came later is not counted; without it the end of the capture */
  until: z.number().positive().optional(),
});

/** From the anchor to the end of the capture, or until then. */
export const reconnectsBounded = check(
  Reconnects,
  (view, { point, most, watch, until = Infinity }) => {
    const hole = holeInCapture(view, point);
    if (hole) return hole;
    const sent = packetsOut(view, point).filter(
      (packet) => packet.peer === 'relay' && packet.protocol === 'tcp' && timeOf(packet) <= until,
    );
    if (sent.length === 0)
      return violated({
        en: `${point} sent the relay nothing at all, so nothing was looked at.`,
        ja: `${point} からプロキシへの通信がまったくなく、確認の対象がありません。`,
      });
    const ended = ofKind(view.events, 'capture.summary').findLast((event) => event.point === point);
    const watched = Math.min(ended?.t ?? view.now, until) - anchorTime(view);
    if (watched < watch)
      return incomplete('harness', {
        en: `${point} was watched for ${inSeconds(watched)} only; ${inSeconds(watch)} were asked for.`,
        ja: `${point} の観測時間は${seconds(watched)}秒で、必要な${seconds(watch)}秒に足りません。`,
      });
    // A SYN that is sent again, as none answered, has the same port.
    const opened = new Map(
      sent
        .filter((packet) => packet.flags === 'S')
        .map((packet) => [`${packet.fromPort}>${packet.to}`, packet.n]),
    );
    const rate = Math.round((opened.size * 60_000) / watched);
    const measures = [
      { name: 'reconnects.per-minute', value: rate, unit: '', ceiling: most },
      timeMeasure(view.events, { name: 'reconnects.watched', ms: watched }),
    ];
    const evidence = [...opened.values()].slice(0, 20);
    const words = both(
      `${opened.size} new connections to the relay in ${inSeconds(watched)}, ${rate} a minute; ${most} a minute are allowed.`,
      `プロキシへの新規接続は${seconds(watched)}秒間に${opened.size}件、毎分${rate}件でした（許容は毎分${most}件）。`,
    );
    return rate > most ? violated(words, { measures, evidence }) : satisfied(words, { measures, evidence });
  },
  { wholeRecord: true },
);

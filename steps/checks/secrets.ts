/**
 * `secret-hidden`: the secret shows nowhere that others can look. It is in no history; where it would be, its mark
 * is (history/secrets.ts).
 */
import { z } from 'zod';
import type { HistoryEvent } from '../../history/events.ts';
import { markOf } from '../../history/secrets.ts';
import { check, numbersOf, incomplete, satisfied, violated, type View } from './finding.ts';
import { count } from './measures.ts';
import { later } from './window.ts';

const Processes = z.array(z.string()).min(1);
/** how many were read, and those of them that hold the secret */
const Read = z.object({ read: z.number(), showing: z.array(z.string()) });

const Args = z.object({
  /** name of the secret */
  secret: z.string(),
  /** readings of the process list that there must have been at least */
  moments: z.number().int().positive(),
});

export const secretHidden = check(Args, (view, { secret, moments }) => {
  const processes = statesOf(view, 'processes-now', 'top').filter(
    (event) => Processes.safeParse(event.value).success,
  );
  const files = readings(view, 'readable-files');
  const logs = readings(view, 'logs');
  if (processes.length < moments || files.length === 0 || logs.length === 0)
    return incomplete('harness', {
      en: `The process list was read ${processes.length} times of ${moments}, files ${files.length} times, logs ${logs.length} times: too little to say that the secret does not show.`,
      ja: `プロセス一覧の読み取りが${moments}回中${processes.length}回、ファイルが${files.length}回、ログが${logs.length}回で、秘密が見えないと判断するには足りません。`,
    });
  const mark = markOf(secret);
  const shown = [
    ...processes
      .filter((event) => JSON.stringify(event.value).includes(mark))
      .map((event) => place(event, 'process list', 'プロセス一覧')),
    ...[...files, ...logs].flatMap(({ event, value }) =>
      value.showing.map((file) => place(event, file, file)),
    ),
    ...later(view, 'hook.finished')
      .filter((event) => event.output.includes(mark))
      .map((event) => place(event, `output of ${event.hook}`, `${event.hook} フックの出力`)),
    ...[...later(view, 'relay.request'), ...later(view, 'cloud.telemetry'), ...later(view, 'cloud.detection')]
      .filter((event) => JSON.stringify(event).includes(mark))
      .map((event) =>
        event.kind === 'relay.request'
          ? place(event, "the relay's log", 'プロキシのログ')
          : place(event, 'what is sent to the cloud', 'クラウドへの送信内容'),
      ),
  ];
  const where = [...new Map(shown.map((each) => [each.en, each])).values()];
  const measures = [count('secret.places', where.length)];
  if (where.length > 0)
    return violated(
      {
        en: `The secret of the account shows in: ${where.map(({ en }) => en).join(', ')}.`,
        ja: `アカウントの秘密が見える場所：${where.map(({ ja }) => ja).join('、')}。`,
      },
      { measures, evidence: numbersOf(shown) },
    );
  const read = files.reduce((sum, { value }) => Math.max(sum, value.read), 0);
  const inLogs = logs.reduce((sum, { value }) => Math.max(sum, value.read), 0);
  return satisfied(
    {
      en: `The secret shows in none of ${processes.length} process lists, ${read} files that a user can read, and ${inLogs} logs, nor in the relay's log.`,
      ja: `プロセス一覧（${processes.length}回）、一般利用者が読めるファイル${read}件、ログ${inLogs}件、プロキシのログのいずれにも、秘密は見えませんでした。`,
    },
    { measures, evidence: numbersOf([...processes, ...files.map(({ event }) => event)]) },
  );
});

const place = ({ n }: HistoryEvent, en: string, ja: string) => ({ n, en, ja });

const statesOf = (view: View, what: string, by?: 'top') =>
  later(view, 'endpoint.state').filter((event) => event.what === what && (!by || event.by === by));

const readings = (view: View, what: string) =>
  statesOf(view, what).flatMap((event) => {
    const { data } = Read.safeParse(event.value);
    return data ? [{ event, value: data }] : [];
  });

/** Who answers a detection: nobody, a scripted analyst at the console (MDR), or a rule of the cloud's (XDR). */
import type { HistoryEvent } from '../../history/events.ts';
import { programOf } from '../../mocks/cloud/responder.ts';
import type { DetectionFinding } from '../../mocks/cloud/protocol/types.ts';
import type { Program } from '../../mocks/workloads/programs.ts';
import { seen, until } from './ask.ts';
import { order } from './orders.ts';
import { lookUntil, type Seen } from './programs.ts';
import type { PlayedAct, Session } from './session.ts';

export type Whom = 'nobody' | 'an analyst' | 'an automatic rule';
/** `thinks`: how long the scripted analyst takes to decide, ms; real ones take minutes, which says nothing of a product. */
export const ANSWERS = {
  nobody: { whom: 'nobody', thinks: 0 },
  'an analyst': { whom: 'analyst', thinks: 1500 },
  'an automatic rule': { whom: 'rule', thinks: 0 },
} as const satisfies Readonly<Record<Whom, { whom: string; thinks: number }>>;

type Detection = Extract<HistoryEvent, { kind: 'cloud.detection' }>;

/** An analyst who reads what there is ends the program that it is about, and not the one that has brought it. */
export function pathToEnd(
  findings: readonly Pick<DetectionFinding, 'evidences'>[],
  nonce: string,
): string | undefined {
  const paths = findings.flatMap(({ evidences = [] }) =>
    evidences.flatMap(({ process, file }) => [process?.file?.path, file?.path]),
  );
  return (
    paths.find((path) => path?.includes(nonce)) ?? findings.map(programOf).find((path) => path !== undefined)
  );
}

/** Until the attack has ended, or whoever answers has had the time for it. */
export async function answerAs(
  session: Session,
  whom: Whom,
  { act, started }: PlayedAct,
  programs: readonly Program[],
): Promise<void> {
  const isReport = (event: HistoryEvent): event is Detection =>
    event.kind === 'cloud.detection' && event.n > started.n && event.body.includes(act.nonce);
  const { history } = session;
  await seen(history, Date.now() + session.within('detect'), isReport);
  const report = history.events.find(isReport);
  const { thinks } = ANSWERS[whom];
  if (report && whom === 'an analyst') {
    await until(history, report.t + thinks);
    const findings = history.events.filter(isReport).map(({ body }) => JSON.parse(body) as DetectionFinding);
    const path = pathToEnd(findings, act.nonce);
    if (path !== undefined) await order(session, 'kill-process', { path });
  }
  const end = Date.now() + session.within('command');
  const path = programs[0]?.path ?? '';
  let ran = false;
  // Who ends what has started it, too, leaves nobody to write down that it has ended.
  const isOver = ({ running, ends }: Seen): boolean => {
    const runs = running.includes(path);
    ran ||= runs || (ends[path] ?? 0) > 0;
    return ran && !runs;
  };
  await lookUntil(session, programs, end, (now) => whom !== 'nobody' && isOver(now));
}

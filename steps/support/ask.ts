/** Asking a check while things still happen: the one place of the harness that waits. */
import type { HistoryEvent } from '../../history/events.ts';
import type { HistoryWriter } from '../../history/writer.ts';
import { runCheck, type CheckName } from '../checks/index.ts';
import { labHealth } from '../checks/health.ts';
import { CheckViolated, LabBroken } from './errors.ts';

export interface Question {
  readonly check: CheckName;
  readonly args?: Readonly<Record<string, unknown>>;
  /** anchor: deadlines count from it, and only later events are looked at */
  readonly since: HistoryEvent | number;
  /** what a Given rests on: if it does not hold, that requirement is the root */
  readonly given?: string;
  /** what a Then rests on: the root, if the product fails that one as well; nothing rests on itself (reports/cells.ts) */
  readonly restsOn?: string;
}

/** Between two looks, so that thousands of packets do not mean thousands of looks. */
const GLANCE = 60;

export async function ask(
  history: HistoryWriter,
  question: Question,
  { record } = { record: true },
): Promise<void> {
  const since = typeof question.since === 'number' ? question.since : question.since.n;
  const args = question.args ?? {};
  const root = question.given ?? question.restsOn;
  for (;;) {
    const sick = labHealth(history.events);
    const finding = runCheck(question.check, { events: history.events, now: Date.now(), since }, args);
    if (!sick && finding.state === 'undecided') {
      await history.changed(GLANCE);
      continue;
    }
    if (record)
      history.record('harness', {
        kind: 'check',
        check: question.check,
        args,
        role: question.given ? 'given' : 'then',
        ...(root ? { root } : {}),
        since,
      });
    if (sick) throw new LabBroken(sick.reason.en, sick.blame);
    if (finding.state === 'satisfied') return;
    if (finding.state === 'incomplete') throw new LabBroken(finding.reason.en, finding.blame ?? 'harness');
    throw new CheckViolated(finding.reason.en);
  }
}

/** Waits for a declared time to pass; an event that settles it sooner is better, where there is one. */
export async function until(history: HistoryWriter, time: number): Promise<void> {
  while (Date.now() < time) await history.changed(Math.min(GLANCE, Math.max(1, time - Date.now())));
}

/** Waits until such an event is there, at most until `time` (ms since the epoch). It decides nothing: only a check does. */
export async function seen(
  history: HistoryWriter,
  time: number,
  such: (event: HistoryEvent) => boolean,
): Promise<boolean> {
  let looked = 0;
  for (;;) {
    const { events } = history;
    if (events.slice(looked).some(such)) return true;
    looked = events.length;
    if (Date.now() >= time) return false;
    await history.changed(Math.min(GLANCE, Math.max(1, time - Date.now())));
  }
}

/** Where the product's statement and the open control contradict each other, in both directions. */
import { z } from 'zod';
import type { HistoryEvent } from '../../history/events.ts';
import type { Remark } from './finding.ts';
import { last } from './window.ts';

export function statementRemarks(events: readonly HistoryEvent[]): Remark[] {
  const baseline = last(events, 'baseline');
  const statement = last(events, 'scenario.started')?.statement;
  if (!baseline?.installed || !statement) return [];
  const declared = z.array(z.string()).catch([]).parse(statement['stimuli']);
  const seen = Object.keys(baseline.seen).filter((stimulus) => baseline.seen[stimulus]);
  const tried = Object.keys(baseline.seen);
  const silent = declared.filter((stimulus) => tried.includes(stimulus) && !seen.includes(stimulus));
  const surprising = seen.filter((stimulus) => !declared.includes(stimulus));
  return [
    ...silent.map((stimulus) => ({
      kind: 'declared-stimulus-not-seen',
      en: `It declares to report ${stimulus}, but did not do so in an open network; nothing is judged by it.`,
      ja: `${stimulus} を報告すると申告していますが、開いたネットワークでも報告しませんでした。判定には使っていません。`,
    })),
    ...surprising.map((stimulus) => ({
      kind: 'undeclared-stimulus-seen',
      en: `It reported ${stimulus} in an open network without declaring it.`,
      ja: `申告にない ${stimulus} を、開いたネットワークで報告しました。`,
    })),
  ];
}

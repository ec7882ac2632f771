/** The checks as tests call them: whatever is answered must say the same in both languages. */
import { expect } from 'chai';
import type { Both } from '../../history/both.ts';
import type { HistoryEvent } from '../../history/events.ts';
import type { Finding, View } from './finding.ts';
import * as checks from './index.ts';
import * as judge from './judge.ts';

/** Kana, kanji and Japanese punctuation. */
export const JAPANESE = /[\u3001-\u30ff\u4e00-\u9fff]/;

/** The same figures: a sentence that says another number than the other one is wrong, whatever its language. */
export function expectBoth({ en, ja }: Both): void {
  expect(en, ja).to.match(/[a-z]/i).and.not.to.match(JAPANESE);
  expect(ja, en).to.match(JAPANESE);
  expect(figures(ja), `${en}\n${ja}`).to.deep.equal(figures(en));
}
const figures = (text: string): string[] => (text.match(/\d+(?:\.\d+)*/g) ?? []).sort();

export function runCheck(name: checks.CheckName, view: View, args: unknown): Finding {
  const finding = checks.runCheck(name, view, args);
  for (const text of [finding.reason, ...(finding.findings ?? [])]) expectBoth(text);
  return finding;
}

export function judgeScenario(events: readonly HistoryEvent[]): judge.ScenarioJudgement {
  const judgement = judge.judgeScenario(events);
  const { reason, findings, checks: asked } = judgement;
  for (const text of [reason, ...findings, ...asked.map((each) => each.reason)]) expectBoth(text);
  return judgement;
}

/** `heiiki judge`: verdicts again, from the recorded histories alone; no engine is asked. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readHistory } from '../history/reader.ts';
import { rollUp, exitStatus } from '../reports/cells.ts';
import { Results, type ScenarioResult } from '../reports/results.ts';
import { summaryLines } from '../reports/summary.ts';
import { judgeScenario } from '../steps/checks/judge.ts';
import { judgePlays, readPlays } from './nemesis/record.ts';
import { WrongUsage } from './options.ts';
import { outcomeOf, type ScenarioOutcome } from './outcome.ts';

export async function judge(folder: string): Promise<number> {
  const plays = await readPlays(folder);
  if (plays) return judgePlays(folder, plays);
  const recorded = await readResults(folder);
  const outcomes: ScenarioOutcome[] = [];
  const changed: string[] = [];
  for (const cell of recorded.cells)
    for (const scenario of cell.scenarios) {
      const events = await readHistory(join(folder, scenario.evidence, 'history.ndjson'));
      const slug = scenario.evidence.split('/').at(-1) ?? '';
      const { name, variant } = scenario;
      const described = {
        requirement: cell.requirement,
        name,
        slug,
        ...(variant === undefined ? {} : { variant }),
      };
      const outcome = outcomeOf(
        cell.product,
        described,
        { ...judgeScenario(events), seconds: scenario.seconds },
        [],
      );
      outcomes.push(outcome);
      if (saidOf(outcome.result, scenario) !== saidOf(scenario, scenario))
        changed.push(
          `${cell.product} ${cell.requirement} "${scenario.name}": was ${saidOf(scenario, scenario)}, is ${saidOf(outcome.result, scenario)} – ${outcome.result.reason.en}`,
        );
    }
  const results: Results = { ...recorded, ...rollUp(outcomes, recorded.requirements) };
  for (const line of summaryLines(results)) process.stdout.write(`${line}\n`);
  process.stdout.write(
    changed.length === 0
      ? `${outcomes.length} scenarios judged again: every verdict is as recorded\n`
      : `${changed.length} of ${outcomes.length} verdicts differ from the record:\n${changed.map((line) => `  ${line}\n`).join('')}`,
  );
  return changed.length === 0 ? exitStatus(results) : 1;
}

/** The verdict, and what decided it, where the record says that as well. */
function saidOf({ verdict, blame, decidedBy }: ScenarioResult, recorded: ScenarioResult): string {
  if (!recorded.decidedBy) return verdict;
  const numbers = decidedBy?.events.map(({ n }) => n).join(', ') ?? 'nothing';
  return `${verdict} (${blame ?? 'nobody'}, decided by ${numbers})`;
}

async function readResults(folder: string): Promise<Results> {
  const file = join(folder, 'results.json');
  try {
    return Results.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new WrongUsage(
      `${file}: is not the result of a run (${(cause as Error).message}). Name a folder of reports/out.`,
    );
  }
}

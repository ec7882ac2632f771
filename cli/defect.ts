/** Was a deliberately broken product killed? Pure: what the cells of a run say of one defect. */
import { z } from 'zod';
import type { LoadedProduct } from '../products/load.ts';
import { Verdict } from '../history/verdict.ts';
import type { Cell, ScenarioResult } from '../reports/results.ts';

/** One requirement under one defect; small enough to be kept. */
export const Shot = z.strictObject({
  requirement: z.string(),
  verdict: Verdict,
  because: z.string().optional(),
  /** what is wrong with it; empty if it is as the defect's manifest says */
  problems: z.array(z.string()),
  /** what killed the defect here, for people to judge whether it was the flaw: `2 of 50 acts …` */
  killer: z.string().optional(),
});
export type Shot = z.infer<typeof Shot>;

export interface DefectVerdict {
  readonly id: string;
  readonly killed: boolean;
  readonly problems: readonly string[];
  /** `DET-03: 2 of 50 acts …` */
  readonly reasons: readonly string[];
}

export function shotsOf({ product, defect }: LoadedProduct, cells: readonly Cell[]): Shot[] {
  const roots = new Set(defect?.fails);
  return cells.filter((cell) => cell.product === product.id).map((cell) => shotOf(cell, roots));
}

/**
 * A defect is killed by exactly what it names: all of that which was wanted, and nothing else but because of it.
 */
export function judgeDefect(
  { product, defect }: LoadedProduct,
  shots: readonly Shot[],
  wanted: ReadonlySet<string>,
): DefectVerdict {
  const missing = (defect?.fails ?? []).filter(
    (root) => wanted.has(root) && !shots.some(({ requirement }) => requirement === root),
  );
  const problems = [
    ...missing.map((root) => `${root} was not played`),
    ...shots.flatMap((shot) => shot.problems),
  ];
  const reasons = shots.flatMap(({ requirement, killer }) =>
    killer === undefined ? [] : [`${requirement}: ${killer}`],
  );
  return { id: product.id, killed: problems.length === 0, problems, reasons };
}

function shotOf(cell: Cell, roots: ReadonlySet<string>): Shot {
  const { requirement, verdict, because } = cell;
  const killer = roots.has(requirement) && !because ? observedFailure(cell) : undefined;
  return {
    requirement,
    verdict,
    ...(because === undefined ? {} : { because }),
    problems: problemsOf(cell, roots),
    ...(killer ? { killer: killer.reason.en } : {}),
  };
}

function problemsOf(cell: Cell, roots: ReadonlySet<string>): string[] {
  const said = `${cell.requirement} is ${cell.verdict}${cell.because ? ` because of ${cell.because}` : ''}: ${cell.reason.en}`;
  if (cell.verdict === 'inconclusive') return [said];
  const fails = cell.verdict === 'fail';
  if (roots.has(cell.requirement)) {
    if (!fails || cell.because) return [`survived: ${said}`];
    return observedFailure(cell) ? [] : [`survived, as no Then was seen not to hold: ${said}`];
  }
  // What the product declares not to have was not played, and is no doing of the flaw's.
  if (!fails || cell.scenarios.every(isDeclared)) return [];
  return cell.because && roots.has(cell.because) ? [] : [`not named by the defect: ${said}`];
}

/**
 * A scenario in which a Then did not hold. One with `because` did not get there, as a Given did not hold; one that
 * failed as `declared` was not played at all: neither shows that the harness would see the flaw.
 */
const observedFailure = ({ scenarios }: Cell): ScenarioResult | undefined => scenarios.find(isObserved);
export const isObserved = (scenario: ScenarioResult): boolean =>
  scenario.verdict === 'fail' && scenario.because === undefined && !isDeclared(scenario);
const isDeclared = ({ reason }: ScenarioResult): boolean => reason.en.startsWith('declared:');

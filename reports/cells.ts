/** From the results of scenarios to one cell for each product and requirement, and the exit status of a run. */
import { both, NONE, type Both } from '../history/both.ts';
import type { Cell, Requirement, Results, ScenarioResult } from './results.ts';
import { mergeMeasures } from './merge-measures.ts';

export interface Outcome {
  readonly product: string;
  readonly requirement: string;
  readonly result: ScenarioResult;
  readonly findings: readonly (Both & { readonly kind: string })[];
}

/**
 * Cells and findings in the order of `requirements`, whatever order the scenarios ended in. Those requirements that
 * say how many kinds there are give their scope.
 */
export function rollUp(
  outcomes: readonly Outcome[],
  requirements: readonly Requirement[] = [],
): Pick<Results, 'cells' | 'findings'> {
  const kinds = new Map(requirements.map((each) => [each.id, each.kinds]));
  const places = new Map(requirements.map(({ id }, place) => [id, place]));
  const place = ({ requirement }: Outcome): number => places.get(requirement) ?? requirements.length;
  const sorted = outcomes.toSorted((a, b) => place(a) - place(b));
  const cells = [
    ...Map.groupBy(sorted, ({ product, requirement }) => `${product} ${requirement}`).values(),
  ].map((group) => {
    const { product, requirement } = group[0] as Outcome;
    return cellOf(
      product,
      requirement,
      group.map((outcome) => outcome.result),
      kinds.get(requirement),
    );
  });
  return { cells: cells.map((cell) => withRoot(cell, cells)), findings: findingsOf(sorted) };
}

/** What fails only where requirements beneath it fail as well is folded under these; anything else is its own. */
function withRoot(cell: Cell, cells: readonly Cell[]): Cell {
  if (cell.verdict !== 'fail') return cell;
  const because = rootOf(cell, cells);
  return because === undefined || because === cell.requirement ? cell : { ...cell, because };
}

/**
 * Follows what each failing scenario rests on to the requirement that fails by itself: the cell's own if one of them rests
 * on nothing else that fails, otherwise that of the first. undefined: they go round in a circle.
 */
function rootOf(cell: Cell, cells: readonly Cell[], passed = [cell.requirement]): string | undefined {
  const own = cell.requirement;
  const roots = cell.scenarios
    .filter(({ verdict }) => verdict === 'fail')
    .map((scenario) => {
      const name = scenario.because ?? scenario.perhaps;
      if (name === undefined || name === own) return own;
      if (passed.includes(name)) return undefined;
      const beneath = cells.find(
        ({ product, requirement }) => product === cell.product && requirement === name,
      );
      // Of one that was not played, a Given that did not hold is believed, a mere `perhaps` is not.
      if (!beneath) return scenario.because ?? own;
      return beneath.verdict === 'fail' ? rootOf(beneath, cells, [...passed, name]) : own;
    });
  return roots.includes(own) ? own : roots.includes(undefined) ? undefined : roots[0];
}

/**
 * Any fail → fail; else any inconclusive → inconclusive; else any pass → pass, with its scope; else the rest,
 * where `not-observable` goes before `unsupported`, as it claims less.
 */
export function cellOf(
  product: string,
  requirement: string,
  scenarios: readonly ScenarioResult[],
  kinds?: number,
): Cell {
  const verdict =
    ORDER.find((word) => scenarios.some((scenario) => scenario.verdict === word)) ?? 'inconclusive';
  const deciding = scenarios.filter((scenario) => scenario.verdict === verdict);
  // Without any scenario nobody but the harness can have kept it from being played.
  const blame = verdict === 'pass' ? undefined : (deciding[0]?.blame ?? BLAME[verdict]);
  return {
    product,
    requirement,
    verdict,
    ...(verdict === 'pass' ? scopeOf(scenarios, kinds) : {}),
    reason: reasonOf(deciding),
    ...(blame === undefined ? {} : { blame }),
    // An inconclusive scenario has measured the broken lab.
    measures: mergeMeasures(scenarios.filter(({ verdict: own }) => own === 'pass' || own === 'fail')),
    scenarios: [...scenarios],
  };
}

/** Whose it is where a scenario does not say so. */
const BLAME = {
  fail: 'product',
  inconclusive: 'harness',
  'not-observable': 'harness',
  unsupported: 'product',
} as const;

const ORDER = ['fail', 'inconclusive', 'pass', 'not-observable', 'unsupported'] as const;

/** `kinds`: how many the catalogue knows; without it, those that were played. */
function scopeOf(scenarios: readonly ScenarioResult[], kinds: number | undefined): Pick<Cell, 'scope'> {
  const passes = scenarios.filter((scenario) => scenario.verdict === 'pass').length;
  if (kinds !== undefined) return { scope: `${passes} of ${Math.max(kinds, scenarios.length)} kinds` };
  return scenarios.length > 1 ? { scope: `${passes} of ${scenarios.length} ${unit(scenarios)}` } : {};
}

const unit = (scenarios: readonly ScenarioResult[]): string =>
  new Set(scenarios.map((scenario) => scenario.name)).size < scenarios.length ||
  scenarios.every((scenario) => scenario.variant !== undefined)
    ? 'kinds'
    : 'scenarios';

/** The first reason, with the kind that it is about, and how many more there are. */
function reasonOf(deciding: readonly ScenarioResult[]): Both {
  const [first, ...others] = deciding;
  if (!first) return both('no scenario was played', 'シナリオは一つも実行されませんでした。');
  const different = others.map(({ reason }) => reason.en).filter((reason) => reason !== first.reason.en);
  const more = new Set(different).size;
  // What is the same for all kinds is about none of them.
  const general = others.length > 0 && more === 0;
  const kind = general ? undefined : first.variant;
  const also =
    more > 0 ? both(` (${more} more of this verdict)`, `（同じ判定の理由がほかに${more}件）`) : NONE;
  return {
    en: `${kind === undefined ? '' : `${kind}: `}${first.reason.en}${also.en}`,
    ja: `${kind === undefined ? '' : `${kind}：`}${first.reason.ja}${also.ja}`,
  };
}

/** Each finding once for a product, with the evidence of the first scenario that shows it. */
export function findingsOf(outcomes: readonly Outcome[]): Results['findings'] {
  const found = new Map<string, Results['findings'][number]>();
  for (const { product, findings, result } of outcomes)
    for (const { kind, en, ja } of findings) {
      const key = JSON.stringify([product, kind, en]);
      if (!found.has(key)) found.set(key, { product, kind, text: { en, ja }, evidence: result.evidence });
    }
  return [...found.values()];
}

/**
 * Of the unconditional MUSTs: 1 if some fail, else 2 if some are inconclusive, else 0. What is not observable
 * has not failed; what is conditional is reported and decides nothing here. (3 is wrong usage.)
 */
export function exitStatus({ cells, requirements }: Pick<Results, 'cells' | 'requirements'>): 0 | 1 | 2 {
  const binding = new Set(requirements.filter(isUnconditionalMust).map((requirement) => requirement.id));
  const verdicts = new Set(cells.filter((cell) => binding.has(cell.requirement)).map((cell) => cell.verdict));
  if (verdicts.has('fail')) return 1;
  return verdicts.has('inconclusive') ? 2 : 0;
}

const isUnconditionalMust = ({ level, if: condition }: Requirement): boolean =>
  level === 'MUST' && condition === undefined;

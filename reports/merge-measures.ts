/**
 * One figure from several scenarios, never a better one than the worst that was seen: counts of what was sent
 * and lost are added up, time watched gives its minimum, other numbers their maximum, methods the costliest, lists their union, and a
 * "no" wins over a "yes".
 */
import type { Cell, ScenarioResult } from './results.ts';

type Measure = Cell['measures'][number];
type Value = Measure['value'];

const ADDED =
  /^(?:delivery\.(?:injected|delivered|lost|duplicated|reordered|identities|interrupted)|wire\.(?:strays|outside-bytes|attempts))$/;
/** The more of it the better, so the least is the worst. */
const LEAST = /^wire\.watched$/;
const LISTS = /^firewall\./;
/** Dearest last. */
const METHODS = ['itself', 'policy', 'local-command', 'edited-configuration', 'reinstall', 'none'];

export function mergeMeasures(scenarios: readonly Pick<ScenarioResult, 'measures'>[]): Measure[] {
  // A check that is asked twice in one scenario counts with its worst figure, too.
  const measures = scenarios.flatMap((scenario) => scenario.measures);
  return [...Map.groupBy(measures, ({ name, unit }) => `${name} ${unit}`).values()].map((group) => {
    const first = group[0] as Measure;
    return {
      ...first,
      value: merged(
        first.name,
        group.map(({ value }) => value),
      ),
    };
  });
}

function merged(name: string, values: readonly Value[]): Value {
  if (values.every((value) => typeof value === 'number')) {
    if (ADDED.test(name)) return values.reduce((sum, value) => sum + value, 0);
    return LEAST.test(name) ? Math.min(...values) : Math.max(...values);
  }
  if (values.every((value) => typeof value === 'boolean')) return !values.includes(false);
  const texts = values.map(String);
  if (name === 'recovery.method')
    return texts.reduce((a, b) => (METHODS.indexOf(a) >= METHODS.indexOf(b) ? a : b));
  const parts = LISTS.test(name) ? texts.flatMap((text) => text.split(', ')) : texts;
  // The scenarios end in any order.
  return [...new Set(parts.filter((part) => part !== ''))].sort().join(', ');
}

/**
 * One figure from several scenarios, never a better one than the worst that was seen: counts of what was sent
 * and lost are added up, time watched gives its minimum, other numbers their maximum, methods the costliest, lists their union, and a
 * "no" wins over a "yes".
 */
import type { Cell, ScenarioResult } from './results.ts';

type Measure = Cell['measures'][number];
type Value = Measure['value'];

const ADDED =
  /^(?:delivery\.(?:injected|delivered|lost|duplicated)|wire\.(?:strays|outside-bytes|attempts))$/;
/** The more of it the better, so the least is the worst. */
const LEAST = /^wire\.watched$/;
const LISTS = /^firewall\./;
/** Dearest last. */
const METHODS = ['itself', 'policy', 'local-command', 'edited-configuration', 'reinstall', 'none'];

export function mergeMeasures(scenarios: readonly Pick<ScenarioResult, 'measures'>[]): Measure[] {
  // A check that is asked twice in one scenario counts with its worst figure, too.
  const merged = new Map<string, Measure>();
  for (const { measures } of scenarios)
    for (const measure of measures) {
      const key = `${measure.name} ${measure.unit}`;
      const known = merged.get(key);
      merged.set(
        key,
        known ? { ...known, value: mergeValues(measure.name, known.value, measure.value) } : measure,
      );
    }
  return [...merged.values()];
}

function mergeValues(name: string, a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    if (LEAST.test(name)) return Math.min(a, b);
    return ADDED.test(name) ? a + b : Math.max(a, b);
  }
  if (typeof a === 'boolean' && typeof b === 'boolean') return a && b;
  if (name === 'recovery.method') return METHODS.indexOf(String(a)) >= METHODS.indexOf(String(b)) ? a : b;
  const parts = [a, b].map(String).flatMap((text) => (LISTS.test(name) ? text.split(', ') : [text]));
  const distinct = [...new Set(parts.filter((part) => part !== ''))];
  return (LISTS.test(name) ? distinct.sort() : distinct).join(', ');
}

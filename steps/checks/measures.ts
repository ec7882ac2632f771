/** Figures in the units that people read. */
import type { HistoryEvent, Measure } from '../../history/events.ts';
import { last } from './window.ts';

/** ms → seconds with three digits */
export const seconds = (ms: number): number => Math.round(ms) / 1000;
export const inSeconds = (ms: number): string => `${seconds(ms)} s`;

/**
 * Seconds, with what the product declares for it (`timing` of scenario.started, a key or a sum of keys such as
 * `fallback+detect`) and, as ceiling, the time
 * after which the check would have said no.
 */
export function timeMeasure(
  events: readonly HistoryEvent[],
  spec: { name: string; ms: number; timing?: string; within?: number | undefined },
): Measure {
  const declared = spec.timing === undefined ? undefined : declaredTime(events, spec.timing);
  return {
    name: spec.name,
    value: seconds(Math.max(0, spec.ms)),
    unit: 's',
    ...(declared === undefined ? {} : { declared: seconds(declared) }),
    ...(spec.within === undefined ? {} : { ceiling: seconds(spec.within) }),
  };
}
/** ms; undefined unless every part of the sum is declared */
function declaredTime(events: readonly HistoryEvent[], timing: string): number | undefined {
  const promised = last(events, 'scenario.started')?.timing;
  const parts = timing.split('+').map((key) => promised?.[key]);
  return parts.reduce((sum, part) => (sum === undefined || part === undefined ? undefined : sum + part), 0);
}
export const count = (name: string, value: number): Measure => ({ name, value, unit: '' });
export const words = (name: string, value: string): Measure => ({ name, value, unit: '' });

/** Nearest rank: a value that was really observed. `share` from 0 to 1; undefined for no values. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

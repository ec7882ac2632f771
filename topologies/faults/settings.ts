/** How long, how much and how often: what a fault is told, within bounds that keep a run short. */
import { UsageError } from '../engine/errors.ts';
import type { FaultSettings, RelayFault } from '../lab-types.ts';

export type Settings = Required<FaultSettings>;

/** from, to */
const BOUNDS: Readonly<Record<keyof Settings, readonly [number, number]>> = {
  seconds: [0.05, 120],
  bytes: [4096, 1 << 30],
  percent: [1, 90],
  bitsPerSecond: [8000, 1e9],
  times: [1, 200],
};
const isKey = (key: string): key is keyof Settings => key in BOUNDS;

/** @throws UsageError if the fault does not take one of them, or not such a value. What it does not take is not read. */
export function settingsFor(fault: RelayFault, takes: FaultSettings, given: FaultSettings): Settings {
  const known = Object.keys(takes);
  for (const [key, value] of Object.entries(given)) {
    if (!isKey(key) || !known.includes(key))
      throw new UsageError(
        `fault ${fault} does not take ${key}`,
        `It takes: ${known.join(', ') || 'nothing'}.`,
      );
    const [from, to] = BOUNDS[key];
    if (!(value >= from && value <= to))
      throw new UsageError(`fault ${fault} cannot have ${key} ${String(value)}`, `Use ${from} to ${to}.`);
  }
  const none: Settings = { seconds: 0, bytes: 0, percent: 0, bitsPerSecond: 0, times: 0 };
  return { ...none, ...takes, ...given };
}

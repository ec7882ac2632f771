/** Medians and ratios: absolute times of a shared machine are not worth quoting alone. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function row(name: string, values: readonly number[], unit: string): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const shown = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));
  return `${name.padEnd(46)} ${shown(median(values)).padStart(8)} ${unit}  (${shown(low)}–${shown(high)}, ${values.length} runs)`;
}

/** Milliseconds that `body` takes. */
export async function timed(body: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await body();
  return performance.now() - begun;
}

/**
 * Wall time of the catalogue for one product at parallel 1, 2 and 4, what it goes into, and peak memory.
 *
 *   npx tsx bench/suite.ts [product] [parallel,…] [requirement,…]
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { freemem } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call } from '../cli/command.ts';
import { readHistory } from '../history/reader.ts';
import type { HistoryEvent } from '../history/events.ts';

const product = process.argv[2] ?? 'reference';
const parallels = (process.argv[3] ?? '1,2,4').split(',');
const requirements = process.argv[4] === undefined ? [] : ['--requirements', process.argv[4]];
const out = await mkdtemp(join(tmpdir(), 'heiiki-suite-'));

/** Seconds of one scenario by what it was waiting for. */
function shares(events: readonly HistoryEvent[]): {
  bringUp: number;
  acts: number;
  waits: number;
  rest: number;
} {
  const at = (kind: HistoryEvent['kind']): number | undefined =>
    events.find((event) => event.kind === kind)?.t;
  const begun = events[0]?.t ?? 0;
  const closed = at('lab.closed') ?? begun;
  let acts = 0;
  let waits = 0;
  let previous = begun;
  for (const event of events) {
    if (event.kind === 'act.finished' || event.kind === 'hook.finished') acts += event.t - previous;
    if (event.kind === 'check') waits += event.t - previous;
    if (event.kind !== 'packet' && !event.kind.startsWith('cloud.')) previous = event.t;
  }
  const total = (events.at(-1)?.t ?? begun) - begun;
  const bringUp = closed - begun;
  return { bringUp, acts, waits, rest: Math.max(0, total - bringUp - acts - waits) };
}

try {
  for (const parallel of parallels) {
    const folder = join(out, parallel);
    const before = freemem();
    let least = before;
    const watch = setInterval(() => (least = Math.min(least, freemem())), 250);
    const begun = performance.now();
    const ended = await call([
      'run',
      '--products',
      product,
      '--parallel',
      parallel,
      '--seed',
      '1',
      '--out',
      folder,
      ...requirements,
    ]).ended;
    const seconds = (performance.now() - begun) / 1000;
    clearInterval(watch);
    const totals = { bringUp: 0, acts: 0, waits: 0, rest: 0 };
    const scenarios = await readdir(join(folder, 'evidence', product));
    for (const scenario of scenarios) {
      const parts = shares(await readHistory(join(folder, 'evidence', product, scenario, 'history.ndjson')));
      for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += parts[key] / 1000;
    }
    const parts = Object.entries(totals).map(([key, value]) => `${key} ${value.toFixed(0)} s`);
    process.stdout.write(
      `parallel ${parallel}: ${seconds.toFixed(0)} s for ${scenarios.length} scenarios (status ${ended.status}); summed over scenarios: ${parts.join(', ')}; ` +
        `memory at most ${((before - least) / 2 ** 20).toFixed(0)} MiB more than before\n`,
    );
  }
} finally {
  await rm(out, { recursive: true });
}

/**
 * Wall time of the catalogue for one product at parallel 1, 2 and 4, what it goes into, and peak memory.
 *
 *   npx tsx bench/suite.ts [product] [parallel,…] [requirement,…]
 *   npx tsx bench/suite.ts RUN [product]      what the time of a run went into that has been made already
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { freemem } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call } from '../cli/command.ts';
import { readHistory } from '../history/reader.ts';
import type { HistoryEvent } from '../history/events.ts';

/** What the harness was at until an event of that kind came; what is not here is `rest`. */
const PARTS = {
  'bring-up and proof': ['lab.ready', 'lab.closed'],
  'faults and moves': [
    'fault.injected',
    'fault.verified',
    'fault.healed',
    'relay.changed',
    'move.started',
    'move.finished',
    'endpoint.restarted',
    'endpoint.sleep',
    'endpoint.state',
    'outsider.heard',
  ],
  'the product’s commands, and acts': ['hook.finished', 'act.finished'],
  'waiting for the product': ['check', 'step', 'act.started', 'recovery.attempt', 'manual.step'],
  'evidence and removal': ['counters', 'capture.summary', 'process.ended', 'scenario.finished'],
} as const satisfies Readonly<Record<string, readonly HistoryEvent['kind'][]>>;
/** They come by themselves, whatever the harness is at. */
const BY_THEMSELVES = /^(packet|cloud\..*|relay\.request|resolver\.query)$/;

/** ms of one scenario, by part. */
function shares(events: readonly HistoryEvent[]): Map<string, number> {
  const sums = new Map<string, number>();
  const own = events.filter(({ kind }) => !BY_THEMSELVES.test(kind));
  for (const [index, { kind, t }] of own.entries()) {
    const [part = 'rest'] =
      Object.entries(PARTS).find(([, kinds]) => (kinds as readonly string[]).includes(kind)) ?? [];
    sums.set(part, (sums.get(part) ?? 0) + t - (own[index - 1]?.t ?? t));
  }
  return sums;
}

/** `62 scenarios; summed over them: bring-up and proof 93 s (21 %), …` */
async function summed(run: string, product: string): Promise<string> {
  const folder = join(run, 'evidence', product);
  const scenarios = await readdir(folder);
  const totals = new Map<string, number>();
  for (const scenario of scenarios)
    for (const [part, ms] of shares(await readHistory(join(folder, scenario, 'history.ndjson'))))
      totals.set(part, (totals.get(part) ?? 0) + ms);
  const all = [...totals.values()].reduce((sum, ms) => sum + ms, 0);
  const parts = [...totals]
    .sort(([, a], [, b]) => b - a)
    .map(([part, ms]) => `${part} ${(ms / 1000).toFixed(0)} s (${((100 * ms) / all).toFixed(0)} %)`);
  return `${scenarios.length} scenarios; summed over them: ${parts.join(', ')}`;
}

async function measure(
  product: string,
  parallels: readonly string[],
  wanted: readonly string[],
): Promise<void> {
  const out = await mkdtemp(join(tmpdir(), 'heiiki-suite-'));
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
        ...wanted,
      ]).ended;
      const seconds = (performance.now() - begun) / 1000;
      clearInterval(watch);
      process.stdout.write(
        `parallel ${parallel}: ${seconds.toFixed(0)} s (status ${ended.status}); ${await summed(folder, product)}; ` +
          `memory at most ${((before - least) / 2 ** 20).toFixed(0)} MiB more than before\n`,
      );
    }
  } finally {
    await rm(out, { recursive: true });
  }
}

const [first = 'reference', second, third] = process.argv.slice(2);
if (existsSync(join(first, 'results.json')))
  process.stdout.write(`${await summed(first, second ?? 'reference')}\n`);
else
  await measure(first, (second ?? '1,2,4').split(','), third === undefined ? [] : ['--requirements', third]);

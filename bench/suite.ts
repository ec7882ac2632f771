/**
 * Wall time of the catalogue for one product at parallel 1, 2 and 4, what it goes into, and peak memory.
 *
 *   npx tsx bench/suite.ts [product] [parallel,…] [requirement,…]
 *   npx tsx bench/suite.ts RUN [product]      what the time of a run went into that has been made already
 *
 * Each time is that from one event to the next, and belongs to the later one. Whose it is:
 * - the product’s declared waits: what passes until a check, a step or an act comes, as these wait for a product as
 *   long as it declares, or for its answer if that is earlier, or see that nothing happens; and its commands and the
 *   acts on its endpoint, though the start of each is an exec of the engine
 * - the engine: making a lab and removing it, the end of its programs included, and every change of a network or a
 *   container for a fault or a move
 * - the harness: proving that the lab is closed and that a fault is in force or gone, reading facts and counters, and
 *   the rest, which is its own program. That its proofs and readings run by the engine’s execs, too, is not told apart.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { freemem } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FIRST } from '../cli/again.ts';
import { call } from '../cli/command.ts';
import { readHistory } from '../history/reader.ts';
import type { HistoryEvent } from '../history/events.ts';

/** What the harness was at until an event of that kind came, and whose time that is; what is not here is `rest`. */
const PARTS = {
  'bring-up': { whose: 'the engine', until: ['lab.ready'] },
  'proof that it is closed': { whose: 'the harness', until: ['lab.closed'] },
  'faults and moves': {
    whose: 'the engine',
    until: [
      'fault.injected',
      'fault.healed',
      'relay.changed',
      'move.started',
      'move.finished',
      'endpoint.restarted',
      'endpoint.sleep',
    ],
  },
  'proof of faults, and facts read': {
    whose: 'the harness',
    until: ['fault.verified', 'endpoint.state', 'outsider.heard'],
  },
  'the product’s commands, and acts': {
    whose: 'the product’s declared waits',
    until: ['hook.finished', 'act.finished'],
  },
  'waiting for the product': {
    whose: 'the product’s declared waits',
    until: ['check', 'step', 'act.started', 'recovery.attempt', 'manual.step'],
  },
  evidence: { whose: 'the harness', until: ['counters', 'capture.summary'] },
  removal: { whose: 'the engine', until: ['process.ended', 'scenario.finished'] },
} as const satisfies Readonly<Record<string, Part>>;
interface Part {
  readonly whose: 'the product’s declared waits' | 'the engine' | 'the harness';
  readonly until: readonly HistoryEvent['kind'][];
}
const REST = ['rest', { whose: 'the harness', until: [] }] as const;

/** They come by themselves, whatever the harness is at. */
const BY_THEMSELVES = /^(packet|cloud\..*|relay\.request|resolver\.query)$/;

type Sums = Map<string, number>;
const add = (sums: Sums, name: string, ms: number): Sums => sums.set(name, (sums.get(name) ?? 0) + ms);

/** Adds the ms of one scenario, by part and by whose they are. */
function share(events: readonly HistoryEvent[], parts: Sums, owners: Sums): void {
  const own = events.filter(({ kind }) => !BY_THEMSELVES.test(kind));
  for (const [index, { kind, t }] of own.entries()) {
    const [part, { whose }] =
      Object.entries<Part>(PARTS).find(([, { until }]) => until.includes(kind)) ?? REST;
    const ms = t - (own[index - 1]?.t ?? t);
    add(parts, part, ms);
    add(owners, whose, ms);
  }
}

/** `62 scenarios; summed over them: bring-up 93 s (21 %), …; these are the engine 180 s (40 %), …` */
async function summed(run: string, product: string): Promise<string> {
  const folder = join(run, 'evidence', product);
  // What was looked at again counts with its second evidence, as in the results.
  const scenarios = (await readdir(folder)).filter((name) => !name.endsWith(FIRST));
  const parts: Sums = new Map();
  const owners: Sums = new Map();
  for (const scenario of scenarios)
    share(await readHistory(join(folder, scenario, 'history.ndjson')), parts, owners);
  return `${scenarios.length} scenarios; summed over them: ${inWords(parts)}; these are ${inWords(owners)}`;
}

function inWords(sums: Sums): string {
  const all = [...sums.values()].reduce((sum, ms) => sum + ms, 0);
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .map(([name, ms]) => `${name} ${(ms / 1000).toFixed(0)} s (${((100 * ms) / all).toFixed(0)} %)`)
    .join(', ');
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

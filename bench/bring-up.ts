/**
 * Lab bring-up, as a ratio to the same containers and networks started by raw API calls, all at once: what the
 * lab's order, its self-test and its proof of closure cost over the floor of the engine; and docker-compose with the
 * same ones as a peer, where it is installed.
 *
 *   npx tsx bench/bring-up.ts [runs]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistoryWriter } from '../history/writer.ts';
import { loadProduct } from '../products/load.ts';
import { openRunId } from '../steps/support/run-id.ts';
import { RunContext } from '../steps/support/context.ts';
import { toolsNodeImage } from '../topologies/engine/images/index.ts';
import { openCompose } from './compose.ts';
import { row, timed } from './statistics.ts';

const runs = Number(process.argv[2] ?? 7);
const out = await mkdtemp(join(tmpdir(), 'heiiki-bench-'));
const context = await RunContext.open({
  id: openRunId(),
  out,
  seed: 1,
  lane: 'ci',
  onProgress: (line) => void process.stderr.write(`${line}\n`),
});
const product = await loadProduct('reference');
await context.prepare(product);
const image = await context.engine.image(toolsNodeImage());

/** Two networks and six containers, as many as a closed office has, with nothing waited for. */
async function raw(): Promise<void> {
  const { engine } = context;
  const [closed, internet] = await Promise.all([
    engine.network({ name: 'raw-closed', kind: 'open' }),
    engine.network({ name: 'raw-internet', kind: 'open' }),
  ]);
  const start = (name: string, ...networks: (typeof closed)[]) =>
    engine.container({
      name,
      image,
      argv: ['sleep', 'infinity'],
      attach: { kind: 'networks', networks: networks.map((network) => ({ network })) },
    });
  const holder = start('raw-holder', closed);
  const containers = await Promise.all([
    holder,
    start('raw-gateway', closed),
    start('raw-relay', closed, internet),
    start('raw-resolver', internet),
    start('raw-cloud', internet),
    holder.then((container) =>
      engine.container({
        name: 'raw-endpoint',
        image,
        argv: ['sleep', 'infinity'],
        attach: { kind: 'namespace-of', container },
      }),
    ),
  ]);
  cleanup = async () => {
    await Promise.all(containers.toReversed().map((container) => container[Symbol.asyncDispose]()));
    await Promise.all([closed, internet].map((network) => network[Symbol.asyncDispose]()));
  };
}
let cleanup: () => Promise<void> = () => Promise.resolve();

async function lab(prove: boolean, index: number): Promise<number> {
  const evidence = await context.evidenceFolder('bench', `${prove ? 'proven' : 'plain'}-${index}`);
  const history = await HistoryWriter.open(join(evidence, 'history.ndjson'));
  const request = { topology: 'closed-office', product, history, evidence, indicators: [], prove } as const;
  let dispose: () => Promise<void> = () => Promise.resolve();
  const ms = await timed(async () => {
    const started = await context.startLab(request);
    dispose = async () => started.lab[Symbol.asyncDispose]();
  });
  downs.push(await timed(dispose));
  await history.close();
  return ms;
}

const downs: number[] = [];
const KEYS = ['raw', 'compose', 'plain', 'proven'] as const;
const times = { raw: [] as number[], compose: [] as number[], plain: [] as number[], proven: [] as number[] };
const compose = await openCompose(image.tag);
try {
  for (let index = 0; index <= runs; index++) {
    const figures = { raw: await timed(raw), compose: 0, plain: 0, proven: 0 };
    await cleanup();
    if (compose) {
      figures.compose = await timed(() => compose.up());
      await compose.down();
    }
    figures.plain = await lab(false, index);
    figures.proven = await lab(true, index);
    // The first round only warms caches.
    if (index > 0) for (const key of KEYS) times[key].push(figures[key]);
  }
} finally {
  await compose?.[Symbol.asyncDispose]();
  await context[Symbol.asyncDispose]();
  await rm(out, { recursive: true });
}
const ratio = (key: keyof typeof times, to: keyof typeof times = 'raw'): number[] =>
  times[key].map((value, index) => value / (times[to][index] ?? Number.NaN));
for (const line of [
  row('raw API calls, all at once', times.raw, 'ms'),
  ...(compose ? [row(`docker-compose ${compose.version} up`, times.compose, 'ms')] : []),
  row('lab, ready (self-test, no proof)', times.plain, 'ms'),
  row('lab, ready and proven closed', times.proven, 'ms'),
  row('ratio ready / raw', ratio('plain'), '×'),
  row('ratio ready and proven / raw', ratio('proven'), '×'),
  ...(compose ? [row('ratio ready and proven / docker-compose', ratio('proven', 'compose'), '×')] : []),
  row('taking a lab down', downs, 'ms'),
])
  process.stdout.write(`${line}\n`);

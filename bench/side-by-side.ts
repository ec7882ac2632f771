/**
 * Many labs at once: how long until all are ready and proven closed, what memory they take, and whether anything
 * crosses between them. Every endpoint tries every address of every other lab; its own lab answers, as the control.
 *
 *   npx tsx bench/side-by-side.ts [labs]
 */
import { readFile, rm } from 'node:fs/promises';
import { openEngine } from '../topologies/engine/docker.ts';
import { createLabFactory } from '../topologies/factory.ts';
import { ENDPOINT, MemoryHistory, fetchCloud, labSpec } from '../topologies/lab-fixture.ts';
import type { StartedLab } from '../topologies/lab-types.ts';
import { EndpointNode } from '../topologies/nodes/endpoint.ts';
import { arrived, runProbes, type Probe } from '../topologies/probes.ts';
import { timed } from './statistics.ts';

const count = Number(process.argv[2] ?? 10);
const PORTS = [53, 443, 3128];

interface Made {
  readonly lab: StartedLab;
  readonly history: MemoryHistory;
  readonly spec: ReturnType<typeof labSpec>;
}

/** MiB that are still to be had. */
async function available(): Promise<number> {
  const [, kib = ''] = /^MemAvailable: +(\d+) kB$/m.exec(await readFile('/proc/meminfo', 'utf8')) ?? [];
  return Number(kib) / 1024;
}

const addressesOf = ({ history }: Made): string[] =>
  history.of('lab.ready').flatMap(({ nodes }) => nodes.flatMap((node) => Object.values(node.addresses)));

/** How many of the other labs' doors answered this one, and how many were tried. */
async function cross(from: Made, others: readonly Made[]): Promise<{ tried: number; crossed: string[] }> {
  const endpoint = from.lab.endpoint();
  if (!(endpoint instanceof EndpointNode)) throw new Error('this endpoint is not a container');
  const targets = [...new Set(others.flatMap(addressesOf))];
  const probes = targets.flatMap((address): Probe[] => [
    { id: `icmp-${address}`, kind: 'icmp', address, port: 0, text: 'x' },
    ...PORTS.map((port): Probe => ({ id: `tcp-${address}-${port}`, kind: 'tcp', address, port, text: 'x' })),
  ]);
  const results = await runProbes(endpoint.holder, probes, { seconds: 1 });
  return { tried: probes.length, crossed: results.filter(arrived).map(({ id }) => `${from.lab.id}: ${id}`) };
}

const engine = await openEngine();
try {
  await using labs = await createLabFactory(engine);
  await engine.image(ENDPOINT);
  await using held = new AsyncDisposableStack();
  const start = async (): Promise<Made> => {
    const history = new MemoryHistory();
    const spec = labSpec('closed-office', history);
    const lab = held.use(await labs.start(spec));
    await lab.proveClosed();
    return { lab, history, spec };
  };
  let one: Made | undefined;
  const alone = await timed(async () => (one = await start()));
  if (!one) throw new Error('no lab');
  const before = await available();
  const made = [one];
  const together = await timed(async () => {
    made.push(...(await Promise.all(Array.from({ length: count }, start))));
  });
  const memory = before - (await available());
  for (const { lab } of made) {
    const { exit, stderr } = await fetchCloud(lab, 'closed');
    if (exit !== 0) throw new Error(`${lab.id} does not reach its own cloud: ${stderr}`);
  }
  const found = await Promise.all(
    made.map((each) =>
      cross(
        each,
        made.filter((other) => other !== each),
      ),
    ),
  );
  const tried = found.reduce((sum, each) => sum + each.tried, 0);
  const crossed = found.flatMap((each) => each.crossed);
  process.stdout.write(
    [
      `one lab, ready and proven closed: ${(alone / 1000).toFixed(1)} s`,
      `${count} more at once: ${(together / 1000).toFixed(1)} s, ${(together / alone / count).toFixed(2)} of one each`,
      `memory: ${Math.round(memory)} MiB, ${Math.round(memory / count)} MiB a lab`,
      `from lab to lab: ${tried} tried, ${crossed.length} crossed ${crossed.join(', ')}`,
      '',
    ].join('\n'),
  );
  for (const { spec } of made) await rm(spec.evidence, { recursive: true });
  process.exitCode = crossed.length === 0 ? 0 : 1;
} finally {
  await engine[Symbol.asyncDispose]();
}

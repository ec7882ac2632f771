/**
 * Moving a running endpoint from the closed zone to the internet and back, as a ratio to the engine's bare
 * disconnect and connect of a container on the same networks.
 *
 *   npx tsx bench/relocation.ts [runs]
 */
import { rm } from 'node:fs/promises';
import { openEngine } from '../topologies/engine/docker.ts';
import { toolsImage } from '../topologies/engine/images/index.ts';
import { createLabFactory } from '../topologies/factory.ts';
import { MemoryHistory, labSpec } from '../topologies/lab-fixture.ts';
import { row, timed } from './statistics.ts';

const runs = Number(process.argv[2] ?? 15);
const engine = await openEngine();
const spec = labSpec('closed-office', new MemoryHistory());
const times = { bare: [] as number[], move: [] as number[] };
try {
  await using labs = await createLabFactory(engine);
  await using lab = await labs.start(spec);
  await using here = await engine.network({ name: 'bare-here', kind: 'open' });
  await using there = await engine.network({ name: 'bare-there', kind: 'open' });
  await using bare = await engine.container({
    name: 'bare',
    image: await engine.image(toolsImage),
    argv: ['sleep', 'infinity'],
    attach: { kind: 'networks', networks: [{ network: here }] },
  });
  const endpoint = lab.endpoint();
  let [from, to] = [here, there];
  // The first pair only warms caches.
  for (let index = 0; index <= runs; index++) {
    const took = await timed(async () => {
      await bare.disconnect(from);
      await bare.connect(to, to.address(9));
    });
    const moved = await timed(() => endpoint.move(endpoint.zone === 'closed' ? 'internet' : 'closed'));
    [from, to] = [to, from];
    if (index === 0) continue;
    times.bare.push(took);
    times.move.push(moved);
  }
} finally {
  await engine[Symbol.asyncDispose]();
  await rm(spec.evidence, { recursive: true });
}
const ratio = times.move.map((value, index) => value / (times.bare[index] ?? Number.NaN));
for (const line of [
  row('bare disconnect and connect', times.bare, 'ms'),
  row('move of an endpoint', times.move, 'ms'),
  row('ratio move / bare', ratio, '×'),
])
  process.stdout.write(`${line}\n`);

/**
 * What the capture of an endpoint costs it: requests of the endpoint to the cloud, a connection each, before and
 * after the capture has ended, in the same lab.
 *
 *   npx tsx bench/capture.ts [runs] [requests]
 */
import { rm } from 'node:fs/promises';
import { openEngine } from '../topologies/engine/docker.ts';
import { createLabFactory } from '../topologies/factory.ts';
import { MemoryHistory, labSpec } from '../topologies/lab-fixture.ts';
import type { StartedLab } from '../topologies/lab-types.ts';
import { row, timed } from './statistics.ts';

const runs = Number(process.argv[2] ?? 7);
const requests = Number(process.argv[3] ?? 500);
const ROUNDS = 3;

/** Milliseconds a request, the best of a few rounds: what else the machine does only adds to it. */
async function request(lab: StartedLab, cloud: string): Promise<number> {
  const argv = [
    'curl',
    '-sS',
    '--noproxy',
    '*',
    '-o',
    '/dev/null',
    // The resolvers end with the evidence.
    '--resolve',
    `edr.cloud.test:443:${cloud}`,
    `http://edr.cloud.test:443/[1-${requests}]`,
  ];
  const taken: number[] = [];
  for (let round = 0; round < ROUNDS; round++)
    taken.push(
      await timed(async () => {
        const { exit, stderr } = await lab.endpoint().exec(argv, { timeoutMs: 120_000 });
        if (exit !== 0) throw new Error(`curl ended with ${String(exit)}: ${stderr}`);
      }),
    );
  return Math.min(...taken) / requests;
}

const engine = await openEngine();
const times = { captured: [] as number[], not: [] as number[] };
const packets: number[] = [];
try {
  await using labs = await createLabFactory(engine);
  for (let index = 0; index < runs; index++) {
    const history = new MemoryHistory();
    const spec = labSpec('closed-office', history);
    await using lab = await labs.start(spec);
    await lab.endpoint().move('internet');
    const nodes = history.of('lab.ready')[0]?.nodes ?? [];
    const cloud = nodes.find(({ name }) => name === 'cloud')?.addresses['internet'] ?? '';
    const captured = await request(lab, cloud);
    await lab.finishEvidence();
    packets.push(history.of('packet').length);
    times.captured.push(captured);
    times.not.push(await request(lab, cloud));
    await rm(spec.evidence, { recursive: true });
  }
} finally {
  await engine[Symbol.asyncDispose]();
}
const ratio = times.captured.map((value, index) => value / (times.not[index] ?? Number.NaN));
for (const line of [
  row('a request with capture', times.captured, 'ms'),
  row('a request without', times.not, 'ms'),
  row('ratio with / without', ratio, '×'),
  row('packets captured', packets, 'packets'),
])
  process.stdout.write(`${line}\n`);

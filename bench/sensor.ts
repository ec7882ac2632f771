/**
 * The sensor's truth: of N runs of a program that lives for a millisecond, how many are seen, with the right
 * path, the right command line and the right user; and what watching costs. Static programs are run as well, as
 * sensors that wait for the loader's files miss them.
 *
 *   npx tsx bench/sensor.ts [runs]
 */
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { openEngine } from '../topologies/engine/docker.ts';
import type { ImageRecipe } from '../topologies/engine/engine.ts';
import { toolchain, toolsNodeImage } from '../topologies/engine/images/index.ts';
import type { SensorCounts } from './sensor-inside.ts';

const CAPABILITIES = ['SYS_ADMIN', 'SYS_PTRACE'];
const runs = Number(process.argv[2] ?? 1000);

async function recipe(): Promise<ImageRecipe> {
  const bundled = await build({
    entryPoints: [new URL('sensor-inside.ts', import.meta.url).pathname],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node24',
  });
  const source = (name: string) => readFile(new URL(`../mocks/agent/native/${name}`, import.meta.url));
  const compiled: ImageRecipe = {
    name: 'bench-sensor-programs',
    parent: toolchain,
    dockerfile: [
      'COPY execwatch.c sha256.h short.c /src/',
      'RUN mkdir /bench && gcc -O2 -static -o /bench/execwatch /src/execwatch.c',
      'RUN gcc -O2 -o /bench/dynamic /src/short.c && gcc -O2 -static -o /bench/static /src/short.c',
    ].join('\n'),
    files: new Map([
      ['execwatch.c', { content: await source('execwatch.c') }],
      ['sha256.h', { content: await source('sha256.h') }],
      ['short.c', { content: Buffer.from('int main(void) { return 0; }\n') }],
    ]),
  };
  return {
    name: 'bench-sensor',
    parent: toolsNodeImage(),
    stages: new Map([['programs', compiled]]),
    dockerfile: 'COPY --from=programs /bench /bench\nCOPY inside.mjs /bench/inside.mjs',
    files: new Map([['inside.mjs', { content: Buffer.from(bundled.outputFiles[0]?.contents ?? []) }]]),
  };
}

await using engine = await openEngine({ onProgress: (line) => void process.stderr.write(`${line}\n`) });
const image = await engine.image(await recipe());
await using container = await engine.container({
  name: 'bench-sensor',
  image,
  argv: ['sleep', 'infinity'],
  attach: { kind: 'none' },
  capabilities: CAPABILITIES,
});
const ended = await container.run(['/usr/local/bin/node', '/bench/inside.mjs', String(runs)], {
  timeoutMs: 300_000,
});
if (ended.exit !== 0) throw new Error(`the bench ended with ${String(ended.exit)}: ${ended.stderr}`);
const { results, states } = JSON.parse(ended.stdout) as { results: SensorCounts[]; states: string[] };
console.log(`privileges: ${CAPABILITIES.join(', ')}; ${engine.info.name} ${engine.info.version}`);
for (const one of results)
  console.log(
    `${one.program.padEnd(15)} ${one.runs} runs: seen ${one.seen}, right path ${one.rightPath}, ` +
      `right command line ${one.rightCommand}, right user ${one.rightUser}; ` +
      `${one.msWithout} ms without the sensor, ${one.msWith} ms with it`,
  );
for (const text of states) console.log(`sensor: ${text}`);

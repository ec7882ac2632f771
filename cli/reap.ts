/** `heiiki reap`: what dead runs have left is removed; what runs now is left alone. */
import { reapFolders } from './lab/labs.ts';
import { openEngine } from '../topologies/engine/docker.ts';

export async function reap(dryRun: boolean): Promise<number> {
  const engine = await openEngine({
    provision: false,
    sweep: false,
    onProgress: (line: string) => process.stderr.write(`${line}\n`),
  });
  try {
    const removed = await engine.sweep({ own: false, dryRun });
    for (const { kind, name, run } of removed)
      process.stdout.write(`${dryRun ? 'would remove' : 'removed'} ${kind} ${name} of run ${run}\n`);
    for (const { name, evidence } of await reapFolders(engine, dryRun))
      process.stdout.write(
        `${dryRun ? 'would remove' : 'removed'} folder of the dead lab ${name}; its evidence stays in ${evidence}\n`,
      );
    process.stdout.write(
      removed.length === 0
        ? 'nothing was left behind\n'
        : `${removed.length} things ${dryRun ? 'found' : 'removed'}\n`,
    );
    return 0;
  } finally {
    await engine[Symbol.asyncDispose]();
  }
}

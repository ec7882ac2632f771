/** The fleet's program as one file that runs under a bare node. */
import { fileURLToPath } from 'node:url';

/** ESM text. Throws what esbuild throws. */
export async function bundleFleet(): Promise<Buffer> {
  const { build } = await import('esbuild');
  const result = await build({
    entryPoints: [fileURLToPath(new URL('./main.ts', import.meta.url))],
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    ...{ bundle: true, write: false, platform: 'node', format: 'esm', target: 'node24', logLevel: 'error' },
  });
  const file = result.outputFiles[0];
  if (!file) throw new Error('esbuild wrote no file for the fleet');
  return Buffer.from(file.contents);
}

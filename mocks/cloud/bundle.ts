/** The cloud's program as one file that runs under a bare node, without node_modules. */
import { fileURLToPath } from 'node:url';
import type { FrontKind } from './front.ts';

/** Some of the bundled packages are CommonJS and expect these three names. */
const BANNER = [
  "import{createRequire as __heiikiRequire}from'node:module';",
  "import{fileURLToPath as __heiikiPath}from'node:url';",
  'const require=__heiikiRequire(import.meta.url);',
  'const __filename=__heiikiPath(import.meta.url);',
  "const __dirname=__heiikiPath(new URL('.',import.meta.url));",
].join('');

/**
 * ESM text, about 7 MB, with either front; for `node` alone a tenth of it. Takes one to two seconds. Throws what
 * esbuild throws.
 */
export async function bundleCloud(front: FrontKind = 'mockttp'): Promise<Buffer> {
  const [{ build }, { loadContract }] = await Promise.all([
    import('esbuild'),
    import('./protocol/contract.ts'),
  ]);
  const result = await build({
    entryPoints: [fileURLToPath(new URL('./main.ts', import.meta.url))],
    // Module names in the output are relative to it: the same source gives the same bytes wherever it is started.
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'error',
    external: front === 'node' ? ['./mockttp-front.ts'] : [],
    banner: { js: BANNER },
    define: { HEIIKI_CONTRACT: JSON.stringify(JSON.stringify(await loadContract())) },
  });
  const file = result.outputFiles[0];
  if (!file) throw new Error('esbuild wrote no file for the cloud');
  return Buffer.from(file.contents);
}

/** TypeScript programs of a payload, each as one file that Node runs without anything beside it. */
import { dirname } from 'node:path';
import { build } from 'esbuild';

/** Some packages still ask for `require`; an ES module has none. */
const BANNER = [
  "import{createRequire as __cr}from'node:module';import{fileURLToPath as __fp}from'node:url';",
  'const require=__cr(import.meta.url);const __filename=__fp(import.meta.url);',
  "const __dirname=__fp(new URL('.',import.meta.url));",
].join('');

/** One build for each entry point in this process: many defects share one program. */
const built = new Map<string, Promise<Buffer | { failed: string }>>();

/** The bundle, or in words why there is none. */
export function bundle(entry: string): Promise<Buffer | { failed: string }> {
  const running = built.get(entry) ?? buildOnce(entry);
  built.set(entry, running);
  return running;
}

async function buildOnce(entry: string): Promise<Buffer | { failed: string }> {
  try {
    const result = await build({
      entryPoints: [entry],
      // Names in the output are relative to it: the same program has the same digest wherever it is built from.
      absWorkingDir: dirname(entry),
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      banner: { js: BANNER },
      logLevel: 'silent',
    });
    const [file] = result.outputFiles;
    return file ? Buffer.from(file.contents) : { failed: 'the bundle is empty' };
  } catch (cause) {
    return {
      failed:
        cause instanceof Error
          ? (cause.message.split('\n').find((l) => l.includes('ERROR')) ?? cause.message)
          : String(cause),
    };
  }
}

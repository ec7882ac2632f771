/** Open run contexts of this process. `heiiki run` opens one for many scenarios; plain cucumber-js its own. */
import { join } from 'node:path';
import { openRunId } from './run-id.ts';
import { RunContext, type RunOptions } from './context.ts';

const contexts = new Map<string, RunContext>();

export async function openRun(options: RunOptions): Promise<RunContext> {
  const context = await RunContext.open(options);
  contexts.set(options.id, context);
  return context;
}

export function runOf(id: string): RunContext {
  const context = contexts.get(id);
  if (!context) throw new Error(`run ${id} is not open in this process`);
  return context;
}

export async function closeRun(id: string): Promise<void> {
  const context = contexts.get(id);
  contexts.delete(id);
  await context?.[Symbol.asyncDispose]();
}

let own: Promise<RunContext> | undefined;
/** The run of a plain `npx cucumber-js`: opened with the first scenario, closed by AfterAll. */
export function ownRun(): Promise<RunContext> {
  const id = openRunId();
  own ??= openRun({
    id,
    out: join('reports', 'out', id),
    seed: Number(process.env['HEIIKI_SEED'] ?? Date.now() % 2 ** 31),
    lane: 'ci',
    onProgress: (line) => void process.stderr.write(`${line}\n`),
  });
  return own;
}
export async function closeOwnRun(): Promise<void> {
  const context = await own;
  if (context) await closeRun(context.options.id);
}

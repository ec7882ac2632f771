/** `heiiki lab up`: starts the process that holds the lab, shows what it says, and what can be done with it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadProduct } from '../../products/load.ts';
import { APPS } from '../../steps/support/context.ts';
import { openRunId } from '../../steps/support/run-id.ts';
import { loadTopology } from '../../topologies/schema.ts';
import { WrongUsage } from '../options.ts';
import { ask, LabRefused, reach } from './client.ts';
import { down } from './down.ts';
import { knownLabs, sweepDead } from './labs.ts';
import type { LabInfo } from './protocol.ts';
import { LabFolders, STARTING_MS, type LabRecord } from './records.ts';
import { welcome } from './welcome.ts';
import type { Wire } from './wire.ts';

export interface UpCommand {
  readonly topology: string;
  /** id, or absolute path */
  readonly product?: string | undefined;
  readonly name?: string | undefined;
}

/** Between two looks whether it listens. */
const GLANCE_MS = 50;

/** Everything that can be wrong with the input is found before anything is started. */
export async function up(command: UpCommand, signal: AbortSignal): Promise<number> {
  const topology = loadTopology(command.topology);
  const strange = Object.keys(topology.apps).filter((app) => !APPS.includes(app));
  if (strange.length > 0)
    throw new WrongUsage(
      `lab up ${topology.id}: there is no program for its app ${strange.join(', ')}; it is for a bench of its own`,
    );
  if (command.product !== undefined) await loadProduct(command.product);
  const folders = new LabFolders();
  const labs = await knownLabs(folders);
  await sweepDead(
    labs.filter(({ state }) => state === 'dead').map(({ record }) => record),
    folders,
  );
  const name = await folders.take(command.name, topology.id);
  const run = openRunId();
  const record: LabRecord = {
    schema: 'heiiki/lab/v1',
    name,
    run,
    topology: topology.id,
    product: command.product ?? null,
    pid: null,
    created: Date.now(),
    evidence: join('reports', 'out', run),
  };
  const info = await started(folders, record, signal);
  if (!info) return 130;
  for (const line of welcome(info)) process.stdout.write(`${line}\n`);
  return info.installs.some(({ outcome }) => outcome !== 'ok') ? 1 : 0;
}

/** Undefined when it was interrupted; then nothing is left. */
async function started(
  folders: LabFolders,
  record: LabRecord,
  signal: AbortSignal,
): Promise<LabInfo | undefined> {
  const { name } = record;
  await folders.write(record);
  const child = resident(folders, name);
  try {
    const wire = await listening(folders, name, child);
    wire.closeAt(signal);
    for await (const reply of ask(wire, name, { op: 'attach' })) {
      if (reply.kind === 'progress') process.stderr.write(`${reply.line}\n`);
      if (reply.kind === 'info') return reply.info;
    }
    throw new Error(`lab ${name} did not say whether it is ready`);
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write(`interrupted; lab ${name} is taken down\n`);
    if (await folders.read(name)) await down([name]);
    return undefined;
  }
}

/** In a session of its own, so that no signal of this terminal reaches it. */
function resident(folders: LabFolders, name: string): ChildProcess {
  const log = openSync(folders.log(name), 'a', 0o600);
  try {
    const child = spawn(process.execPath, ['--import', 'tsx', join('cli', 'main.ts'), 'lab', 'serve', name], {
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

async function listening(folders: LabFolders, name: string, child: ChildProcess): Promise<Wire> {
  const end = performance.now() + STARTING_MS;
  const stop = new AbortController();
  let failure: Error | undefined;
  child.on('error', (error) => {
    failure = error;
    stop.abort();
  });
  child.on('exit', () => stop.abort());
  for (;;) {
    const wire = await reach(folders.socket(name));
    if (wire) return wire;
    if (stop.signal.aborted || performance.now() > end) break;
    await pause(GLANCE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  child.kill('SIGKILL');
  const said = await readFile(folders.log(name), 'utf8').catch(() => '');
  await folders.remove(name);
  const why = failure?.message ?? (said.trim() || 'it said nothing');
  throw new LabRefused(`the process that would have held lab ${name} did not start: ${why}`, 2);
}

/** Which labs there are, whether each still lives, and the removal of what dead ones have left. */
import type { Engine } from '../../topologies/engine/engine.ts';
import { openEngine } from '../../topologies/engine/docker.ts';
import { WrongUsage } from '../options.ts';
import { answerTo, LabDead, reach } from './client.ts';
import type { LabInfo } from './protocol.ts';
import { LabFolders, STARTING_MS, type LabRecord } from './records.ts';
import type { Wire } from './wire.ts';

export interface KnownLab {
  readonly record: LabRecord;
  /** mute: its process is there, but does not answer */
  readonly state: LabInfo['state'] | 'dead' | 'mute';
  readonly info: LabInfo | undefined;
}

/** A resident process that does nothing else answers at once. */
const ANSWER_MS = 5000;

export async function knownLabs(folders = new LabFolders()): Promise<readonly KnownLab[]> {
  return Promise.all((await folders.list()).map((record) => look(folders, record)));
}

async function look(folders: LabFolders, record: LabRecord): Promise<KnownLab> {
  const wire = await reach(folders.socket(record.name));
  if (!wire) return { record, state: isStarting(record) ? 'starting' : 'dead', info: undefined };
  const info = await infoOf(wire, record.name);
  return { record, state: info?.state ?? 'mute', info };
}

async function infoOf(wire: Wire, name: string): Promise<LabInfo | undefined> {
  const late = setTimeout(() => wire.close(), ANSWER_MS);
  try {
    const reply = await answerTo(wire, name, { op: 'info' });
    return reply.kind === 'info' ? reply.info : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(late);
  }
}

/** Its process does not listen yet. Whether there is a process of that number would say nothing: it may be a dead one's. */
const isStarting = ({ pid, created }: LabRecord): boolean =>
  pid === null && Date.now() - created < STARTING_MS;

/** The connection to a lab that lives. Throws WrongUsage for one that there is not, LabDead for a dead one. */
export async function wireTo(name: string, folders = new LabFolders()): Promise<Wire> {
  const records = await folders.list();
  const record = records.find((one) => one.name === name);
  if (!record) throw noSuchLab(name, records);
  const wire = await reach(folders.socket(name));
  if (wire) return wire;
  if (isStarting(record))
    throw new WrongUsage(`lab ${name} is just starting; \`heiiki lab ls\` shows when it is ready`);
  throw new LabDead(name);
}

export function noSuchLab(name: string, records: readonly LabRecord[]): WrongUsage {
  const names = records.map((record) => record.name);
  return new WrongUsage(
    `there is no lab ${name}; ${names.length > 0 ? `there are: ${names.join(', ')}` : 'there is none at all. `heiiki lab up closed-office` starts one'}`,
  );
}

export interface Swept {
  /** labs of which nothing is left but their evidence */
  readonly gone: readonly LabRecord[];
  /** why the others could not be removed now */
  readonly why: string;
}

/**
 * Removes what dead labs have left: in the engine as any dead run's, then their folders. A lab that died just now may
 * still have its lease; it is removed by the next call.
 */
export async function sweepDead(
  dead: readonly LabRecord[],
  folders = new LabFolders(),
  engineToUse?: Engine,
): Promise<Swept> {
  if (dead.length === 0) return { gone: [], why: '' };
  const engine =
    engineToUse ??
    (await openEngine({ provision: false, sweep: false }).catch((error: unknown) => String(error)));
  if (typeof engine === 'string') return { gone: [], why: engine };
  try {
    await engine.sweep({ own: false, dryRun: false });
    const left = new Set((await engine.leftovers()).map(({ run }) => run));
    const gone = dead.filter(({ run }) => !left.has(run));
    for (const { name } of gone) await folders.remove(name);
    return { gone, why: 'its lease has not ended yet' };
  } finally {
    if (!engineToUse) await engine[Symbol.asyncDispose]();
  }
}

/** For `heiiki reap`, after its sweep: folders of labs whose process has ended and of which the engine has nothing. */
export async function reapFolders(engine: Engine, dryRun: boolean): Promise<readonly LabRecord[]> {
  const dead = (await knownLabs()).filter(({ state }) => state === 'dead').map(({ record }) => record);
  if (dryRun) return dead;
  return (await sweepDead(dead, new LabFolders(), engine)).gone;
}

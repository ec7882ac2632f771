/** `heiiki lab serve NAME`: the resident process of a lab. `heiiki lab up` starts it; people do not call it. */
import { once } from 'node:events';
import { WrongUsage } from '../options.ts';
import { LabFolders, STARTING_MS } from './records.ts';
import { Resident } from './resident.ts';
import { serveLab } from './server.ts';

/** How long what is still open may keep the process when nothing is left to hold: an engine may never answer. */
const ENDING_MS = 5000;

export async function serve(name: string, signal: AbortSignal): Promise<number> {
  const folders = new LabFolders();
  const record = await folders.read(name);
  if (!record)
    throw new WrongUsage(`there is no lab ${name} to hold. \`heiiki lab up\` starts what holds a lab.`);
  const lab = new Resident(record, () => folders.remove(name));
  const served = await serveLab(folders.socket(name), lab);
  await folders.write({ ...record, pid: process.pid });
  const end = (): void =>
    void lab.down().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  signal.addEventListener('abort', end);
  // The command that made this process may have been killed before it could ask for the lab.
  setTimeout(() => lab.begun || end(), STARTING_MS).unref();
  if (!lab.ended.aborted) await once(lab.ended, 'abort');
  await served.close();
  setTimeout(() => process.exit(), ENDING_MS).unref();
  return 0;
}

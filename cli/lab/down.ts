/** `heiiki lab down`: labs end with all that they have, but for their evidence. */
import { WrongUsage } from '../options.ts';
import { answerTo, reach } from './client.ts';
import { knownLabs, noSuchLab, sweepDead, type KnownLab } from './labs.ts';
import { LabFolders } from './records.ts';

/** `names`: undefined for all. */
export async function down(names: readonly string[] | undefined): Promise<number> {
  const folders = new LabFolders();
  const labs = await knownLabs(folders);
  const wanted = names?.map((name) => found(labs, name)) ?? labs;
  if (wanted.length === 0) process.stdout.write('there is no lab\n');
  const failures = (await Promise.all(wanted.map((lab) => takeDown(folders, lab)))).filter(
    (one) => one !== '',
  );
  for (const failure of failures) process.stderr.write(`heiiki: ${failure}\n`);
  return failures.length > 0 ? 2 : 0;
}

function found(labs: readonly KnownLab[], name: string): KnownLab {
  const lab = labs.find(({ record }) => record.name === name);
  if (!lab)
    throw noSuchLab(
      name,
      labs.map(({ record }) => record),
    );
  return lab;
}

/** Returns what went wrong, or nothing. */
async function takeDown(folders: LabFolders, { record, state }: KnownLab): Promise<string> {
  const { name, evidence } = record;
  if (state === 'mute')
    return `the process ${record.pid ?? ''} of lab ${name} does not answer; end it, then: heiiki reap`;
  if (state === 'dead') {
    const { gone, why } = await sweepDead([record], folders);
    if (gone.length === 0)
      return `what the dead lab ${name} has left could not be removed: ${why}; try again`;
  } else {
    const wire = await reach(folders.socket(name));
    if (!wire) throw new WrongUsage(`lab ${name} is just starting; try again in a moment`);
    try {
      await answerTo(wire, name, { op: 'down' });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  process.stdout.write(`lab ${name} is gone; its evidence is in ${evidence}\n`);
  return '';
}

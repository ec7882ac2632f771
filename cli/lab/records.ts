/**
 * What is on disk of a lab by hand: a folder with a record and the socket of its resident process. The folder is
 * there exactly as long as something of the lab may be.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { WrongUsage } from '../options.ts';

/** Below the project's folder, which is where every command works. */
export const LABS = join('.heiiki', 'labs');

export const LabRecord = z.strictObject({
  schema: z.literal('heiiki/lab/v1'),
  name: z.string(),
  /** id of the run that its containers carry */
  run: z.string(),
  topology: z.string(),
  /** id, or path of a manifest; null: endpoints without a product */
  product: z.string().nullable(),
  /** of the resident process, as soon as it listens */
  pid: z.number().int().positive().nullable(),
  /** ms since the epoch */
  created: z.number(),
  /** folder of history and raw evidence; it stays when the lab goes */
  evidence: z.string(),
});
export type LabRecord = z.infer<typeof LabRecord>;

const NAME = /^[a-z][a-z0-9-]{0,30}$/;

export class LabFolders {
  readonly root: string;

  constructor(root = LABS) {
    this.root = root;
  }

  folder(name: string): string {
    return join(this.root, name);
  }
  /** Relative on purpose: a socket's path may have about 100 characters only. */
  socket(name: string): string {
    return join(this.root, name, 'control.sock');
  }
  log(name: string): string {
    return join(this.root, name, 'serve.log');
  }

  /** All records, by name. A folder without a whole record is somebody's who is just making or removing it. */
  async list(): Promise<readonly LabRecord[]> {
    const names = await readdir(this.root).catch(ifMissing<string[]>([]));
    const records = await Promise.all(names.toSorted().map((name) => this.read(name)));
    return records.filter((record) => record !== undefined);
  }
  async read(name: string): Promise<LabRecord | undefined> {
    const text = await readFile(join(this.folder(name), 'lab.json'), 'utf8').catch(ifMissing(''));
    return text === '' ? undefined : LabRecord.parse(JSON.parse(text));
  }
  /** Never seen half written. */
  async write(record: LabRecord): Promise<void> {
    const file = join(this.folder(record.name), 'lab.json');
    await writeFile(`${file}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
  async remove(name: string): Promise<void> {
    await rm(this.folder(name), { recursive: true, force: true });
  }

  /**
   * Takes a name that nobody has: `wanted`, or else the topology's with a number. Only this user may look into the
   * folder, as whoever reaches the socket commands the lab.
   */
  async take(wanted: string | undefined, topology: string): Promise<string> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    if (wanted !== undefined) {
      if (!NAME.test(wanted))
        throw new WrongUsage(
          `--name ${wanted}: a name is up to 31 lower-case letters, digits and dashes, and begins with a letter`,
        );
      if (await this.#made(wanted)) return wanted;
      throw new WrongUsage(
        `--name ${wanted}: there is a lab of that name. Choose another, or take that one down: heiiki lab down ${wanted}`,
      );
    }
    for (let number = 1; ; number++) {
      const name = number === 1 ? topology : `${topology}-${number}`;
      if (await this.#made(name)) return name;
    }
  }

  async #made(name: string): Promise<boolean> {
    try {
      await mkdir(this.folder(name), { mode: 0o700 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return this.#reclaimed(name);
    }
  }

  /** Left by a command that was killed before it had written down whose folder this is. */
  async #reclaimed(name: string): Promise<boolean> {
    const { mtimeMs } = await stat(this.folder(name));
    if (Date.now() - mtimeMs < STARTING_MS || (await this.read(name)) !== undefined) return false;
    await this.remove(name);
    await mkdir(this.folder(name), { mode: 0o700 });
    return true;
  }
}

/** A resident process listens within this time, or there is none. */
export const STARTING_MS = 60_000;

function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value;
    throw error;
  };
}

/** One process of this machine at a time: a lock file that names its holder; a dead holder's is taken over. */
import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

const POLL_MS = 100;
export interface LockOptions {
  /** give up after this long, in ms; default 10 minutes */
  readonly timeoutMs?: number;
}

/** @throws Error naming the holder if it does not let go in time */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const deadline = performance.now() + (options.timeoutMs ?? 600_000);
  while (!(await take(path))) {
    await dropIfDead(path);
    if (performance.now() > deadline)
      throw new Error(`process ${await holder(path)} holds ${path}; end it, or remove the file if it hangs`);
    await after(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Written beside and linked into place, so that nobody ever reads a lock without its holder. */
async function take(path: string): Promise<boolean> {
  const beside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(beside, `${process.pid} ${await startTime(process.pid)}`);
  try {
    await link(beside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

async function holder(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

async function dropIfDead(path: string): Promise<void> {
  const before = await stat(path).catch(() => undefined);
  const [pid = '', started = ''] = (await holder(path)).split(' ');
  if (pid === '' || (await alive(Number(pid), started))) return;
  const now = await stat(path).catch(() => undefined);
  if (before?.ino === now?.ino) await rm(path, { force: true });
}

/** Removes the locks of that kind whose holders are dead, and what they had beside them. */
export async function dropDeadLocks(folder: string, pattern: RegExp): Promise<void> {
  for (const name of await readdir(folder))
    if (pattern.test(name)) await dropIfDead(join(folder, name)).catch(() => undefined);
}

export async function alive(pid: number, started = ''): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const now = await startTime(pid);
  return started === '' || now === '' || started === now;
}

/** Ticks since boot at which a process began (Linux): tells a reused process number from the first one. */
async function startTime(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

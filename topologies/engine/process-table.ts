/** Processes of this machine by their command line, and their orderly end. Linux only. */
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';

export interface Row {
  readonly pid: number;
  readonly argv: readonly string[];
}

export async function processOf(pid: number): Promise<Row | undefined> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const argv = text.split('\0').filter((word) => word !== '');
  // a zombie has an empty command line: it is gone but for its status
  return argv.length > 0 ? { pid, argv } : undefined;
}

export async function processesWhere(wanted: (argv: readonly string[]) => boolean): Promise<readonly Row[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const rows = await Promise.all(pids.map(processOf));
  return rows.filter((row) => row !== undefined && wanted(row.argv)).map((row) => row as Row);
}

/** SIGTERM, and SIGKILL for what does not go within the grace period (ms). */
export async function end({ pid }: Row, graceMs: number): Promise<void> {
  signal(pid, 'SIGTERM');
  const deadline = performance.now() + graceMs;
  while ((await processOf(pid)) !== undefined) {
    if (performance.now() > deadline) {
      signal(pid, 'SIGKILL');
      return;
    }
    await after(50);
  }
}
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone in the meantime
  }
}

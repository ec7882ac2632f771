/** Processes of this endpoint by the program that they run. */
import { readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** What the kernel adds to the path of a program whose file is gone. */
const DELETED = / \(deleted\)$/;

/** Ends every process that runs the program of that path; `namesakes`: or one of the same name elsewhere. */
export function killProgram(path: string, { namesakes = false } = {}): number {
  const meant = (program: string): boolean =>
    program === path || (namesakes && basename(program) === basename(path));
  let ended = 0;
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const program = programOf(name);
    if (program === undefined || !meant(program) || Number(name) === process.pid) continue;
    if (kill(Number(name))) ended += 1;
  }
  return ended;
}

function programOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(DELETED, '');
  } catch {
    return undefined; // it has ended, or is the kernel's
  }
}
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ESRCH') return false;
    throw cause;
  }
}

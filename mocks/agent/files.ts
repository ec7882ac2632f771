/** Small files that must survive a loss of power: whole old content or whole new content. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export function writeWhole(path: string, text: string, mode = 0o600): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const fd = openSync(`${path}.new`, 'w', mode);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(`${path}.new`, path);
}

/** As writeWhole. False when the disk is full: the old content stays, and the caller goes on with what it has in memory. */
export function writeIfRoom(path: string, text: string): boolean {
  try {
    writeWhole(path, text);
    return true;
  } catch (cause) {
    if (!isFull(cause)) throw cause;
    rmSync(`${path}.new`, { force: true });
    return false;
  }
}
export const isFull = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** undefined also for a file that is no JSON object: state that cannot be read is state that is not there. */
export function readState(path: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(readIfThere(path) ?? 'null');
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

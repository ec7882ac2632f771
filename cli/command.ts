/** For tests of the whole: calls the `heiiki` command as a user does. */
import { spawn, type ChildProcess } from 'node:child_process';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Called {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** `echo`: what it says is also shown, for commands that take minutes. */
export function call(
  args: readonly string[],
  options: { echo?: boolean; env?: Record<string, string>; group?: boolean } = {},
): Called {
  const child = spawn(process.execPath, ['cli/heiiki.mjs', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    detached: options.group ?? false,
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      if (options.echo) process.stdout.write(text);
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...texts }));
  });
  return { child, ended };
}

export const heiiki = (...args: readonly string[]): Promise<Ended> => call(args).ended;

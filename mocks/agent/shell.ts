/**
 * Work of an analyst on this endpoint, ordered by the cloud: a script that a shell runs, whose output goes back over the
 * connection that is there anyway. Whoever owns the endpoint can forbid it, and only who is on the endpoint can allow it again.
 */
import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { CommandResult } from '../cloud/protocol/types.ts';
import { writeWhole } from './files.ts';
import type { Behaviour } from './flaws.ts';
import type { Places } from './places.ts';

const LONGEST_MS = 60_000;
const MOST_OUTPUT = 2000;

export interface ShellParts {
  readonly places: Pick<Places, 'shellForbidden'>;
  readonly style: Behaviour['shell'];
  readonly note: (text: string) => void;
}

export function forbidShell({ shellForbidden }: ShellParts['places'], forbidden: boolean): void {
  if (forbidden) writeWhole(shellForbidden, 'forbidden\n');
  else rmSync(shellForbidden, { force: true });
}

export class RemoteShell {
  readonly #parts: ShellParts;
  constructor(parts: ShellParts) {
    this.#parts = parts;
  }

  async run({ script, analyst }: Readonly<Record<string, unknown>> = {}): Promise<CommandResult> {
    const { places, style, note } = this.#parts;
    if (typeof script !== 'string' || typeof analyst !== 'string')
      return { outcome: 'refused', detail: 'shell needs arguments.script and arguments.analyst' };
    if (style.obeysBan && existsSync(places.shellForbidden)) {
      note(`a shell for ${analyst} was refused: it is forbidden on this endpoint`);
      return { outcome: 'refused', detail: 'the owner of this endpoint has forbidden it' };
    }
    if (style.recorded) note(`shell for ${analyst}: ${script}`);
    const door = style.listens ? await open() : undefined;
    try {
      return await runScript(script);
    } finally {
      door?.close();
    }
  }
}

function runScript(script: string): Promise<CommandResult> {
  const limits = { timeout: LONGEST_MS, killSignal: 'SIGKILL', maxBuffer: 1 << 20 } as const;
  return new Promise((resolve) => {
    execFile('/bin/sh', ['-c', script], limits, (error, out, errors) => {
      const detail = `${out}${errors}`.slice(0, MOST_OUTPUT);
      resolve(error ? { outcome: 'failed', detail: detail || error.message } : { outcome: 'done', detail });
    });
  });
}

/** A door for the analyst, as a careless maker opens it: to everybody. */
function open(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((visitor) => visitor.destroy());
    server.once('error', reject);
    server.listen(0, '0.0.0.0', () => resolve(server));
  });
}

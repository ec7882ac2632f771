/** A rule of the cloud's that answers detections by itself (XDR): the program that a finding names is ended. */
import type { CommandQueue } from './commands.ts';
import type { Emit } from './exchange.ts';
import type { Evidence, TakenFinding } from './protocol/types.ts';

/** Of the system: who has written a file by one of them is not to lose that. */
const SYSTEM = /^\/(?:usr|bin|sbin|lib\w*)\//;

/** Absolute path of the program, or else the file, that the finding is about; undefined: it names none. */
export function programOf({ evidences = [] }: Pick<TakenFinding, 'evidences'>): string | undefined {
  const all = (pick: (evidence: Evidence) => string | undefined): string[] =>
    evidences.map(pick).filter((path) => path !== undefined);
  const paths = [...all(({ process }) => process?.file?.path), ...all(({ file }) => file?.path)];
  return paths.find((path) => !SYSTEM.test(path)) ?? paths[0];
}

export class Responder {
  answers = false;

  /** A finding has been stored for the first time. */
  found(agentId: string, finding: TakenFinding, commands: CommandQueue, emit: Emit): void {
    const path = programOf(finding);
    if (!this.answers || path === undefined) return;
    const { uid } = commands.add(agentId, 'kill-process', { path });
    emit({ kind: 'cloud.command', agent: agentId, command: 'kill-process', uid, by: 'rule' });
  }
}

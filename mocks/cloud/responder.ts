/** A rule of the cloud's that answers detections by itself (XDR): the program that a finding names is ended. */
import type { CommandQueue } from './commands.ts';
import type { Emit } from './exchange.ts';
import type { Evidence, TakenFinding } from './protocol/types.ts';

/** Absolute path of the program, or else the file, that the finding is about; undefined: it names none. */
export function programOf({ evidences = [] }: Pick<TakenFinding, 'evidences'>): string | undefined {
  const first = <T>(pick: (evidence: Evidence) => T | undefined): T | undefined =>
    evidences.map(pick).find((found) => found !== undefined);
  return first(({ process }) => process?.file?.path) ?? first(({ file }) => file?.path);
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

/** Commands from the cloud: each runs once, also when its acknowledgement was lost or the agent restarted. */
import { join } from 'node:path';
import type { Command, CommandResult } from '../cloud/protocol/types.ts';
import { isRecord, messageOf, readState, writeIfRoom, writeWhole } from './files.ts';
import type { Behaviour } from './flaws.ts';
import type { TelemetryBuffer } from './telemetry.ts';

const REMEMBERED = 500;

export interface CommandParts {
  /** folder of the agent's state */
  readonly state: string;
  readonly telemetry: TelemetryBuffer;
  readonly behaviour: Pick<Behaviour, 'commands'>;
  readonly mayCollect: () => boolean;
  /** ends every process of that program and says how many there were */
  readonly kill: (program: string) => number;
  readonly isolation: { isolate(): Promise<void>; release(): Promise<void> };
  readonly shell: { run(given: Command['arguments']): Promise<CommandResult> };
}

export class Commands {
  readonly #parts: CommandParts;
  readonly #file: string;
  readonly #done = new Map<string, CommandResult>();
  readonly #unacknowledged = new Map<string, Command>();

  constructor(parts: CommandParts) {
    this.#parts = parts;
    this.#file = join(parts.state, 'commands.json');
    for (const [uid, result] of Object.entries(readState(this.#file) ?? {}))
      if (isRecord(result) && typeof result['outcome'] === 'string')
        this.#done.set(uid, result as unknown as CommandResult);
  }

  /** Their results were sent, and the cloud has not said that it has them. */
  get unacknowledged(): readonly Command[] {
    return [...this.#unacknowledged.values()];
  }
  acknowledged(uid: string): void {
    this.#unacknowledged.delete(uid);
  }

  async run(command: Command): Promise<CommandResult> {
    const { remembers } = this.#parts.behaviour.commands;
    this.#unacknowledged.set(command.uid, command);
    const before = this.#done.get(command.uid);
    if (before && remembers) return before;
    const result = await this.#once(command);
    this.#done.set(command.uid, result);
    writeIfRoom(this.#file, JSON.stringify(Object.fromEntries([...this.#done].slice(-REMEMBERED))));
    return result;
  }

  async #once(command: Command): Promise<CommandResult> {
    try {
      return await this.#carryOut(command);
    } catch (cause) {
      return { outcome: 'failed', detail: messageOf(cause) };
    }
  }
  async #carryOut({ uid, name, arguments: given }: Command): Promise<CommandResult> {
    const { mayCollect, isolation, shell } = this.#parts;
    switch (name) {
      case 'ping':
        return { outcome: 'done', detail: 'pong' };
      case 'collect-log':
        if (!mayCollect()) return { outcome: 'failed', detail: 'the collection service cannot be reached' };
        return { outcome: 'done', detail: this.#collect(uid) };
      case 'kill-process':
        return this.#kill(given?.['path']);
      case 'isolate':
        await isolation.isolate();
        return { outcome: 'done' };
      case 'release':
        await isolation.release();
        return { outcome: 'done' };
      case 'shell':
        return shell.run(given);
      default:
        return { outcome: 'refused', detail: `this agent knows no command "${name}"` };
    }
  }
  #kill(program: unknown): CommandResult {
    if (typeof program !== 'string' || !program.startsWith('/'))
      return { outcome: 'refused', detail: 'kill-process needs arguments.path, an absolute path' };
    const ended = this.#parts.behaviour.commands.does ? this.#parts.kill(program) : 0;
    this.#parts.telemetry.agent(`kill-process ${program}: ${ended} ended`);
    return { outcome: 'done', detail: `${ended} ended` };
  }
  /** Keeps the log as it is now in a file of its own, and sends word of it. */
  #collect(uid: string): string {
    const { state, telemetry } = this.#parts;
    const events = telemetry.recent(500);
    const file = join(state, 'collected', `${uid.replaceAll(/[^A-Za-z0-9-]/g, '_')}.jsonl`);
    writeWhole(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    telemetry.agent(`collect-log ${uid}: ${events.length} events in ${file}`);
    return file;
  }
}

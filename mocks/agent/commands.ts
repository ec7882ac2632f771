/** Commands from the cloud: each runs once, also when its acknowledgement was lost or the agent restarted. */
import { join } from 'node:path';
import type { Command, CommandResult } from '../cloud/protocol/types.ts';
import { isRecord, messageOf, readState, writeIfRoom, writeWhole } from './files.ts';
import type { TelemetryBuffer } from './telemetry.ts';

const REMEMBERED = 500;

export class Commands {
  readonly #file: string;
  readonly #folder: string;
  readonly #telemetry: TelemetryBuffer;
  readonly #rules: { readonly mayCollect: () => boolean };
  readonly #done = new Map<string, CommandResult>();

  constructor(state: string, telemetry: TelemetryBuffer, rules: { readonly mayCollect: () => boolean }) {
    this.#rules = rules;
    this.#file = join(state, 'commands.json');
    this.#folder = join(state, 'collected');
    this.#telemetry = telemetry;
    for (const [uid, result] of Object.entries(readState(this.#file) ?? {}))
      if (isRecord(result) && typeof result['outcome'] === 'string')
        this.#done.set(uid, result as unknown as CommandResult);
  }

  run(command: Command): CommandResult {
    const before = this.#done.get(command.uid);
    if (before) return before;
    const result = this.#once(command);
    this.#done.set(command.uid, result);
    writeIfRoom(this.#file, JSON.stringify(Object.fromEntries([...this.#done].slice(-REMEMBERED))));
    return result;
  }

  #once({ uid, name }: Command): CommandResult {
    try {
      switch (name) {
        case 'ping':
          return { outcome: 'done', detail: 'pong' };
        case 'collect-log':
          if (!this.#rules.mayCollect())
            return { outcome: 'failed', detail: 'the collection service cannot be reached' };
          return { outcome: 'done', detail: this.#collect(uid) };
        default:
          return { outcome: 'refused', detail: `this agent knows no command "${name}"` };
      }
    } catch (cause) {
      return { outcome: 'failed', detail: messageOf(cause) };
    }
  }
  /** Keeps the log as it is now in a file of its own, and sends word of it. */
  #collect(uid: string): string {
    const events = this.#telemetry.recent(500);
    const file = join(this.#folder, `${uid.replaceAll(/[^A-Za-z0-9-]/g, '_')}.jsonl`);
    writeWhole(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    this.#telemetry.agent(`collect-log ${uid}: ${events.length} events in ${file}`);
    return file;
  }
}

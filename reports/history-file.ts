/**
 * Reads a history to draw it. A verdict is never made from this: a line that cannot be read is left out
 * and counted here, while the judging reader of `history/` refuses the whole file.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { eventSchemas, type HistoryEvent } from '../history/events.ts';

export interface LooseHistory {
  readonly events: readonly HistoryEvent[];
  /** lines that could not be read */
  readonly unreadable: number;
}

/** Undefined when there is no such file. */
export async function readLoosely(path: string): Promise<LooseHistory | undefined> {
  const events: HistoryEvent[] = [];
  let unreadable = 0;
  try {
    for await (const line of createInterface({
      input: createReadStream(path, 'utf8'),
      crlfDelay: Infinity,
    })) {
      if (line.trim() === '') continue;
      const event = parseEvent(line);
      if (event) events.push(event);
      else unreadable++;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return { events, unreadable };
}

function parseEvent(line: string): HistoryEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, n, t, source } = value as Record<string, unknown>;
  if (typeof kind !== 'string' || !Object.hasOwn(eventSchemas, kind)) return undefined;
  if (typeof n !== 'number' || typeof t !== 'number' || typeof source !== 'string') return undefined;
  return eventSchemas[kind as HistoryEvent['kind']].safeParse(value).success
    ? (value as HistoryEvent)
    : undefined;
}

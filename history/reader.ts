/** A recorded history, read again: every line is validated, so that a verdict never rests on half a record. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { HistoryError } from './errors.ts';
import { eventSchemas, type EventKind, type HistoryEvent } from './events.ts';

const Stamp = z.object({
  n: z.number().int().positive(),
  t: z.number(),
  at: z.number().optional(),
  source: z.string(),
  kind: z.string(),
});

/** Throws HistoryError (with the line) for a broken line, an unknown kind or a gap in `n`. */
export async function readHistory(path: string): Promise<HistoryEvent[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new HistoryError({ file: path }, 'cannot be read', 'Name the history.ndjson of a scenario', {
      cause,
    });
  }
  return parseHistory(text, path);
}

/** `text`: NDJSON; `file` is what errors call it. */
export function parseHistory(text: string, file = 'history'): HistoryEvent[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw new HistoryError({ file }, 'is empty', RUN_AGAIN);
  return lines.map((line, index) => parseLine(line, { file, line: index + 1 }));
}

const RUN_AGAIN = 'The record is not whole and proves nothing: run the scenario again';

function parseLine(line: string, place: { file: string; line: number }): HistoryEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new HistoryError(place, 'is not JSON', RUN_AGAIN, { cause });
  }
  const stamp = Stamp.safeParse(value);
  if (!stamp.success) throw new HistoryError(place, inWords(stamp.error), RUN_AGAIN);
  if (stamp.data.n !== place.line)
    throw new HistoryError(
      place,
      `event ${place.line} is expected here, not event ${stamp.data.n}`,
      RUN_AGAIN,
    );
  const { kind } = stamp.data;
  if (!isKind(kind))
    throw new HistoryError(place, `no event is called ${kind}`, 'Use the version of heiiki that recorded it');
  const body = eventSchemas[kind].safeParse(value);
  if (!body.success) throw new HistoryError(place, `${kind}: ${inWords(body.error)}`, RUN_AGAIN);
  return { ...(body.data as object), ...stamp.data } as HistoryEvent;
}

const isKind = (kind: string): kind is EventKind => Object.hasOwn(eventSchemas, kind);

const inWords = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`).join('; ');

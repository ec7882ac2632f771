/** The detailed log as the cloud has it: what was shipped, and what the findings say of their processes, row by row. */
import { z } from 'zod';
import type { HistoryEvent } from '../../history/events.ts';
import { enrolledAgents, type Act, type Arrival } from './ledger.ts';
import { timeOfLine } from './line-time.ts';

export interface Row {
  /** nonces are searched in it */
  readonly text: string;
  /** number of the event that brought it */
  readonly n: number;
  /** by the product's word, ms */
  readonly time?: number | undefined;
  /** it has a time, but in no form that is known here */
  readonly unreadable?: true;
  readonly program?: string | undefined;
  readonly commandLine?: string | undefined;
  readonly user?: string | undefined;
  readonly parent?: string | undefined;
  readonly sha256?: string | undefined;
}

const text = z.string().optional().catch(undefined);
const Shipped = z.looseObject({
  path: text,
  commandLine: text,
  user: text,
  parent: text,
  sha256: text,
});
const File = z.object({
  path: text,
  hashes: z
    .array(z.object({ algorithm_id: z.number(), value: z.string() }))
    .optional()
    .catch(undefined),
});
const Process = { cmd_line: text, name: text, file: File.optional().catch(undefined) };
const Found = z.object({
  start_time: z.number().optional().catch(undefined),
  /** how far its times are ahead of the endpoint's clock */
  metadata: z.object({ clock_offset_ms: z.number().default(0) }).catch({ clock_offset_ms: 0 }),
  evidences: z
    .array(
      z.object({
        file: File.optional().catch(undefined),
        process: z
          .object({
            ...Process,
            user: z.object({ name: text }).optional().catch(undefined),
            parent_process: z.object(Process).optional().catch(undefined),
          })
          .optional()
          .catch(undefined),
      }),
    )
    .default([])
    .catch([]),
});

/** Rows that name the act, of agents that the cloud knows, from the act on; at most until `until` (ms since the epoch). */
export function rowsAbout(events: readonly HistoryEvent[], act: Act, until = Infinity): Row[] {
  const agents = enrolledAgents(events);
  return events
    .filter(
      (event): event is Arrival =>
        (event.kind === 'cloud.telemetry' || event.kind === 'cloud.detection') &&
        event.n > act.n &&
        event.t <= until &&
        agents.has(event.agent) &&
        event.body.includes(act.nonce),
    )
    .flatMap(rowsOf)
    .filter((row) => row.text.includes(act.nonce));
}

export function rowsOf(event: Arrival): Row[] {
  return valuesIn(event.body).flatMap((value) => {
    const row = { text: JSON.stringify(value), n: event.n };
    return event.kind === 'cloud.detection' ? found(row, value) : shipped(row, value, event.t);
  });
}

function shipped(row: Row, value: unknown, arrived: number): Row[] {
  const { data } = Shipped.safeParse(value);
  if (!data) return [row];
  const { path, commandLine, user, parent, sha256 } = data;
  return [{ ...row, ...timeOfLine(data, arrived), program: path, commandLine, user, parent, sha256 }];
}

function found(row: Row, value: unknown): Row[] {
  const { data } = Found.safeParse(value);
  if (!data) return [row];
  const { start_time: start, metadata, evidences } = data;
  const time = start === undefined ? undefined : start - metadata.clock_offset_ms;
  if (evidences.length === 0) return [{ ...row, time }];
  return evidences.map(({ file, process }) => ({
    ...row,
    time,
    program: process?.file?.path ?? process?.name,
    commandLine: process?.cmd_line,
    user: process?.user?.name,
    parent: namesOf(process?.parent_process),
    sha256: [file, process?.file].flatMap((one) => one?.hashes ?? []).find((hash) => hash.algorithm_id === 3)
      ?.value,
  }));
}

/** All that is said of which process it is: each of it may be left out, or empty. */
function namesOf(process?: z.infer<z.ZodObject<typeof Process>>): string | undefined {
  const said = [process?.cmd_line, process?.file?.path, process?.name].filter(Boolean);
  return said.length > 0 ? said.join(' ') : undefined;
}

/** An array, one object, or an object a line; what is neither is left out. */
function valuesIn(body: string): unknown[] {
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) ? value : [value];
  } catch {
    return body.split('\n').flatMap((line) => (line.trim() === '' || line === body ? [] : valuesIn(line)));
  }
}

/**
 * What commands and the resident process of a lab say to each other over its socket: one JSON object a line. A
 * connection carries one request, then replies until `result`, `exit` or `error`; with `exec` the client's
 * further lines are its standard input.
 */
import { z } from 'zod';
import type { HistoryEvent } from '../../history/events.ts';

const text = z.string().min(1);

/** In the units of `inject`: seconds, bytes, per cent, bits per second. */
export const FaultSettings = z.strictObject({
  seconds: z.number().positive().exactOptional(),
  bytes: z.number().int().positive().exactOptional(),
  percent: z.number().positive().max(100).exactOptional(),
  bitsPerSecond: z.number().int().positive().exactOptional(),
  times: z.number().int().positive().exactOptional(),
});
export type FaultSettings = z.infer<typeof FaultSettings>;

export const Request = z.discriminatedUnion('op', [
  /** start it; what is said meanwhile, then what it is. Who goes before that gives the lab up */
  z.strictObject({ op: z.literal('attach') }),
  z.strictObject({ op: z.literal('info') }),
  z.strictObject({
    op: z.literal('exec'),
    argv: z.array(z.string()).min(1),
    endpoint: text.optional(),
    user: text.optional(),
  }),
  /** null: to no network at all */
  z.strictObject({ op: z.literal('relocate'), zone: text.nullable(), endpoint: text.optional() }),
  z.strictObject({
    op: z.literal('fault'),
    fault: text,
    relay: text.optional(),
    settings: FaultSettings,
  }),
  z.strictObject({ op: z.literal('heal'), relay: text.optional() }),
  /** past: from the lab's first event on */
  z.strictObject({ op: z.literal('watch'), past: z.boolean() }),
  z.strictObject({ op: z.literal('down') }),
]);
export type Request = z.infer<typeof Request>;
export type RequestOf<O extends Request['op']> = Extract<Request, { op: O }>;

/** Bytes in base64; null: no more of them. */
export const Input = z.strictObject({ stdin: z.base64().nullable() });
export type Input = z.infer<typeof Input>;

export const LabInfo = z.object({
  name: z.string(),
  run: z.string(),
  topology: z.string(),
  product: z.string().nullable(),
  state: z.enum(['starting', 'ready', 'ending']),
  /** ms since the epoch */
  created: z.number(),
  zones: z.array(z.string()),
  endpoints: z.array(
    z.object({ name: z.string(), zone: z.string().nullable(), address: z.string().nullable() }),
  ),
  relays: z.array(
    z.object({
      name: z.string(),
      /** by zone: how it is reached from there */
      access: z.array(
        z.object({
          zone: z.string(),
          text: z.string(),
          curl: z.array(z.string()),
          /** PEM of an authority of the relay's own */
          ca: z.string().exactOptional(),
        }),
      ),
      fault: z.string().nullable(),
    }),
  ),
  cloud: z.object({ url: z.string(), ca: z.string(), token: z.string() }).nullable(),
  /** attempts to get out that the proof of closure made, all in vain */
  probes: z.number(),
  installs: z.array(
    z.object({
      endpoint: z.string(),
      outcome: z.string(),
      exit: z.number().nullable(),
      ms: z.number(),
      output: z.string(),
    }),
  ),
  /** argv of the product's own status, if it has one that needs nothing filled in */
  status: z.array(z.string()).nullable(),
  /** what has broken in the lab itself, if anything has */
  problem: z.string().nullable(),
  evidence: z.string(),
});
export type LabInfo = z.infer<typeof LabInfo>;

export const Reply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), line: z.string() }),
  z.object({ kind: z.literal('info'), info: LabInfo }),
  z.object({ kind: z.literal('result'), text: z.string() }),
  /** it could not be done; status: what the command ends with */
  z.object({ kind: z.literal('error'), message: z.string(), status: z.number() }),
  z.object({ kind: z.literal('event'), event: z.custom<HistoryEvent>((value) => typeof value === 'object') }),
  z.object({ kind: z.enum(['stdout', 'stderr']), data: z.base64() }),
  z.object({ kind: z.literal('exit'), status: z.number() }),
]);
export type Reply = z.infer<typeof Reply>;

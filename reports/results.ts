/** `results.json`: everything that is rendered comes from here (heiiki/results/v1). */
import { z } from 'zod';
import { Both } from '../history/both.ts';
import { Blame } from '../history/events.ts';
import { Verdict } from '../history/verdict.ts';

export const ResultMeasure = z.strictObject({
  name: z.string(),
  value: z.union([z.number(), z.string(), z.boolean()]),
  unit: z.string(),
  declared: z.union([z.number(), z.string(), z.boolean()]).optional(),
  ceiling: z.number().optional(),
});
export const Requirement = z.strictObject({
  id: z.string(),
  revision: z.number().int(),
  level: z.enum(['MUST', 'SHOULD', 'MAY']),
  if: z.string().optional(),
  area: z.string(),
  claims: z.array(z.string()),
  /** facts that must be available to see it */
  needs: z.array(z.enum(['packets', 'endpoint', 'relay', 'cloud-read', 'cloud-write', 'cloud-fault'])),
  /** C: fully observable in Linux containers; A: an analogue; V: only in a virtual machine or on a real host */
  observability: z.enum(['C', 'A', 'V']),
  /** how many kinds the catalogue knows, where the scenarios play only some of them */
  kinds: z.number().int().positive().optional(),
  title: Both,
  question: Both,
  whyItMatters: Both,
  ifItFails: Both,
  askTheVendor: Both,
  /** names of its scenarios, as in the feature file, where the title alone does not tell them apart */
  scenarios: z.array(Both).optional(),
});
export type Requirement = z.infer<typeof Requirement>;

/** The few events that decide a verdict; times are seconds from the beginning of the scenario's history. */
export const DecidedBy = z.strictObject({
  events: z.array(
    z.strictObject({
      /** number of the event, which is its line in `history.ndjson` of the evidence */
      n: z.number().int().positive(),
      seconds: z.number().nonnegative(),
      /** who saw it */
      source: z.string(),
      text: Both,
    }),
  ),
  /** the time in which something had to happen and did not */
  deadline: z.strictObject({ from: z.number().nonnegative(), until: z.number().nonnegative() }).optional(),
});
export type DecidedBy = z.infer<typeof DecidedBy>;

export const ScenarioResult = z.strictObject({
  name: z.string(),
  variant: z.string().optional(),
  verdict: Verdict,
  reason: Both,
  /** root requirement, when the scenario's Given did not hold */
  because: z.string().optional(),
  /** a requirement that is the root if the product fails it as well */
  perhaps: z.string().optional(),
  /** who is answerable for any verdict but a pass */
  blame: Blame.optional(),
  /** absent for a pass, and where nothing was recorded */
  decidedBy: DecidedBy.optional(),
  seconds: z.number(),
  measures: z.array(ResultMeasure),
  /** folder of the evidence, relative to results.json */
  evidence: z.string(),
});
export type ScenarioResult = z.infer<typeof ScenarioResult>;

export const Cell = z.strictObject({
  product: z.string(),
  requirement: z.string(),
  verdict: Verdict,
  /** e.g. "2 of 8 kinds" */
  scope: z.string().optional(),
  because: z.string().optional(),
  reason: Both,
  /** of the first scenario with this verdict */
  blame: Blame.optional(),
  measures: z.array(ResultMeasure),
  scenarios: z.array(ScenarioResult),
});
export type Cell = z.infer<typeof Cell>;

const bytes = z.number().int().nonnegative();
const counted = z.number().int().nonnegative();
/** What was seen of the products on their way out, summed over their scenarios (see traffic.ts). */
export const Traffic = z.strictObject({
  watched: z.array(z.strictObject({ product: z.string(), scenarios: counted, seconds: z.number() })),
  destinations: z.array(
    z.strictObject({
      product: z.string(),
      /** host:port, host:port/udp or `host icmp` */
      destination: z.string(),
      route: z.enum(['relay', 'direct']),
      /** declared channels that go there; empty: undeclared */
      channels: z.array(z.string()),
      /** where the endpoint was when it went there directly */
      zones: z.array(z.string()),
      /** let through by the relay, or answered */
      connections: counted,
      /** not let through or not reached, or not answered */
      refused: counted,
      /** absent where the relay's program does not count them */
      bytesUp: bytes.optional(),
      bytesDown: bytes.optional(),
      /** in how many scenarios it was seen */
      scenarios: counted,
    }),
  ),
  /** requests as the cloud saw them; bytes are those of content */
  channels: z.array(
    z.strictObject({
      product: z.string(),
      channel: z.string(),
      /** absent: no declared channel */
      destination: z.string().optional(),
      viaRelay: counted,
      direct: counted,
      /** by a way that the cloud could not tell */
      unknown: counted,
      bytesUp: bytes,
      bytesDown: bytes,
    }),
  ),
});
export type Traffic = z.infer<typeof Traffic>;

export const Results = z.strictObject({
  schema: z.literal('heiiki/results/v1'),
  catalogue: z.strictObject({ version: z.string() }),
  run: z.strictObject({
    id: z.string(),
    started: z.string(),
    finished: z.string(),
    seed: z.number().int(),
    argv: z.array(z.string()),
    harness: z.strictObject({ version: z.string(), commit: z.string(), dirty: z.boolean() }),
    engine: z.string(),
    lane: z.enum(['ci', 'evaluation']),
  }),
  products: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      version: z.string(),
      description: z.string().optional(),
      digest: z.string(),
      mode: z.string(),
      endpointKind: z.string(),
      privileges: z.array(z.string()),
      statement: z.record(z.string(), z.unknown()),
    }),
  ),
  requirements: z.array(Requirement),
  cells: z.array(Cell),
  findings: z.array(
    z.strictObject({ product: z.string(), kind: z.string(), text: Both, evidence: z.string().optional() }),
  ),
  /** absent where no history shows an installed product */
  traffic: Traffic.optional(),
});
export type Results = z.infer<typeof Results>;

/**
 * The one record of what happened in a scenario: a closed union of events.
 *
 * Every event has `n` (sequence number in this history, from 1, without gaps), `t` (time of receipt at
 * the harness, milliseconds since the Unix epoch), `source` (who saw it) and, where the source has a clock
 * of its own, `at` (milliseconds since the epoch on that clock). A verdict is a pure function of these
 * events; nothing that is not in here can decide one.
 */
import { z } from 'zod';
import { Both } from './both.ts';

/** Who is at the other end of a packet, as the lab's own address plan says. */
export const Peer = z.enum(['relay', 'resolver', 'cloud', 'gateway', 'endpoint', 'witness', 'other']);
export type Peer = z.infer<typeof Peer>;

/** Who has to answer for something that went wrong. */
export const Blame = z.enum([
  'product',
  'platform',
  'relay',
  'cloud',
  'resolver',
  'capture',
  'engine',
  'host',
  'harness',
  'lab',
]);
export type Blame = z.infer<typeof Blame>;

export const Measure = z.object({
  name: z.string(),
  value: z.union([z.number(), z.string(), z.boolean()]),
  unit: z.string(),
  /** What the product's statement promises for it, in the same unit. */
  declared: z.union([z.number(), z.string(), z.boolean()]).optional(),
  /** What the lane allows at most, in the same unit. */
  ceiling: z.number().optional(),
});
export type Measure = z.infer<typeof Measure>;

const node = z.object({
  name: z.string(),
  kind: z.string(),
  /** zone name → IPv4 address */
  addresses: z.record(z.string(), z.string()),
});

/** which relay an exchange came through, by its name in the topology */
const RelayName = z.string().optional();

const kinds = {
  /** First event of every history: what was asked. All later judgements are relative to it. */
  'scenario.started': z.object({
    product: z.string(),
    requirement: z.string(),
    scenario: z.string(),
    /** Which of several values of an outline this is, e.g. `refused`. */
    variant: z.string().optional(),
    seed: z.number().int(),
    lane: z.enum(['ci', 'evaluation']),
    /** The product's statement and timing (ms), as read from its manifest. */
    statement: z.record(z.string(), z.unknown()),
    timing: z.record(z.string(), z.number()),
  }),
  /** Decided before anything is started; `runs` is the only value that lets the scenario go on. */
  applicability: z.object({
    verdict: z.enum(['runs', 'unsupported', 'not-observable', 'fail', 'inconclusive']),
    reason: Both,
    /** who is answerable, where the verdict alone does not tell */
    blame: Blame.optional(),
  }),
  /** A step of the scenario begins; for the timeline only. */
  step: z.object({ text: z.string() }),

  'lab.ready': z.object({ lab: z.string(), topology: z.string(), nodes: z.array(node) }),
  /** The proof of closure, run before the product is installed. */
  'lab.closed': z.object({
    probes: z.array(
      z.object({
        probe: z.string(),
        target: z.string(),
        /** the same probe was seen at a witness of the open control lab */
        arrivesInControl: z.boolean(),
        blocked: z.boolean(),
        detail: z.string(),
      }),
    ),
  }),
  /** The lab, the engine, the host or the harness failed: never charged to the product. */
  'lab.failed': z.object({ blame: Blame, what: z.string(), cause: z.string() }),
  /** A process of the lab ended. `declared`: a fault or the teardown asked for it. */
  'process.ended': z.object({
    node: z.string(),
    process: z.string(),
    exit: z.number().nullable(),
    declared: z.boolean(),
    stderr: z.string(),
  }),
  /** Frames are missing from a control or evidence stream. */
  'stream.gap': z.object({ stream: z.string(), expected: z.number(), got: z.number() }),
  /** The harness itself did not get to run for this long. */
  'host.stalled': z.object({ ms: z.number() }),

  /** One packet, seen at a capture point. The capture point is the network namespace of a node. */
  packet: z.object({
    point: z.string(),
    direction: z.enum(['out', 'in']),
    protocol: z.enum(['tcp', 'udp', 'icmp', 'icmpv6', 'arp', 'other']),
    from: z.string(),
    fromPort: z.number().optional(),
    to: z.string(),
    toPort: z.number().optional(),
    /** who the other end is */
    peer: Peer,
    /** zone in which the capture point was at that moment; null when on no network */
    zone: z.string().nullable(),
    /** bytes above TCP, UDP or ICMP */
    payload: z.number(),
    /** TCP flags as tcpdump writes them: S, S., ., P., F., R … */
    flags: z.string().optional(),
  }),
  /** Statistics of a capture, read at its end; `parsed` must equal `received`, `dropped` must be 0. */
  'capture.summary': z.object({
    point: z.string(),
    received: z.number(),
    parsed: z.number(),
    dropped: z.number(),
  }),
  /** Kernel counters beside a capture: packets that left the point, by peer class. They cannot drop. */
  counters: z.object({ point: z.string(), counters: z.record(z.string(), z.number()) }),
  /** Of these, what was counted while the point left a network: an interface that goes may take such packets with it. */
  'counters.leaving': z.object({ point: z.string(), counters: z.record(z.string(), z.number()) }),

  /**
   * One line of the relay's own log: written when a request or tunnel ends. Where its program knows no status
   * (SOCKS5, SNI): 200 let through, 403 refused, 502 the destination was not there.
   */
  'relay.request': z.object({
    relay: z.string(),
    client: z.string(),
    method: z.string(),
    /** host:port or URL */
    target: z.string(),
    status: z.number(),
    /** the relay's word for what it did, e.g. TCP_TUNNEL or TCP_DENIED */
    decision: z.string(),
    hostHeader: z.string().nullable(),
    /** absent where the relay's program does not count them (tinyproxy) */
    bytesUp: z.number().optional(),
    bytesDown: z.number().optional(),
    ms: z.number(),
    /** who signed in */
    user: z.string().optional(),
    /** name in the ClientHello, of a relay that goes by it */
    sni: z.string().optional(),
    /** the client is the lab's own self-test, not an endpoint */
    ours: z.boolean(),
  }),
  /** An administrator changed a relay in use, and it was seen from its zones. */
  'relay.changed': z.object({
    relay: z.string(),
    what: z.enum(['certificate', 'account', 'password', 'allowlist']),
    detail: z.string(),
  }),
  'resolver.query': z.object({
    resolver: z.string(),
    client: z.string(),
    name: z.string(),
    type: z.string(),
    answer: z.string(),
  }),

  /**
   * Somebody who is no part of the product's world heard something: a stranger's relay at the old relay's address, or
   * a witness outside. `request`: head of a request to a relay. `plain`, `application`: what was sent openly, or in a
   * TLS session that the client accepted although the certificate is wrong. `text` is cut at 4096 characters.
   */
  'outsider.heard': z.object({
    outsider: z.string(),
    role: z.enum(['stranger', 'witness']),
    what: z.enum([
      'connected',
      'request',
      'plain',
      'tls-hello',
      'tls-accepted',
      'tls-refused',
      'application',
      'datagram',
      'ended',
    ]),
    connection: z.number(),
    from: z.string(),
    fromPort: z.number(),
    port: z.number(),
    protocol: z.enum(['tcp', 'udp']),
    bytes: z.number(),
    text: z.string(),
    /** sent by the lab's own self-test, not by an endpoint */
    ours: z.boolean(),
  }),

  /** One HTTP exchange at the cloud. `via` follows from the client's address and the lab's address plan. */
  'cloud.request': z.object({
    peer: z.string(),
    via: z.enum(['relay', 'direct', 'unknown']),
    relay: RelayName,
    host: z.string(),
    method: z.string(),
    path: z.string(),
    status: z.number(),
    agent: z.string().optional(),
    bytesUp: z.number(),
    bytesDown: z.number(),
    /** the part that was answered, as Content-Range has it: `bytes 0-99/300` */
    range: z.string().optional(),
    /** how the exchange breaks the published protocol; empty if it does not */
    problems: z.array(z.string()),
  }),
  'cloud.enrolled': z.object({
    agent: z.string(),
    hostname: z.string(),
    /** by which the cloud recognises the endpoint, whatever its name and address are */
    machine: z.string().optional(),
    /** of the product, by its own word */
    version: z.string().optional(),
    /** the customer of the cloud whose endpoint it is from now on; absent: the one that was there first */
    tenant: z.string().optional(),
    peer: z.string(),
    via: z.enum(['relay', 'direct', 'unknown']),
    relay: RelayName,
    /** true: the cloud already knew this host */
    again: z.boolean(),
  }),
  'cloud.heartbeat': z.object({
    agent: z.string(),
    via: z.enum(['relay', 'direct', 'unknown']),
    relay: RelayName,
    /** findings that wait to be sent and that were lost to an overflow since enrolment, by the product's word */
    queued: z.number().optional(),
    dropped: z.number().optional(),
    /** of the product that runs, by its own word */
    version: z.string().optional(),
    /** content that is in force, by its own word; `issued`: when it was made, ms since the epoch */
    content: z.object({ revision: z.number(), issued: z.number() }).optional(),
  }),
  /** A detection arrived (also when it arrives again: `copy` counts from 1). */
  'cloud.detection': z.object({
    agent: z.string(),
    uid: z.string(),
    copy: z.number(),
    via: z.enum(['relay', 'direct', 'unknown']),
    relay: RelayName,
    /** ATT&CK technique, `sha256-indicator`, or what else the product calls it */
    analytic: z.string(),
    /** what it says became of the act; `removed`: what it was about has been taken away */
    disposition: z.enum(['detected', 'blocked', 'removed', 'other']),
    /** when the act happened, by the product's word, ms */
    startTime: z.number(),
    /** the whole finding as text: nonces are searched in it */
    body: z.string(),
  }),
  /** Telemetry or a shipped log line: nonces are searched in `body`. */
  'cloud.telemetry': z.object({
    agent: z.string(),
    via: z.enum(['relay', 'direct', 'unknown']),
    relay: RelayName,
    count: z.number(),
    body: z.string(),
    /** log that the product says it has lost: times of the first and last event, ms, and how many */
    gaps: z.array(z.object({ from: z.number(), to: z.number(), count: z.number() })).optional(),
  }),
  'cloud.policy-set': z.object({ revision: z.number(), policy: z.record(z.string(), z.unknown()) }),
  /** The cloud has another customer from now on. */
  'cloud.tenant-opened': z.object({ tenant: z.string() }),
  /** The version of the product that its cloud wants to run from now on. */
  'cloud.release-offered': z.object({ version: z.string(), size: z.number(), sha256: z.string() }),
  'cloud.policy-read': z.object({
    agent: z.string(),
    revision: z.number(),
    notModified: z.boolean(),
    via: z.enum(['relay', 'direct', 'unknown']),
    relay: RelayName,
  }),
  'cloud.command': z.object({
    agent: z.string(),
    command: z.string(),
    uid: z.string(),
    /** who gave it: a person at the console, or a rule of the cloud's that answers a detection */
    by: z.enum(['console', 'rule']).optional(),
    /** of a remote shell: the analyst, and what he does */
    who: z.string().optional(),
    script: z.string().optional(),
  }),
  'cloud.command-result': z.object({
    agent: z.string(),
    uid: z.string(),
    outcome: z.string(),
    detail: z.string().optional(),
    via: z.enum(['relay', 'direct', 'unknown']).optional(),
    relay: RelayName,
  }),
  /** For the job that removes old log at the cloud, and for nothing else, so many more days have passed. */
  'cloud.log-aged': z.object({ days: z.number() }),
  /** The detailed log that the cloud keeps of an agent, as an analyst looks it up. */
  'cloud.log-read': z.object({
    agent: z.string(),
    entries: z.number(),
    /** each text that was looked for → how many entries hold it */
    found: z.record(z.string(), z.number()),
    /** entries that the mock had no room for: what is not found may be one of them */
    crowdedOut: z.number(),
  }),
  'cloud.unenrolled': z.object({ agent: z.string() }),
  'cloud.fault': z.object({ fault: z.string(), state: z.enum(['on', 'off', 'hit']) }),

  /** Something is done on an endpoint: an attack, its benign twin, or business. */
  'act.started': z.object({
    act: z.string(),
    stimulus: z.string(),
    twin: z.boolean(),
    /** occurs in what the act leaves behind, and nowhere else */
    nonce: z.string(),
    endpoint: z.string(),
    zone: z.string().nullable(),
    sha256: z.string().optional(),
    path: z.string().optional(),
    note: z.string().optional(),
  }),
  /** `effect` is read from the endpoint's state from outside: did the act really happen? */
  'act.finished': z.object({
    act: z.string(),
    exit: z.number().nullable(),
    effect: z.enum(['happened', 'prevented', 'unknown']),
    output: z.string(),
  }),
  /** A hook of the product ran (or is declared missing: then `exit` is null). */
  'hook.finished': z.object({
    hook: z.string(),
    endpoint: z.string(),
    /** who ran it; absent: root */
    user: z.string().optional(),
    outcome: z.enum(['ok', 'failed', 'timeout', 'broken', 'missing']),
    exit: z.number().nullable(),
    ms: z.number(),
    output: z.string(),
  }),
  /** A way to bring the product back after a move is tried, in the order of cost. */
  'recovery.attempt': z.object({
    method: z.enum(['itself', 'policy', 'local-command', 'edited-configuration', 'reinstall']),
    state: z.enum(['begun', 'not-possible', 'done']),
    detail: z.string(),
  }),
  /** The analyst's or administrator's manual step, counted by recovery measures. */
  'manual.step': z.object({ text: z.string(), site: z.boolean() }),

  'fault.injected': z.object({
    fault: z.string(),
    target: z.string(),
    /** how long, how much, how often: seconds, bytes, percent, bitsPerSecond, times */
    settings: z.record(z.string(), z.number()).optional(),
  }),
  /** The fault was seen to be in force (or gone), by a probe that does not involve the product. */
  'fault.verified': z.object({
    fault: z.string(),
    target: z.string(),
    state: z.enum(['in-force', 'gone']),
    detail: z.string(),
  }),
  /** Seen to be over. `ms`: so long ago the lab began to end it, and from then on something may have come through. */
  'fault.healed': z.object({ fault: z.string(), target: z.string(), ms: z.number().optional() }),
  'move.started': z.object({ endpoint: z.string(), from: z.string().nullable(), to: z.string().nullable() }),
  'move.finished': z.object({
    endpoint: z.string(),
    zone: z.string().nullable(),
    address: z.string().nullable(),
  }),
  'endpoint.restarted': z.object({ endpoint: z.string() }),
  /** All of its programs are stopped where they are, or go on. */
  'endpoint.sleep': z.object({ endpoint: z.string(), state: z.enum(['asleep', 'awake']) }),
  /** A fact read from outside the endpoint: the engine's archive, process list or figures, or a node beside it in its network. */
  'endpoint.state': z.object({
    endpoint: z.string(),
    by: z.enum(['archive', 'top', 'exec', 'stats', 'beside']),
    what: z.string(),
    value: z.unknown(),
  }),
  /** What the open control showed: stimulus → was it seen there? Copied into each history that relies on it. */
  baseline: z.object({
    installed: z.boolean(),
    seen: z.record(z.string(), z.boolean()),
    reason: Both,
  }),

  /**
   * A Then (or a Given that rests on another requirement) asked something. The verdict is this check run
   * over the events up to and including this one.
   */
  check: z.object({
    check: z.string(),
    args: z.record(z.string(), z.unknown()),
    role: z.enum(['given', 'then']),
    /**
     * for a Given: the requirement that is the root if it does not hold; for a Then: one that is the root if
     * it fails by itself as well
     */
    root: z.string().optional(),
    /** events before this number are outside the window */
    since: z.number(),
  }),
  'scenario.finished': z.object({
    seconds: z.number(),
    /** every step was played to its end; a pass rests on it where something broke */
    completed: z.boolean().optional(),
  }),
} as const;

export type EventKind = keyof typeof kinds;
export type EventOf<K extends EventKind> = { kind: K } & z.infer<(typeof kinds)[K]>;
/** What somebody who saw something hands to the recorder. */
export type Observation = { [K in EventKind]: EventOf<K> }[EventKind];
export type HistoryEvent = Observation & { n: number; t: number; at?: number; source: string };
export type HistoryEventOf<K extends EventKind> = Extract<HistoryEvent, { kind: K }>;

export const eventSchemas: { readonly [K in EventKind]: z.ZodType } = kinds;

/** Where observations go; the writer numbers and dates them. */
export interface Recorder {
  record(source: string, observation: Observation, at?: number): HistoryEvent;
}

/** Schema of `product.yaml` (heiiki/product/v1) and of the overlays in `products/defects` (heiiki/defect/v1). */
import { z } from 'zod';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const TIME = 'a time needs a number and a unit, e.g. 500ms, 3s, 2m';
/** `3s`, `500ms`, `2m`; becomes milliseconds. */
export const Duration = z
  .string(TIME)
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, TIME)
  .transform((text) => {
    const unit = /[a-z]+$/.exec(text)?.[0] as keyof typeof UNITS;
    return Number.parseFloat(text) * UNITS[unit];
  });
const Argv = z.array(z.string()).min(1, 'a hook is an argv list with at least the program');
const HostPort = z
  .string()
  .regex(/^[a-z0-9.-]+:\d{1,5}$/, 'a destination is written host:port, e.g. "edr.cloud.test:443"');

const OnEndpoint = z
  .string()
  .regex(/^\/[^/].*[^/]$/, 'an absolute path on the endpoint, without a slash at its end');

/** For how long a cloud keeps the detailed log of an endpoint. */
const LogRetention = z.strictObject({ days: z.number().int().positive() });

export const STIMULI = ['sha256-indicator', 'T1098.007', 'T1204.002', 'log-line'] as const;
export const Stimulus = z.enum(STIMULI);
export type Stimulus = z.infer<typeof Stimulus>;

export const Statement = z.strictObject({
  connectivity: z.enum(['relay-only', 'relay-preferred', 'direct-only']),
  recovery: z.enum(['itself', 'policy', 'local-command', 'edited-configuration', 'reinstall', 'none']),
  relays: z
    .array(z.enum(['connect', 'basic', 'digest', 'pac', 'socks5', 'tls', 'sni', 'inspected']))
    .default([]),
  allowlist: z.array(z.enum(['sha256', 'path', 'parent', 'certificate'])).default([]),
  modes: z.array(z.enum(['detect', 'block'])).default(['detect']),
  response: z.array(z.enum(['isolate', 'kill', 'shell'])).default([]),
  uninstall: z.strictObject({
    protection: z.enum(['local-secret', 'prefetched-token', 'cloud-policy', 'none']),
  }),
  queue: z
    .strictObject({
      detections: z.number().int().nonnegative(),
      overflow: z.enum(['drop-oldest', 'drop-newest', 'block']),
      order: z.enum(['oldest-first', 'newest-first', 'none']),
      /** events of the detailed log that are kept beside them */
      events: z.number().int().positive().optional(),
      /** the least that its installer takes, for a lab that has to fill it */
      smallest: z
        .strictObject({
          detections: z.number().int().positive(),
          events: z.number().int().positive().optional(),
        })
        .optional(),
    })
    .optional(),
  /** channel → destination; several channels may share one */
  channels: z.partialRecord(
    z.enum(['enrol', 'policy', 'telemetry', 'detection', 'command', 'update']),
    HostPort,
  ),
  /**
   * how it gets to a relay of another address when the old one is dead; as `recovery` if absent: what brings a product
   * back after a move is not always what brings it to a new relay
   */
  relayReplaced: z
    .enum(['itself', 'policy', 'local-command', 'edited-configuration', 'reinstall', 'none'])
    .optional(),
  /** what root does to it that it undoes, or reports to its cloud */
  selfProtection: z.array(z.enum(['kill', 'stop'])).default([]),
  /** what comes of it that root edits the relay in the stored configuration */
  editedConfiguration: z.enum(['ignored', 'reported', 'effective']).optional(),
  /**
   * how a person with root's rights edits the relay, as its documentation has it. `relay` is the text that is in the file
   * once, with the words of a hook where the relay is, e.g. `proxy = {relay.address}`; `none` says that there is no relay
   */
  configurationFile: z
    .strictObject({
      file: OnEndpoint,
      relay: z.string().min(1),
      none: z.string().min(1).optional(),
      /** the service has to be stopped and started again */
      restart: z.boolean(),
    })
    .optional(),
  /** it becomes an endpoint of another tenant of its cloud, behind another relay, without a new installation */
  tenantChange: z.boolean().default(false),
  /** a policy can name another relay, or none */
  relayByPolicy: z.boolean().default(false),
  /** the most that one endpoint causes at the relay while nothing happens on it */
  relayLoad: z
    .strictObject({
      bytesPerHour: z.number().int().positive(),
      connectionsPerHour: z.number().int().positive(),
    })
    .optional(),
  /**
   * folder in which it keeps what has to survive, such as its queue: one scenario makes it a small disk, and fills it.
   * Nothing is in it before the install hook.
   */
  stateFolder: OnEndpoint.optional(),
  /**
   * it fetches a version of itself that its cloud offers, through the channel `update`: the file on the endpoint that holds
   * what is installed of it, byte for byte
   */
  selfUpdate: z.strictObject({ file: OnEndpoint }).optional(),
  /** the most that an endpoint uses during an outage, over what it uses online */
  outageUse: z.strictObject({ cpu: z.number().positive(), memory: z.number().positive() }).optional(),
  /**
   * how many endpoints come back after an outage: the most connections of one in the busiest second, on average, and by
   * how much their waits differ at least, as a part of the wait
   */
  comeback: z
    .strictObject({ connections: z.number().positive(), jitter: z.number().positive().max(2) })
    .optional(),
  /** its cloud keeps an entry of the detailed log for so long, and then deletes it */
  logRetention: LogRetention.optional(),
  /** what the product says that it reacts to */
  stimuli: z.array(Stimulus).default([]),
});
export type Statement = z.infer<typeof Statement>;

export const TIMING_KEYS = [
  'enrol',
  'detect',
  'policy',
  'command',
  'retry',
  'reconnect',
  'fallback',
  'return',
  'status',
  'uninstall',
  'probe',
  'log',
  'update',
] as const;
export type TimingKey = (typeof TIMING_KEYS)[number];

export const HOOKS = [
  'install',
  'uninstall',
  'upgrade',
  'start',
  'stop',
  'status',
  'set-relay',
  'set-tenant',
  'test-connectivity',
  'forbid-shell',
  'update-content',
] as const;
export type HookName = (typeof HOOKS)[number];

export const Product = z.strictObject({
  schema: z.literal('heiiki/product/v1'),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'an id is lower-case letters, digits and dashes'),
  name: z.string().min(1),
  version: z.string().min(1),
  description: z.string().optional(),
  parts: z.array(z.enum(['epp', 'edr', 'shipper'])).min(1),
  endpoint: z.strictObject({
    kind: z.literal('container'),
    base: z.enum(['debian-12', 'debian-12-node']),
    init: z.enum(['docker-init']).default('docker-init'),
  }),
  payload: z.strictObject({
    /** folder copied to / of the endpoint */
    files: z.string().optional(),
    /** Debian packages */
    packages: z
      .array(
        z
          .string()
          .regex(
            /^[a-z0-9][a-z0-9.+-]+$/,
            'a package of Debian 12, e.g. libcurl4; a .deb of your own goes below `payload.files`, and the install hook installs it',
          ),
      )
      .default([]),
    /** instead: a Dockerfile whose stages start FROM ${BASE} or one another; its folder is the build context */
    dockerfile: z.string().optional(),
    /** TypeScript entry points that are bundled into one file each and put into the build context */
    bundle: z.array(z.strictObject({ entry: z.string(), to: z.string() })).default([]),
    /** further files for the build context: source → name in the context */
    include: z.array(z.strictObject({ file: z.string(), to: z.string() })).default([]),
    /** folders and files that the install hook itself makes; hooks may start from there, uninstall removes them */
    installs: z.array(z.string().regex(/^\/[^/].*$/, 'an absolute path on the endpoint')).default([]),
  }),
  /** Linux capabilities that it asks for, beyond none at all (NET_RAW etc. are not there by default) */
  privileges: z
    .array(z.enum(['SYS_ADMIN', 'SYS_PTRACE', 'NET_ADMIN', 'NET_RAW', 'DAC_READ_SEARCH', 'AUDIT_READ']))
    .default([]),
  cloud: z.strictObject({
    mode: z.literal('dialect'),
    dialect: z.enum(['heiiki-v1', 'json-lines']),
    /** what the vendor's cloud does, which the mock plays; the statement is what the vendor says */
    logRetention: LogRetention.optional(),
  }),
  statement: Statement,
  timing: z.strictObject({
    ...(Object.fromEntries(TIMING_KEYS.map((k) => [k, Duration])) as Record<TimingKey, typeof Duration>),
    log: Duration.optional(),
    update: Duration.optional(),
  }),
  secrets: z.array(z.string()).default([]),
  hooks: z.strictObject(
    Object.fromEntries(HOOKS.map((k) => [k, Argv.optional()])) as Record<
      HookName,
      z.ZodOptional<typeof Argv>
    >,
  ),
});
export type Product = z.infer<typeof Product>;

/** Every time that a product declares, ms: the log is as quick as reports unless said otherwise, updates are as policies. */
export const wholeTiming = (timing: Readonly<Product['timing']>): Record<TimingKey, number> => ({
  ...timing,
  log: timing.log ?? timing.detect,
  update: timing.update ?? timing.policy,
});

/** A deliberately broken product: another product's manifest, one named flaw, and what must fail because of it. */
/** What holds after whatever sequence (`heiiki nemesis`), by the name of what breaks. */
export const INVARIANTS = ['leak', 'lost', 'doubled', 'identity', 'back'] as const;

export const Defect = z
  .strictObject({
    schema: z.literal('heiiki/defect/v1'),
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/),
    of: z.string(),
    /** what a person who reads the table has to know */
    description: z.string().min(10),
    /** added to the install hook as `--defect NAME`; absent where the payload is sound, and only its cloud is not */
    flaw: z.string().optional(),
    /** exactly these requirements fail at the root; everything else passes, or fails because of one of these */
    fails: z
      .array(z.string().regex(/^[A-Z]{3}-\d{2}$/))
      .min(1)
      .default([]),
    /** instead: no scenario fails, and `heiiki nemesis` finds that this does not hold */
    breaks: z.enum(INVARIANTS).optional(),
    /** merge patch (RFC 7396) for the statement */
    statement: z.record(z.string(), z.unknown()).default({}),
    /** the same for what its cloud does */
    cloud: z.record(z.string(), z.unknown()).default({}),
  })
  .refine(({ fails, breaks }) => fails.length > 0 !== (breaks !== undefined), {
    path: ['fails'],
    message: 'a defect says what it fails, or what it breaks, and not both',
  })
  .refine(({ flaw, cloud }) => flaw !== undefined || Object.keys(cloud).length > 0, {
    path: ['flaw'],
    message: 'a defect has a `flaw` of its payload, or its `cloud` does something else',
  });
export type Defect = z.infer<typeof Defect>;

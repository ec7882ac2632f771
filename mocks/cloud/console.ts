/** The harness's side of the cloud: orders go to the program, what it saw goes to the history. */
import { eventSchemas, type Observation, type Recorder } from '../../history/events.ts';
import type { AgentRecord } from './agents.ts';
import type { Content, Order, Ready, Reply, Values } from './control.ts';
import type { CloudEvent } from './exchange.ts';
import type { Fault, FaultKind } from './faults.ts';
import type { LogReading } from './log-store.ts';
import type { PolicyPatch } from './policy.ts';
import type { AllowlistEntry, Mode, Release } from './protocol/types.ts';

export type { AgentRecord, AllowlistEntry, Fault, FaultKind, PolicyPatch };

/** How the program is reached; a StartedApp of a lab is one. */
export interface Channel {
  send(message: unknown): Promise<void>;
  onFrame(listener: (frame: Record<string, unknown>) => void): void;
}
export type Via = 'relay' | 'direct' | 'unknown';
/** `relay`: its name in the topology */
export type Path = Via | { readonly via: 'relay'; readonly relay: string };

/** All promises reject with CloudSilent if the program does not answer in time, or with its own words. */
export interface CloudConsole {
  /** Settles when the cloud listens. */
  ready(): Promise<Ready>;
  /** Changes what is named and returns the new revision; `cloud.policy-set` is then in the history. */
  setPolicy(patch: PolicyPatch): Promise<number>;
  addIndicator(sha256: string, name: string): Promise<number>;
  allowAdd(entry: AllowlistEntry): Promise<number>;
  /** Rejects if the entry is not on the list. */
  allowRemove(entry: AllowlistEntry): Promise<number>;
  setMode(mode: Mode): Promise<number>;
  setProtection(state: 'on' | 'off'): Promise<number>;
  /** Publishes a content update with these rules and returns its revision. */
  setContent(rules: readonly string[]): Promise<number>;
  /** Every agent is told to run this version, which is made up; `cloud.release-offered` is then in the history. */
  offerRelease(version: string): Promise<Release>;
  /** Another customer of the cloud, with the policy of the first; `cloud.tenant-opened` is then in the history. */
  openTenant(name: string, token: string): Promise<void>;
  /** A rule of the cloud ends the programs that new detections name. */
  answerDetections(on: boolean): Promise<void>;
  /** Agent by agentId or host name; undefined: the only one. Returns the command's uid. */
  command(agent: string | undefined, name: string, args?: Record<string, unknown>): Promise<string>;
  /** The cloud forgets the agent: its key answers 401 from now on. */
  removeAgent(agent?: string): Promise<void>;
  /** In force when it resolves. */
  fault(fault: Fault): Promise<void>;
  /** Ends one kind of fault, or all. */
  heal(kind?: FaultKind): Promise<void>;
  /**
   * The detailed log at the cloud is so many days older from now on, for the job that removes what is old and for nothing
   * else; `cloud.log-aged` is then in the history.
   */
  ageLog(days: number): Promise<void>;
  /** What an analyst finds who looks these texts up in the log; `cloud.log-read` is then in the history. */
  readLog(texts: readonly string[], agent?: string): Promise<LogReading>;
  /**
   * What lets the endpoint be removed, by agentId or host name; undefined: the only one. A secret: in no event. null: the
   * cloud has none, as the endpoint has never enrolled.
   */
  removalToken(agent?: string): Promise<string | null>;
  agents(): Promise<readonly AgentRecord[]>;
}

export class CloudSilent extends Error {
  override readonly name = 'CloudSilent';
  readonly code = 'cloud-silent';
  constructor(what: string, ms: number, cause?: unknown) {
    super(
      `the cloud's program did not answer "${what}" within ${ms} ms. Likely: it has ended or never started ` +
        `(its stderr says why), or the control stream is broken. Look for process.ended of the cloud.`,
      { cause },
    );
  }
}

/**
 * Listens from now on. `whoIs` says by the lab's address plan what a client's address is.
 * `answerMs`: how long an order may take, `readyMs`: how long the program may take to listen.
 */
export function connectCloud(
  channel: Channel,
  recorder: Recorder,
  whoIs: (address: string) => Path,
  limits: { answerMs: number; readyMs: number } = { answerMs: 10_000, readyMs: 30_000 },
): CloudConsole {
  const waiting = new Map<number, (reply: Reply) => void>();
  channel.onFrame((frame) => {
    const content = frame as unknown as Content & { at: number };
    if ('reply' in content) waiting.get(content.reply.id)?.(content.reply);
    else if ('event' in content) record(recorder, content.event, content.at, whoIs(content.peer ?? ''));
  });
  let last = 0;
  const ask = async (order: Order): Promise<unknown> => {
    const id = (last += 1);
    const ms = order.what === 'ready' ? limits.readyMs : limits.answerMs;
    const reply = await new Promise<Reply>((resolve, reject) => {
      const timer = setTimeout(() => reject(new CloudSilent(order.what, ms)), ms);
      waiting.set(id, (given) => {
        clearTimeout(timer);
        resolve(given);
      });
      channel.send({ id, do: order }).catch((error: unknown) => {
        clearTimeout(timer);
        reject(new CloudSilent(order.what, ms, error));
      });
    }).finally(() => waiting.delete(id));
    if ('error' in reply) throw new Error(`the cloud refused "${order.what}": ${reply.error}`);
    return reply.value;
  };
  return orders(ask as Ask);
}

/** What each order is answered with stands in control.ts. */
type Ask = <W extends Order['what']>(order: Order & { what: W }) => Promise<Values[W]>;

function orders(ask: Ask): CloudConsole {
  const setPolicy = (patch: PolicyPatch): Promise<number> => ask({ what: 'set-policy', patch });
  return {
    ready: () => ask({ what: 'ready' }),
    setPolicy,
    addIndicator: (sha256, name) => ask({ what: 'add-indicator', indicator: { sha256, name } }),
    allowAdd: (entry) => ask({ what: 'allow-add', entry }),
    allowRemove: (entry) => ask({ what: 'allow-remove', entry }),
    setMode: (mode) => setPolicy({ mode }),
    setProtection: (state) => setPolicy({ uninstallProtection: state }),
    offerRelease: (version) => ask({ what: 'offer-release', version }),
    setContent: (rules) => ask({ what: 'set-content', rules }),
    command: (agent, name, args) =>
      ask({
        what: 'command',
        name,
        ...(agent === undefined ? {} : { agent }),
        ...(args === undefined ? {} : { arguments: args }),
      }),
    openTenant: async (name, token) => {
      await ask({ what: 'open-tenant', name, token });
    },
    answerDetections: async (on) => {
      await ask({ what: 'answer-detections', on });
    },
    removeAgent: async (agent) => {
      await ask({ what: 'remove-agent', ...(agent === undefined ? {} : { agent }) });
    },
    fault: async (fault) => {
      await ask({ what: 'fault', fault });
    },
    heal: async (kind) => {
      await ask({ what: 'heal', ...(kind === undefined ? {} : { kind }) });
    },
    ageLog: async (days) => {
      await ask({ what: 'age-log', days });
    },
    readLog: (texts, agent) => ask({ what: 'read-log', texts, ...(agent === undefined ? {} : { agent }) }),
    removalToken: (agent) => ask({ what: 'removal-token', ...(agent === undefined ? {} : { agent }) }),
    agents: () => ask({ what: 'agents' }),
  };
}

const WITH_VIA: ReadonlySet<CloudEvent['kind']> = new Set<CloudEvent['kind']>([
  'cloud.request',
  'cloud.enrolled',
  'cloud.heartbeat',
  'cloud.detection',
  'cloud.telemetry',
  'cloud.policy-read',
  'cloud.command-result',
]);

/** An event that does not keep to the history's schema is the cloud's own fault, never the product's. */
function record(recorder: Recorder, event: CloudEvent, at: number, path: Path): void {
  const way = typeof path === 'string' ? { via: path } : path;
  const observation = WITH_VIA.has(event.kind) ? { ...event, ...way } : event;
  const judged = (Object.hasOwn(eventSchemas, event.kind) ? eventSchemas[event.kind] : undefined)?.safeParse(
    observation,
  );
  if (judged?.success === true) {
    recorder.record('cloud', observation as Observation, at);
    return;
  }
  const cause = judged?.error.message ?? `the history knows no ${event.kind}`;
  recorder.record('cloud', { kind: 'lab.failed', blame: 'cloud', what: 'an event of the cloud', cause });
}

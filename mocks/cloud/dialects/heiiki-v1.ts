/** The dialect of openapi.yaml: what each operation does, as functions from call to answer. */
import type { AgentRecord, Agents } from '../agents.ts';
import type { CommandQueue } from '../commands.ts';
import type { ContentStore } from '../content.ts';
import { bearer, empty, json, problem } from '../exchange.ts';
import type { CloudAnswer, CloudRequest, Dialect, Emit, Operation, Outcome } from '../exchange.ts';
import type { LogStore } from '../log-store.ts';
import { toDetection } from '../ocsf.ts';
import type { PolicyStore } from '../policy.ts';
import type { ReleaseStore } from '../release.ts';
import type { RemovalTokens } from '../removal-tokens.ts';
import type { Responder } from '../responder.ts';
import type { Tenants } from '../tenants.ts';
import type {
  CommandResult,
  DetectionBatch,
  Enrolment,
  Heartbeat,
  TelemetryBatch,
} from '../protocol/types.ts';
import type { Route, Validator } from '../validator.ts';

/** What one tenant of the cloud has. */
export interface CloudState {
  /** null: the one that is there from the start */
  readonly tenant: string | null;
  /** what an agent shows once to be enrolled */
  readonly token: string;
  readonly agents: Agents;
  readonly policy: PolicyStore;
  readonly content: ContentStore;
  readonly releases: ReleaseStore;
  readonly commands: CommandQueue;
  /** of the agents of all tenants: their ids are their own */
  readonly log: LogStore;
  /** the same: where an endpoint goes over to another tenant, the token of the old one does not count any more */
  readonly removal: RemovalTokens;
  readonly responder: Responder;
  now(): number;
  /** as the cloud tells the time, which may be wrong */
  told(): number;
}
interface Call {
  readonly state: CloudState;
  readonly request: CloudRequest;
  readonly parameters: Readonly<Record<string, string>>;
  /** has passed the schema of the operation */
  readonly body: unknown;
  readonly agent: AgentRecord;
  readonly emit: Emit;
}
type Handler = (call: Call) => CloudAnswer | Promise<CloudAnswer>;

const HANDLERS: Readonly<Record<string, Handler>> = {
  unenrol: ({ state, agent, emit }) => {
    state.agents.remove(agent);
    emit({ kind: 'cloud.unenrolled', agent: agent.agentId });
    return empty(204);
  },
  heartbeat: ({ state, agent, body, emit }) => {
    const beat = body as Heartbeat;
    agent.lastHeartbeat = { ...beat, receivedAt: state.now() };
    const { queued, dropped, version, content } = beat;
    const told = { ...(version === undefined ? {} : { version }), ...(content ? { content } : {}) };
    emit({ kind: 'cloud.heartbeat', agent: agent.agentId, queued, dropped, ...told });
    const { current: release } = state.releases;
    return json(200, {
      policyRevision: state.policy.current.revision,
      serverTime: state.told(),
      ...(release === undefined ? {} : { release }),
    });
  },
  readPolicy: ({ state, agent, request, emit }) => {
    const { etag, current } = state.policy;
    const notModified = request.headers['if-none-match'] === etag;
    emit({ kind: 'cloud.policy-read', agent: agent.agentId, revision: current.revision, notModified });
    return notModified ? empty(304, { etag }) : json(200, current, { etag });
  },
  sendTelemetry: ({ state, agent, body, emit }) => {
    const { events, gaps } = body as TelemetryBatch;
    state.log.add(agent.agentId, events);
    emit({
      kind: 'cloud.telemetry',
      agent: agent.agentId,
      count: events.length,
      body: JSON.stringify(events),
      ...(gaps === undefined ? {} : { gaps }),
    });
    return empty(202);
  },
  sendDetections: ({ state, agent, body, emit }) => {
    const { findings } = body as DetectionBatch;
    for (const finding of findings) {
      const copy = state.agents.copy(agent, finding.finding_info.uid);
      emit(toDetection(agent.agentId, finding, copy));
      if (copy === 1) state.responder.found(agent.agentId, finding, state.commands, emit);
    }
    return json(200, { accepted: [...new Set(findings.map((f) => f.finding_info.uid))] });
  },
  awaitCommands: async ({ state, agent, request }) => {
    const wait = Number(request.query.get('wait')) * 1000;
    const commands = await state.commands.next(agent.agentId, wait, request.signal);
    return commands.length > 0 ? json(200, { commands }) : empty(204);
  },
  sendCommandResult: ({ state, agent, parameters, body, emit }) => {
    const uid = parameters.commandId ?? '';
    const finish = state.commands.finish(agent.agentId, uid);
    if (finish === 'unknown')
      return problem(404, 'No such command', `no command ${uid} was ever given to this agent`);
    const { outcome, detail } = body as CommandResult;
    const said = detail === undefined ? {} : { detail };
    if (finish === 'first')
      emit({ kind: 'cloud.command-result', agent: agent.agentId, uid, outcome, ...said });
    return empty(204);
  },
};

/** Operations that need no key. */
const PUBLIC: Readonly<
  Record<string, (tenants: Tenants, request: CloudRequest, judged: Judged, emit: Emit) => Served>
> = {
  enrol,
  hello: ({ first }) => ({ answer: json(200, { serverTime: first.told() }) }),
  readContent: ({ first: { content } }, request) => {
    const { etag, current } = content;
    const notModified = request.headers['if-none-match'] === etag;
    return { answer: notModified ? empty(304, { etag }) : json(200, current, { etag }) };
  },
  readRelease: ({ first: { releases } }, request) => {
    const version = decodeURIComponent(request.path.slice(request.path.lastIndexOf('/') + 1));
    const part = releases.part(version, request.headers.range ?? '');
    if (part === 404)
      return { answer: problem(404, 'No such release', 'it is not the one in the heartbeat') };
    if (part === 416)
      return { answer: problem(416, 'No such part', 'the release has no bytes from there on') };
    const headers = { 'content-type': 'application/octet-stream', 'content-range': part.range };
    return { answer: { status: 206, headers, body: part.body } };
  },
};

export function heiikiV1(tenants: Tenants, validator: Validator): Dialect {
  return {
    name: 'heiiki-v1',
    find(method, path) {
      const route = validator.find(method, path);
      return route && operation(tenants, validator, route);
    },
  };
}

function operation(tenants: Tenants, validator: Validator, route: Route): Operation {
  return {
    id: route.operationId,
    async run(request, emit) {
      const { problems, body } = validator.request(route, request);
      const done = await (route.secured
        ? serve(tenants, route, request, { problems, body }, emit)
        : open(tenants, route, request, { problems, body }, emit));
      const ours = validator.answer(route, done.answer).join('; ');
      if (ours)
        emit({ kind: 'lab.failed', blame: 'cloud', what: `answer of ${route.operationId}`, cause: ours });
      return { ...done, problems };
    },
  };
}

interface Judged {
  readonly problems: readonly string[];
  readonly body: unknown;
}
type Served = Omit<Outcome, 'problems'>;
const invalid = (problems: readonly string[]): CloudAnswer =>
  problem(400, 'The request does not keep to the protocol', problems.join('; '));

async function serve(
  tenants: Tenants,
  route: Route,
  request: CloudRequest,
  { problems, body }: Judged,
  emit: Emit,
): Promise<Served> {
  const parameters = route.parameters(request.path);
  const key = bearer(request) ?? '';
  const state = tenants.withKey(key);
  const agent = state?.agents.byKey(key);
  if (!state || !agent || agent.agentId !== parameters.agentId)
    return { answer: problem(401, 'Unknown key', 'the key is not, or not any more, that of this agent') };
  const named = { agent: agent.agentId };
  if (problems.length > 0) return { answer: invalid(problems), ...named };
  const handler = HANDLERS[route.operationId];
  if (!handler) throw new Error(`openapi.yaml names ${route.operationId}; write its handler in heiiki-v1.ts`);
  return { answer: await handler({ state, request, parameters, body, agent, emit }), ...named };
}

function open(tenants: Tenants, route: Route, request: CloudRequest, judged: Judged, emit: Emit): Served {
  if (judged.problems.length > 0) return { answer: invalid(judged.problems) };
  const handler = PUBLIC[route.operationId];
  if (!handler) throw new Error(`openapi.yaml names ${route.operationId}; write its handler in heiiki-v1.ts`);
  return handler(tenants, request, judged, emit);
}

function enrol(tenants: Tenants, request: CloudRequest, { body }: Judged, emit: Emit): Served {
  const enrolment = body as Enrolment;
  const state = tenants.withToken(enrolment.token);
  if (!state) return { answer: problem(401, 'Unknown enrolment token', 'it is not the token of this cloud') };
  const { agent, key, again } = state.agents.enrol(enrolment, state.now());
  const { agentId } = agent;
  const { hostname, machineId: machine, product } = enrolment;
  const where = state.tenant === null ? {} : { tenant: state.tenant };
  const told = { hostname, machine, version: product.version, ...where, peer: request.peer, again };
  emit({ kind: 'cloud.enrolled', agent: agentId, ...told });
  const removal = state.removal.make(agentId, hostname);
  return { answer: json(201, { agentId, key, removal }), agent: agentId };
}

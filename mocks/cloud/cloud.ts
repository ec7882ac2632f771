/** The cloud without a network: requests in, answers out, orders in, everything that happens as events out. */
import { Agents } from './agents.ts';
import { CERTIFICATES, isCertificate, type CertificateKind } from './certificate.ts';
import { CommandQueue } from './commands.ts';
import { ContentStore } from './content.ts';
import type { Order } from './control.ts';
import { heiikiV1, type CloudState } from './dialects/heiiki-v1.ts';
import { jsonLines } from './dialects/json-lines.ts';
import { problem } from './exchange.ts';
import type { Answered, CloudEvent, CloudRequest, Dialect, Emit, Operation, Outcome } from './exchange.ts';
import { Faults } from './faults.ts';
import { LogStore } from './log-store.ts';
import { PolicyStore } from './policy.ts';
import { ReleaseStore } from './release.ts';
import { RemovalTokens } from './removal-tokens.ts';
import { Responder } from './responder.ts';
import type { Contract } from './protocol/contract.ts';
import { Tenants } from './tenants.ts';
import { makeValidator } from './validator.ts';

/** `peer`: the client whose request caused it; absent when an order did. */
export type Report = (event: CloudEvent, peer?: string) => void;
/** `now`: what the cloud takes for it, ms */
type Show = (certificate: CertificateKind | null, now: number) => Promise<void>;
export interface Cloud {
  readonly handle: (request: CloudRequest) => Promise<Answered>;
  /** Throws in words if the order cannot be carried out. A promise where something has to be in force first. */
  readonly obey: (order: Order) => unknown;
}

export function createCloud(options: {
  token: string;
  contract: Contract;
  report: Report;
  now?: () => number;
  /** for how long the detailed log is kept; undefined: it cannot be looked up here */
  logDays?: number | undefined;
  /** shows another certificate from now on, null: the right one; resolves when it does */
  show?: Show;
}): Cloud {
  const now = options.now ?? Date.now;
  const faults = new Faults((event) => options.report(event));
  const state: CloudState = {
    tenant: null,
    token: options.token,
    agents: new Agents(),
    policy: new PolicyStore(),
    content: new ContentStore(),
    releases: new ReleaseStore(),
    commands: new CommandQueue(now),
    log: new LogStore(options.logDays, now),
    removal: new RemovalTokens(),
    responder: new Responder(),
    now,
    told: () => now() + faults.clockOffMs,
  };
  const show = options.show ?? (() => Promise.resolve());
  const tenants = new Tenants(state);
  const dialects = [heiikiV1(tenants, makeValidator(options.contract)), jsonLines(state)];
  return {
    handle: (request) => handle(dialects, faults, request, (event) => options.report(event, request.peer)),
    obey: (order) => obey({ state, tenants, faults, show, emit: (event) => options.report(event) }, order),
  };
}

async function handle(
  dialects: Dialect[],
  faults: Faults,
  request: CloudRequest,
  emit: Emit,
): Promise<Answered> {
  const operation = find(dialects, request);
  let outcome: Outcome;
  if (faults.hits('5xx', operation.id)) {
    outcome = { answer: problem(503, 'Out of order', 'the cloud was asked to fail'), problems: [] };
  } else {
    await faults.slowDown('slow', operation.id, request.signal);
    outcome = request.signal.aborted
      ? { answer: problem(503, 'The client has gone'), problems: [] }
      : await run(operation, request, emit);
    await faults.slowDown('late-answer', operation.id, request.signal);
  }
  const cut = request.signal.aborted || faults.hits('lost-ack', operation.id);
  const half = !cut && faults.hits('cut-answer', operation.id);
  emit(seen(request, outcome, cut || half));
  return cut ? 'cut' : half ? { half: outcome.answer } : outcome.answer;
}

/** A mistake of the cloud is said to be one and is nobody else's. */
async function run(operation: Operation, request: CloudRequest, emit: Emit): Promise<Outcome> {
  try {
    return await operation.run(request, emit);
  } catch (error) {
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    emit({ kind: 'lab.failed', blame: 'cloud', what: `handling ${operation.id}`, cause });
    return { answer: problem(500, 'The mock cloud has failed'), problems: [] };
  }
}

/** Status 0: the exchange ended without an answer. */
function seen(request: CloudRequest, outcome: Outcome, cut: boolean): CloudEvent {
  const { peer, host, method, path, bytesUp } = request;
  const range = outcome.answer.headers['content-range'];
  return {
    kind: 'cloud.request',
    ...{ peer, host, method, path, bytesUp },
    status: cut ? 0 : outcome.answer.status,
    ...(outcome.agent === undefined ? {} : { agent: outcome.agent }),
    bytesDown: cut ? 0 : Buffer.byteLength(outcome.answer.body),
    ...(range === undefined || cut ? {} : { range }),
    problems: [...outcome.problems],
  };
}

function find(dialects: Dialect[], { method, path, secure }: CloudRequest): Operation {
  if (!secure) return refusal(400, 'the request came in clear text; the protocol is HTTPS only');
  for (const dialect of dialects) {
    const operation = dialect.find(method, path);
    if (operation) return operation;
  }
  return refusal(404, `no dialect has ${method} ${path}`);
}

function refusal(status: number, why: string): Operation {
  const outcome: Outcome = { answer: problem(status, 'Not part of the protocol', why), problems: [why] };
  return { id: 'unknown', run: () => Promise.resolve(outcome) };
}

interface Rule {
  readonly state: CloudState;
  readonly tenants: Tenants;
  readonly faults: Faults;
  readonly show: Show;
  readonly emit: Emit;
}

/** In force first, then said to be. */
async function changeFaults({ faults, show, state }: Rule, change: () => void, next: CertificateKind | null) {
  if (next !== faults.certificate) await show(next, state.told());
  change();
  return null;
}

function obey(rule: Rule, order: Order): unknown {
  const { state, faults, emit } = rule;
  const { policy } = state;
  const changed = (): number => {
    emit({ kind: 'cloud.policy-set', revision: policy.current.revision, policy: { ...policy.current } });
    return policy.current.revision;
  };
  switch (order.what) {
    case 'ready':
      return undefined; // the program answers this one: only it knows its port
    case 'set-policy':
      policy.patch(order.patch);
      return changed();
    case 'add-indicator':
      policy.addIndicator(order.indicator);
      return changed();
    case 'allow-add':
      policy.allow(order.entry);
      return changed();
    case 'allow-remove':
      policy.disallow(order.entry);
      return changed();
    case 'command':
      return command(state, order, emit);
    case 'remove-agent':
      state.agents.remove(state.agents.find(order.agent));
      return null;
    case 'answer-detections':
      state.responder.answers = order.on;
      return null;
    case 'set-content':
      return state.content.set(order.rules);
    case 'open-tenant':
      rule.tenants.open(order.name, order.token);
      emit({ kind: 'cloud.tenant-opened', tenant: order.name });
      return null;
    case 'offer-release': {
      const release = state.releases.offer(order.version);
      emit({ kind: 'cloud.release-offered', ...release });
      return release;
    }
    case 'fault': {
      const { kind } = order.fault;
      if (isCertificate(kind))
        return changeFaults(rule, () => faults.startOnly(order.fault, CERTIFICATES), kind);
      faults.start(order.fault);
      return null;
    }
    case 'heal': {
      const { kind } = order;
      if (faults.certificate !== null && (kind === undefined || kind === faults.certificate))
        return changeFaults(rule, () => faults.heal(kind), null);
      faults.heal(kind);
      return null;
    }
    case 'age-log':
      state.log.age(order.days);
      emit({ kind: 'cloud.log-aged', days: order.days });
      return null;
    case 'read-log': {
      const reading = state.log.read(state.agents.find(order.agent).agentId, order.texts);
      emit({ kind: 'cloud.log-read', ...reading });
      return reading;
    }
    case 'removal-token':
      return state.removal.of(order.agent);
    case 'agents':
      return state.agents.list();
    default:
      throw new Error(
        `unknown order ${JSON.stringify(order satisfies never)}; control.ts lists the known ones`,
      );
  }
}

function command(state: CloudState, order: Extract<Order, { what: 'command' }>, emit: Emit): string {
  const { agentId } = state.agents.find(order.agent);
  const { uid } = state.commands.add(agentId, order.name, order.arguments);
  const { analyst, script } = order.arguments ?? {};
  emit({
    ...{ kind: 'cloud.command', agent: agentId, command: order.name, uid },
    ...(typeof analyst === 'string' ? { who: analyst } : {}),
    ...(typeof script === 'string' ? { script } : {}),
  });
  return uid;
}

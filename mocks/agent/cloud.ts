/** The operations of heiiki-v1 (mocks/cloud/protocol/openapi.yaml) over a link. */
import type {
  Accepted,
  Command,
  CommandResult,
  Enrolment,
  Heartbeat,
  HeartbeatAnswer,
  Identity,
  TelemetryBatch,
  TakenFinding,
} from '../cloud/protocol/types.ts';
import { isRecord } from './files.ts';
import type { Link } from './link.ts';
import { parseRelease } from './self-update.ts';
import type { Answer, Ask } from './transport/https.ts';

export const REQUEST_MS = 1500;

/** By what the cloud knows the endpoint. */
export type Credentials = Pick<Identity, 'agentId' | 'key'>;

/** The cloud answered, and not with what was asked for. */
export class CloudError extends Error {
  readonly status: number;
  constructor(doing: string, answer: Answer) {
    const { detail, title } = isRecord(answer.json) ? answer.json : {};
    const words = [detail, title].find((text) => typeof text === 'string') ?? '';
    super(`${doing}: the cloud answered ${answer.status} ${words}`.trim());
    this.name = 'CloudError';
    this.status = answer.status;
  }
}

export class Cloud {
  readonly #link: Link;
  identity: Credentials | null;
  constructor(link: Link, identity: Credentials | null) {
    this.#link = link;
    this.identity = identity;
  }

  async enrol(body: Enrolment): Promise<Identity> {
    const answer = await this.#link.ask(
      { method: 'POST', path: '/v1/enrol', body, timeoutMs: REQUEST_MS },
      { health: true },
    );
    const { json } = expected('enrolling', answer, 201);
    const { agentId, key, removal } = isRecord(json) ? json : {};
    const { salt, hash } = isRecord(removal) ? removal : {};
    if (
      typeof agentId !== 'string' ||
      typeof key !== 'string' ||
      typeof salt !== 'string' ||
      typeof hash !== 'string'
    )
      throw new CloudError('enrolling', answer);
    this.identity = { agentId, key };
    return { agentId, key, removal: { salt, hash } };
  }
  /** Resolves with the revision of the policy at the cloud, the time there, and the version to run. */
  async heartbeat(body: Heartbeat): Promise<HeartbeatAnswer> {
    const answer = await this.#ask('POST', '/heartbeat', { body, health: true });
    const { json } = expected('heartbeat', answer, 200);
    const { policyRevision, serverTime, release: offered } = isRecord(json) ? json : {};
    if (typeof policyRevision !== 'number' || typeof serverTime !== 'number')
      throw new CloudError('heartbeat', answer);
    const release = parseRelease(offered);
    return { policyRevision, serverTime, ...(release ? { release } : {}) };
  }
  /** undefined: unchanged. */
  async policy(etag: string | undefined): Promise<{ body: unknown; etag: string | undefined } | undefined> {
    const answer = await this.#ask(
      'GET',
      '/policy',
      etag === undefined ? {} : { headers: { 'if-none-match': etag } },
    );
    if (answer.status === 304) return undefined;
    return { body: expected('reading the policy', answer, 200).json, etag: answer.etag };
  }
  async telemetry(body: TelemetryBatch): Promise<void> {
    expected('sending telemetry', await this.#ask('POST', '/telemetry', { body }), 202);
  }
  /** Resolves with the uids that are stored there now. */
  async detections(findings: readonly TakenFinding[]): Promise<Accepted['accepted']> {
    const { json } = expected(
      'sending findings',
      await this.#ask('POST', '/detections', { body: { findings } }),
      200,
    );
    return isRecord(json) && Array.isArray(json['accepted']) ? json['accepted'].map(String) : [];
  }
  /** Waits for one up to so many seconds. */
  async commands(waitS: number): Promise<readonly Command[]> {
    const answer = await this.#ask('GET', `/commands?wait=${waitS}`, {
      timeoutMs: waitS * 1000 + REQUEST_MS,
    });
    if (answer.status === 204) return [];
    const { json } = expected('asking for commands', answer, 200);
    return isRecord(json) && Array.isArray(json['commands']) ? json['commands'].filter(isCommand) : [];
  }
  async result(uid: string, body: CommandResult): Promise<void> {
    expected(
      'acknowledging',
      await this.#ask('POST', `/commands/${encodeURIComponent(uid)}/result`, { body }),
      204,
    );
  }
  async unenrol(timeoutMs: number): Promise<void> {
    expected('unenrolling', await this.#ask('DELETE', '', { timeoutMs }), 204);
  }

  #ask(
    method: Ask['method'],
    path: string,
    more: Partial<Omit<Ask, 'method' | 'path'>> & { health?: boolean } = {},
  ): Promise<Answer> {
    if (!this.identity) throw new Error('not enrolled yet');
    const { health = false, headers, timeoutMs = REQUEST_MS, ...rest } = more;
    const { agentId, key } = this.identity;
    const ask = { method, path: `/v1/agents/${encodeURIComponent(agentId)}${path}`, timeoutMs, ...rest };
    return this.#link.ask({ ...ask, headers: { ...headers, authorization: `Bearer ${key}` } }, { health });
  }
}

function expected(doing: string, answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new CloudError(doing, answer);
  return answer;
}
function isCommand(value: unknown): value is Command {
  return isRecord(value) && typeof value['uid'] === 'string' && typeof value['name'] === 'string';
}

/** Requests, bodies and a cloud without a network, for the tests of this folder. */
import { createCloud, type Cloud } from './cloud.ts';
import type { CloudEvent, CloudRequest } from './exchange.ts';
import { loadContract } from './protocol/contract.ts';
import type { DetectionFinding, Identity } from './protocol/types.ts';

export const TOKEN = 'enrol-me';
export const ENROLMENT = {
  token: TOKEN,
  hostname: 'pc-1',
  machineId: '0123456789abcdef',
  product: { name: 'P', version: '1' },
};
export const HEARTBEAT = { sentAt: 1, policyRevision: 0, queued: 2, dropped: 0 };

export function finding(uid: string, changes: Partial<DetectionFinding> = {}): DetectionFinding {
  return {
    activity_id: 1,
    category_uid: 2,
    class_uid: 2004,
    type_uid: 200401,
    severity_id: 4,
    time: 2000,
    start_time: 1000,
    disposition_id: 15,
    metadata: { version: '1.5.0', product: { name: 'P', vendor_name: 'V' } },
    finding_info: { uid, title: 'A', analytic: { type_id: 1, uid: 'T1098.007' } },
    device: { hostname: 'pc-1', type_id: 2 },
    ...changes,
  };
}

interface Given {
  body?: unknown;
  /** sent as it is, instead of `body` */
  text?: string;
  key?: string;
  headers?: Record<string, string>;
  peer?: string;
  secure?: boolean;
  signal?: AbortSignal;
}
export function request(method: string, target: string, given: Given = {}): CloudRequest {
  const url = new URL(target, 'https://edr.cloud.test');
  const body = Buffer.from(given.text ?? (given.body === undefined ? '' : JSON.stringify(given.body)));
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: {
      ...(body.length > 0 ? { 'content-type': 'application/json' } : {}),
      ...(given.key === undefined ? {} : { authorization: `Bearer ${given.key}` }),
      ...given.headers,
    },
    body,
    bytesUp: body.length,
    peer: given.peer ?? '10.0.0.9',
    host: 'edr.cloud.test',
    secure: given.secure ?? true,
    signal: given.signal ?? new AbortController().signal,
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}
export interface TestCloud {
  readonly cloud: Cloud;
  readonly events: CloudEvent[];
  /** `body` is parsed; status 0: cut */
  readonly call: (method: string, target: string, given?: Given) => Promise<Answer>;
  /** events of one kind */
  readonly of: <K extends CloudEvent['kind']>(kind: K) => Extract<CloudEvent, { kind: K }>[];
  readonly enrol: (changes?: Partial<typeof ENROLMENT>) => Promise<Identity>;
}

export async function testCloud(options: { logDays?: number } = {}): Promise<TestCloud> {
  const events: CloudEvent[] = [];
  const cloud = createCloud({
    ...options,
    token: TOKEN,
    contract: await loadContract(),
    report: (event) => events.push(event),
  });
  const call = async (method: string, target: string, given?: Given): Promise<Answer> => {
    const answer = await cloud.handle(request(method, target, given));
    if (answer === 'cut' || 'half' in answer) return { status: 0, headers: {}, body: undefined };
    return { ...answer, body: answer.body === '' ? undefined : (JSON.parse(answer.body) as unknown) };
  };
  return {
    cloud,
    events,
    call,
    of: <K extends CloudEvent['kind']>(kind: K) =>
      events.filter((e): e is Extract<CloudEvent, { kind: K }> => e.kind === kind),
    enrol: async (changes = {}) =>
      (await call('POST', '/v1/enrol', { body: { ...ENROLMENT, ...changes } })).body as Identity,
  };
}

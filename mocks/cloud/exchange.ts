/** One HTTP exchange, free of any server library, so that another front can be put before the dialects. */
import type { Observation } from '../../history/events.ts';

export interface CloudRequest {
  readonly method: string;
  /** without the query */
  readonly path: string;
  readonly query: URLSearchParams;
  /** names in lower case */
  readonly headers: Readonly<Record<string, string>>;
  /** after content decoding */
  readonly body: Buffer;
  /** bytes of the body on the wire */
  readonly bytesUp: number;
  /** the socket's remote address, IPv4 without the ::ffff: prefix */
  readonly peer: string;
  /** Host header or :authority */
  readonly host: string;
  /** came over TLS */
  readonly secure: boolean;
  /** aborted when the client goes away before it has an answer */
  readonly signal: AbortSignal;
}

export interface CloudAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
/** `cut`: the connection ends without an answer; `half`: in the middle of it. */
export type Answered = CloudAnswer | 'cut' | { readonly half: CloudAnswer };

type WithoutVia<T> = T extends unknown ? Omit<T, 'via'> : never;
/**
 * What the cloud sees; `via` is added by the harness, which knows the address plan. `lab.failed` when the cloud
 * itself is wrong, so that nobody else is blamed for it.
 */
export type CloudEvent = WithoutVia<Extract<Observation, { kind: `cloud.${string}` | 'lab.failed' }>>;
export type Emit = (event: CloudEvent) => void;

/** What a dialect made of a request. */
export interface Outcome {
  readonly answer: CloudAnswer;
  /** how the request breaks the published protocol, in words */
  readonly problems: readonly string[];
  readonly agent?: string;
}
export interface Operation {
  /** e.g. `sendDetections`; faults can be limited to it */
  readonly id: string;
  run(request: CloudRequest, emit: Emit): Promise<Outcome>;
}
export interface Dialect {
  readonly name: string;
  /** undefined: not a method and path of this dialect */
  find(method: string, path: string): Operation | undefined;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): CloudAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
export function empty(status: number, headers: Record<string, string> = {}): CloudAnswer {
  return { status, headers, body: '' };
}
/** With its length; of one that is cut in the middle the first half, and the connection ends with it. */
export function onTheWire(answer: CloudAnswer | { readonly half: CloudAnswer }): CloudAnswer {
  if (!('half' in answer)) return { ...answer, headers: withLength(answer) };
  const { status, body } = answer.half;
  const headers = { ...withLength(answer.half), connection: 'close' };
  return { status, headers, body: body.slice(0, Math.floor(body.length / 2)) };
}
/** With a length the client can keep its connection, also when nothing follows; 204 and 304 have none (RFC 9110, 8.6). */
function withLength({ status, headers, body }: CloudAnswer): Readonly<Record<string, string>> {
  if (status === 204 || status === 304) return headers;
  return { ...headers, 'content-length': String(Buffer.byteLength(body)) };
}
/** RFC 9457 */
export function problem(status: number, title: string, detail?: string): CloudAnswer {
  return json(
    status,
    { title, status, ...(detail === undefined ? {} : { detail }) },
    { 'content-type': 'application/problem+json' },
  );
}

/** The token of `Authorization: Bearer …`; undefined if there is none. */
export function bearer(request: CloudRequest): string | undefined {
  return /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

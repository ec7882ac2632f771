/** Errors of the engine's door: few classes, each with what happened, why, and what to do about it. */

/** The person who called can put it right: wrong option, nothing to run on. Exit status 3. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode = 3;
  readonly remedy: string;
  constructor(what: string, remedy: string, options?: ErrorOptions) {
    super(`${what}\n  → ${remedy}`, options);
    this.remedy = remedy;
  }
}

export type EngineErrorCode =
  | 'engine-unreachable'
  | 'engine-refused'
  | 'lease-lost'
  | 'no-subnet'
  | 'image-missing'
  | 'image-build'
  | 'container-start'
  | 'exec'
  | 'archive'
  | 'provision';

export interface EngineErrorParts {
  readonly code: EngineErrorCode;
  /** what was tried, e.g. `starting container heiiki-ab12-relay` */
  readonly what: string;
  readonly cause: unknown;
  readonly remedy: string;
}
/** The engine or the machine failed; never charged to a product under test. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  readonly what: string;
  readonly remedy: string;
  constructor(parts: EngineErrorParts) {
    super(`${parts.what}: ${reasonOf(parts.cause)}\n  → ${parts.remedy}`, { cause: parts.cause });
    this.code = parts.code;
    this.what = parts.what;
    this.remedy = parts.remedy;
  }

  /** An engine that gave no answer, or that failed by its own word, has to answer for it; what it refused may have another cause. */
  get blame(): 'engine' | undefined {
    const status = statusOf(this.cause);
    return status === undefined || status >= 500 ? 'engine' : undefined;
  }
}

/** The engine's own words without the client library's wrapping. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const json: unknown = 'json' in cause ? cause.json : undefined;
  if (typeof json === 'object' && json !== null && 'message' in json) return String(json.message);
  return cause.message.trim() || cause.name;
}

/** HTTP status with which the engine answered, if the error is an answer at all. */
export function statusOf(cause: unknown): number | undefined {
  if (cause instanceof Error && 'statusCode' in cause && typeof cause.statusCode === 'number')
    return cause.statusCode;
  return undefined;
}

/** Wait for an engine call and ignore the answers that mean "already so". */
export async function unless(statuses: readonly number[], call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || !statuses.includes(status)) throw error;
  }
}

/**
 * POST /v1/lines: log lines as syslog-ng's http() destination sends them, one JSON object a line or an array of
 * objects with at least HOST and MESSAGE. The bearer token is the enrolment token; a HOST is an agent by itself.
 */
import { bearer, empty, problem } from '../exchange.ts';
import type { CloudAnswer, CloudRequest, Dialect, Emit, Outcome } from '../exchange.ts';
import type { CloudState } from './heiiki-v1.ts';

interface Line {
  readonly HOST: string;
  readonly MESSAGE: string;
  readonly [field: string]: unknown;
}

export function jsonLines(state: CloudState): Dialect {
  const run = (request: CloudRequest, emit: Emit): Promise<Outcome> =>
    Promise.resolve(take(state, request, emit));
  return {
    name: 'json-lines',
    find: (method, path) =>
      method === 'POST' && path === '/v1/lines' ? { id: 'sendLines', run } : undefined,
  };
}

function take(state: CloudState, request: CloudRequest, emit: Emit): Outcome {
  if (bearer(request) !== state.token)
    return refused(problem(401, 'Unknown token', 'send the enrolment token as bearer token'), []);
  let lines: Line[];
  try {
    lines = parseLines(request.body.toString('utf8'));
  } catch (error) {
    const what = `body: ${(error as Error).message}`;
    return refused(problem(400, 'The request does not keep to the protocol', what), [what]);
  }
  for (const [host, own] of Map.groupBy(lines, (line) => line.HOST)) {
    if (state.agents.meet(host, state.now()))
      emit({ kind: 'cloud.enrolled', agent: host, hostname: host, peer: request.peer, again: false });
    state.log.add(host, own);
    const body = own.map((line) => JSON.stringify(line)).join('\n');
    emit({ kind: 'cloud.telemetry', agent: host, count: own.length, body });
  }
  const agent = lines[0]?.HOST;
  return { answer: empty(200), problems: [], ...(agent === undefined ? {} : { agent }) };
}

const refused = (answer: CloudAnswer, problems: readonly string[]): Outcome => ({ answer, problems });

/** Throws in words at the first line that is not what this dialect sends. */
export function parseLines(text: string): Line[] {
  const trimmed = text.trim();
  if (trimmed === '') throw new Error('is empty; at least one line is expected');
  const values = trimmed.startsWith('[')
    ? (parse(trimmed, 'the array') as unknown[])
    : trimmed.split(/\r?\n/).flatMap((line, i) => (line.trim() ? [parse(line, `line ${i + 1}`)] : []));
  return values.map((value, i) => {
    const { HOST, MESSAGE } = (value ?? {}) as Partial<Line>;
    if (typeof HOST !== 'string' || HOST === '' || typeof MESSAGE !== 'string')
      throw new Error(`entry ${i + 1} needs HOST and MESSAGE as text`);
    return value as Line;
  });
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${where} is not JSON (${(error as Error).message})`, { cause: error });
  }
}

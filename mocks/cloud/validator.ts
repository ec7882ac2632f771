/** Judges requests and answers against openapi.yaml, in words. Schemas are compiled when first needed. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { CloudAnswer, CloudRequest } from './exchange.ts';
import type { Contract, OperationObject, Parameter, PathItem, Reference } from './protocol/contract.ts';

export interface Route {
  readonly operationId: string;
  readonly method: string;
  readonly pattern: RegExp;
  /** a key is needed */
  readonly secured: boolean;
  /** path parameters of a path that matches the pattern */
  parameters(path: string): Readonly<Record<string, string>>;
}
export interface Validator {
  find(method: string, path: string): Route | undefined;
  /** Empty if the request keeps to the contract. `body` is the parsed body if it was JSON. */
  request(route: Route, request: CloudRequest): { problems: string[]; body: unknown };
  answer(route: Route, answer: CloudAnswer): string[];
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
const MOST = 10;
const DOCUMENT = 'contract';
const escapePointer = (text: string): string =>
  encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));

interface Known extends Route {
  readonly operation: OperationObject;
  readonly pointer: string;
  readonly parametersIn: readonly Parameter[];
}

export function makeValidator(contract: Contract): Validator {
  const ajv = new Ajv2020({ strict: false, allErrors: true, coerceTypes: false });
  // The package is CommonJS; its function is one `default` further down.
  addFormats.default(ajv);
  ajv.addSchema(contract, DOCUMENT);
  const compiled = new Map<string, ValidateFunction>();
  const schemaAt = (pointer: string): ValidateFunction => {
    let found = compiled.get(pointer);
    if (!found) compiled.set(pointer, (found = ajv.compile({ $ref: `${DOCUMENT}#${pointer}` })));
    return found;
  };
  const routes = listRoutes(contract);
  const known = (route: Route): Known => route as Known;
  return {
    find: (method, path) => routes.find((r) => r.method === method && r.pattern.test(path)),
    request: (route, request) => judgeRequest(ajv, schemaAt, known(route), request),
    answer: (route, answer) => judgeAnswer(contract, schemaAt, known(route), answer),
  };
}

function listRoutes(contract: Contract): Known[] {
  return Object.entries(contract.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method] !== undefined).map((method) =>
      route(contract, path, method, item),
    ),
  );
}

function route(contract: Contract, path: string, method: string, item: PathItem): Known {
  const operation = item[method] as OperationObject;
  const pattern = new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
  return {
    operationId: operation.operationId,
    method: method.toUpperCase(),
    pattern,
    secured: operation.security?.length !== 0,
    operation,
    pointer: `/paths/${escapePointer(path)}/${method}`,
    parametersIn: [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(
      (p) => resolve(contract, p).value as Parameter,
    ),
    parameters: (text) => ({ ...pattern.exec(text)?.groups }),
  };
}

/** Follows one local reference; `pointer` is where the value really is. */
function resolve(contract: Contract, value: unknown, pointer = ''): { value: unknown; pointer: string } {
  const ref = (value as Partial<Reference> | undefined)?.$ref;
  if (ref === undefined) return { value, pointer };
  let at: unknown = contract;
  for (const key of ref.slice(2).split('/')) at = (at as Record<string, unknown>)[key];
  return { value: at, pointer: ref.slice(1) };
}

function judgeRequest(
  ajv: Ajv2020,
  schemaAt: (pointer: string) => ValidateFunction,
  route: Known,
  request: CloudRequest,
): { problems: string[]; body: unknown } {
  const problems = route.parametersIn.flatMap((p) => judgeParameter(ajv, p, request));
  if (route.secured && !/^bearer +\S+$/i.test(request.headers.authorization ?? ''))
    problems.push('header Authorization: a bearer token is needed and not there');
  if (!route.operation.requestBody) {
    if (request.body.length > 0) problems.push(`body: ${route.operationId} has none`);
    return { problems, body: undefined };
  }
  const parsed = parseBody(
    request.body.toString('utf8'),
    request.headers['content-type'],
    'application/json',
  );
  if (parsed.problem !== undefined) return { problems: [...problems, parsed.problem], body: undefined };
  const check = schemaAt(`${route.pointer}/requestBody/content/application~1json/schema`);
  if (!check(parsed.value)) problems.push(...inWords('body', check.errors));
  return { problems: problems.slice(0, MOST), body: parsed.value };
}

function judgeParameter(ajv: Ajv2020, parameter: Parameter, request: CloudRequest): string[] {
  if (parameter.in === 'path') return []; // the pattern has seen to it
  const text =
    parameter.in === 'query'
      ? (request.query.get(parameter.name) ?? undefined)
      : request.headers[parameter.name.toLowerCase()];
  const where = `${parameter.in} ${parameter.name}`;
  if (text === undefined) return parameter.required === true ? [`${where}: is required and not there`] : [];
  const value: unknown = parameter.schema.type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
  return ajv.validate(parameter.schema as object, value) ? [] : inWords(where, ajv.errors);
}

function judgeAnswer(
  contract: Contract,
  schemaAt: (pointer: string) => ValidateFunction,
  route: Known,
  answer: CloudAnswer,
): string[] {
  const status = String(answer.status);
  const key = status in route.operation.responses ? status : 'default';
  const listed = route.operation.responses[key];
  if (listed === undefined) return [`answer: status ${status} is not listed for ${route.operationId}`];
  const found = resolve(contract, listed, `${route.pointer}/responses/${key}`);
  const { content, headers } = found.value as Partial<Record<'content' | 'headers', Record<string, unknown>>>;
  const missing = Object.keys(headers ?? {}).filter((name) => !(name.toLowerCase() in answer.headers));
  if (missing.length > 0) return [`answer: header ${missing.join(', ')} is not there`];
  const type = Object.keys(content ?? {})[0];
  if (type === undefined) return answer.body === '' ? [] : [`answer: status ${status} has no body`];
  if (!type.endsWith('json'))
    return wrongType(answer.headers['content-type'], type).map((p) => `answer ${p}`);
  const parsed = parseBody(answer.body, answer.headers['content-type'], type);
  if (parsed.problem !== undefined) return [`answer ${parsed.problem}`];
  const check = schemaAt(`${found.pointer}/content/${escapePointer(type)}/schema`);
  return check(parsed.value) ? [] : inWords('answer body', check.errors).slice(0, MOST);
}

function parseBody(
  text: string,
  type: string | undefined,
  wanted: string,
): { value?: unknown; problem?: string } {
  const [problem] = wrongType(type, wanted);
  if (problem !== undefined) return { problem };
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: `body: is not JSON (${(error as Error).message})` };
  }
}

const wrongType = (type: string | undefined, wanted: string): string[] =>
  type?.split(';')[0]?.trim().toLowerCase() === wanted
    ? []
    : [`body: content type is ${type ?? 'not given'}, expected ${wanted}`];

function inWords(where: string, errors: ErrorObject[] | null | undefined): string[] {
  return (errors ?? []).map((e) => {
    const extra = e.keyword === 'additionalProperties' ? ` (${String(e.params.additionalProperty)})` : '';
    const allowed = e.keyword === 'enum' ? ` (${(e.params.allowedValues as unknown[]).join(', ')})` : '';
    return `${where}${e.instancePath}: ${e.message ?? e.keyword}${extra}${allowed}`;
  });
}

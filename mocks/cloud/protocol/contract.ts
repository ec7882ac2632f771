/** The published protocol as data: read from openapi.yaml beside this file, or put in by the bundler. */
import { readFileSync } from 'node:fs';

export interface Contract {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> } & Readonly<
    Record<string, unknown>
  >;
  readonly [field: string]: unknown;
}
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: { readonly type?: string };
}
export interface PathItem {
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly [method: string]: unknown;
}
export interface Reference {
  readonly $ref: string;
}
export interface OperationObject {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** Replaced by the bundler with the contract as JSON text; a name without a value when run from source. */
declare const HEIIKI_CONTRACT: string;

/** Reads the contract; throws if the file is not there or is not YAML. */
export async function loadContract(): Promise<Contract> {
  if (typeof HEIIKI_CONTRACT === 'string') return JSON.parse(HEIIKI_CONTRACT) as Contract;
  const { parse } = await import('yaml');
  return parse(readFileSync(new URL('./openapi.yaml', import.meta.url), 'utf8')) as Contract;
}

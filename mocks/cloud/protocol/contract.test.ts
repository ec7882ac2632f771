import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { loadContract, type OperationObject, type Parameter } from './contract.ts';

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
const contract = await loadContract();

function* references(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref') yield inner as string;
    else yield* references(inner);
  }
}
const at = (ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], contract);

describe('openapi.yaml', () => {
  it('is OpenAPI 3.1 whose references all lead somewhere', () => {
    expect(contract.openapi).to.match(/^3\.1\./);
    for (const ref of references(contract)) expect(at(ref), ref).to.be.an('object');
  });

  it('has schemas that are valid JSON Schema 2020-12', () => {
    const ajv = new Ajv2020({ strict: false });
    for (const [name, schema] of Object.entries(contract.components.schemas))
      expect(ajv.validateSchema(schema as object), `${name}: ${ajv.errorsText()}`).to.equal(true);
  });

  it('gives every operation an id of its own, its path parameters, and an answer for refusals', () => {
    const ids: string[] = [];
    for (const [path, item] of Object.entries(contract.paths)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
      const shared = (item.parameters ?? []).map((p) => ('$ref' in p ? at(p.$ref) : p) as Parameter);
      expect(
        shared.map((p) => p.name),
        path,
      ).to.have.members(named);
      for (const method of METHODS.filter((m) => item[m] !== undefined)) {
        const operation = item[method] as OperationObject;
        ids.push(operation.operationId);
        expect(operation.responses, operation.operationId).to.include.keys('401', 'default');
        expect(operation.responses.default).to.have.property('$ref');
      }
    }
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('has every body as a type in types.ts', () => {
    const types = readFileSync(new URL('./types.ts', import.meta.url), 'utf8');
    const names = Object.keys(contract.components.schemas).filter((name) => name !== 'Sha256');
    for (const name of names) expect(types, name).to.match(new RegExp(`export interface ${name} `));
  });
});

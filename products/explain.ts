/** What zod found wrong with a manifest, as problems with place and remedy. */
import { z } from 'zod';
import type { Problem } from './errors.ts';
import { nearest } from './nearest.ts';
import type { Path, YamlFile } from './yaml.ts';

type Issue = z.core.$ZodIssue;

/** One problem for each thing that is wrong, in the order of the file. */
export function explain(yaml: YamlFile, schema: z.ZodType, issues: readonly Issue[]): Problem[] {
  const known = knownPaths(schema);
  return issues.flatMap((issue) => explainIssue(yaml, known, issue)).toSorted(inFileOrder);
}

export const inFileOrder = (a: Problem, b: Problem) =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

function explainIssue(yaml: YamlFile, known: readonly string[], issue: Issue): Problem[] {
  const path = issue.path;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(yaml, known, [...path, key]));
  if (issue.code === 'invalid_key') return [unknownKey(yaml, known, path)];
  const value = valueAt(yaml.value, path);
  // The value's own place if there is one; else the place of the block that lacks it.
  const place = value === undefined ? yaml.keyPlace(path) : yaml.place(path);
  return [{ file: yaml.file, ...place, ...whatIsWrong(issue, dotted(path), value) }];
}

function whatIsWrong(issue: Issue, at: string, value: unknown): Pick<Problem, 'what' | 'remedy'> {
  if (at === '' && (value === null || value === undefined))
    return { what: 'the file is empty', remedy: 'see docs/product-contract.md for a complete example' };
  if (value === undefined) return missing(issue, at);
  if (issue.code === 'invalid_value') return wrongWord(at, value, issue.values.map(String));
  if (issue.code !== 'invalid_type')
    return { what: `\`${at}\` cannot be ${written(value)}`, remedy: issue.message };
  const type = wanted(issue.expected);
  const what = `\`${at}\` must be ${type}, not ${written(value)}`;
  return { what, remedy: ownWords(issue) ?? `write ${type} here` };
}

function missing(issue: Issue, at: string): Pick<Problem, 'what' | 'remedy'> {
  const key = String(issue.path.at(-1));
  const parent = dotted(issue.path.slice(0, -1));
  const where = parent === '' ? 'the file' : `\`${parent}\``;
  const words = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const line = words.length === 1 ? `\`${key}: ${words[0] ?? ''}\`` : `\`${key}\``;
  const type = issue.code === 'invalid_type' ? wanted(issue.expected) : `one of ${words.join(', ')}`;
  const about = words.length === 1 ? '' : `: ${ownWords(issue) ?? type}`;
  return { what: `\`${at}\` is missing`, remedy: `add ${line} to ${where}${about}` };
}

/** The schema's message, where it has one that is not zod's default. */
function ownWords(issue: Issue): string | undefined {
  return issue.message.startsWith('Invalid ') ? undefined : issue.message;
}

function unknownKey(yaml: YamlFile, known: readonly string[], path: Path): Problem {
  const key = String(path.at(-1));
  const parent = dotted(path.slice(0, -1));
  const siblings = known.filter((k) => k.slice(0, k.lastIndexOf('.') + 1) === (parent && `${parent}.`));
  const sibling = nearest(key, siblings.map(lastOf));
  // A key that is right but stands in the wrong place is as common as a slip of the pen.
  const meant =
    sibling === undefined
      ? known.find((k) => lastOf(k) === key)
      : siblings.find((k) => lastOf(k) === sibling);
  const remedy =
    meant === undefined
      ? `remove it; known here: ${siblings.map(lastOf).join(', ')}`
      : `did you mean \`${meant}\`?`;
  return { file: yaml.file, ...yaml.keyPlace(path), what: `unknown key \`${dotted(path)}\``, remedy };
}

function wrongWord(at: string, value: unknown, words: readonly string[]): { what: string; remedy: string } {
  const meant = typeof value === 'string' ? nearest(value, words) : undefined;
  const choice = words.length === 1 ? `write ${words[0] ?? ''}` : `one of: ${words.join(', ')}`;
  return {
    what: `\`${at}\` cannot be ${written(value)}`,
    remedy: meant === undefined ? choice : `did you mean \`${meant}\`? (${choice})`,
  };
}

function wanted(expected: string): string {
  switch (expected) {
    case 'string':
      return 'a text';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'a block of keys';
    case 'int':
      return 'a whole number';
    default:
      return `a ${expected}`;
  }
}

function written(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

/** Every key that the schema has, dotted: `timing.detect`. */
export function knownPaths(schema: unknown, prefix: readonly string[] = []): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return knownPaths(schema.unwrap(), prefix);
  if (schema instanceof z.ZodArray) return knownPaths(schema.element, prefix);
  if (schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodEnum)
    return schema.keyType.options.map((key) => dotted([...prefix, String(key)]));
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, inner]) => [
    dotted([...prefix, key]),
    ...knownPaths(inner, [...prefix, key]),
  ]);
}

/** `hooks.install[0]`; list positions are left out where only names matter. */
function dotted(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${String(step)}`))
    .join('');
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[step],
    value,
  );
}

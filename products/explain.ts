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
  const at = dotted(issue.path);
  const here = { file: yaml.file, ...yaml.place(issue.path) };
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(yaml, known, [...issue.path, key]));
  if (issue.code === 'invalid_key') {
    // The key of a record: zod's inner issue has the words that would be right.
    const inner = issue.issues[0];
    const values = inner?.code === 'invalid_value' ? inner.values.map(String) : [];
    return [
      unknownKey(
        yaml,
        values.map((v) => dotted([...issue.path.slice(0, -1), v])),
        issue.path,
      ),
    ];
  }
  if (valueAt(yaml.value, issue.path) === undefined)
    return [
      {
        ...here,
        what: `\`${at}\` is missing`,
        remedy: `add ${shape(issue)} to \`${dotted(issue.path.slice(0, -1)) || 'the file'}\``,
      },
    ];
  if (issue.code === 'invalid_value')
    return [{ ...here, ...wrongWord(at, valueAt(yaml.value, issue.path), issue.values.map(String)) }];
  if (issue.code === 'invalid_type')
    return [
      {
        ...here,
        what: `\`${at}\` must be ${wanted(issue.expected)}, not ${written(valueAt(yaml.value, issue.path))}`,
        remedy: `write ${wanted(issue.expected)} here`,
      },
    ];
  return [
    {
      ...here,
      what: `\`${at}\` cannot be ${written(valueAt(yaml.value, issue.path))}`,
      remedy: issue.message,
    },
  ];
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

function shape(issue: Issue): string {
  if (issue.code === 'invalid_value')
    return issue.values.length === 1
      ? `\`${String(issue.path.at(-1))}: ${String(issue.values[0])}\``
      : `one of ${issue.values.map(String).join(', ')}`;
  const name = `\`${String(issue.path.at(-1))}\``;
  return issue.code === 'invalid_type' ? `${name} (${wanted(issue.expected)})` : name;
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

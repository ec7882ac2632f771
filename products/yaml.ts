/** A YAML file as plain data that remembers where each value stands. */
import { readFile } from 'node:fs/promises';
import { LineCounter, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import type { Problem } from './errors.ts';

export type Path = readonly PropertyKey[];
export interface Place {
  readonly line: number;
  readonly column: number;
}
export interface YamlFile {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  /** Syntax errors; when there are some, `value` is not to be used. */
  readonly problems: readonly Problem[];
  /** Where the value of that path stands; if it is not there, where its closest parent stands. */
  place(path: Path): Place;
  /** Where the key itself stands. */
  keyPlace(path: Path): Place;
}

/** Reads and parses; a file that cannot be read is a problem like any other. */
export async function readYaml(file: string): Promise<YamlFile> {
  try {
    return parseYaml(file, await readFile(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const gone = (cause as { code?: unknown } | null)?.code === 'ENOENT';
    const problem = gone
      ? {
          file,
          what: 'there is no such file',
          remedy: 'name a folder with a product.yaml in it, or a manifest',
        }
      : { file, what: `the manifest cannot be read: ${reason}`, remedy: 'give a readable YAML file' };
    const place = () => ({ line: 1, column: 1 });
    return { file, text: '', value: undefined, problems: [problem], place, keyPlace: place };
  }
}

export function parseYaml(file: string, text: string): YamlFile {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const problems = doc.errors.map((error) => ({
    file,
    ...place(error.pos[0]),
    what: `this is not valid YAML: ${error.message.split(/ at line /)[0] ?? error.message}`,
    remedy:
      error.code === 'DUPLICATE_KEY'
        ? 'keep one of the two keys'
        : 'correct the syntax of this line or of the one before',
  }));
  return {
    file,
    text,
    value: problems.length > 0 ? undefined : (doc.toJS() as unknown),
    problems,
    place: (path) => place(walk(doc, path).value),
    keyPlace: (path) => place(walk(doc, path).key),
  };
}

/** Offsets of the deepest node on that path that is there: of its value and of the key before it. */
function walk(doc: Document.Parsed, path: Path): { key: number; value: number } {
  let node: unknown = doc.contents;
  let found = { key: startOf(node), value: startOf(node) };
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (!pair) break;
      found = { key: startOf(pair.key), value: startOf(pair.value ?? pair.key) };
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)];
      if (item === undefined) break;
      found = { key: startOf(item), value: startOf(item) };
      node = item;
    } else break;
  }
  return found;
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

/** The catalogue's data: `features/<area>/catalogue.yaml`, read, checked and put in order. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { Requirement } from './results.ts';

/** Order of the areas wherever requirements are listed: first what everything else rests on. */
export const AREAS = ['net', 'rel', 'tls', 'det', 'log', 'rsp', 'alw', 'mov', 'tmp', 'upd', 'res'] as const;

const CatalogueFile = z.strictObject({
  area: z.string().regex(/^[a-z]{3}$/, 'an area is three lower-case letters, e.g. mov'),
  requirements: z.array(Requirement.omit({ area: true })).min(1),
});

export interface Catalogue {
  /** digest of the texts that were read: two runs with the same version asked the same questions */
  readonly version: string;
  readonly requirements: readonly Requirement[];
}

/** A catalogue file that cannot be used; every problem is one line `file:line:column what`. */
export class CatalogueError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The catalogue cannot be used. Correct these places and try again:\n${problems.map((p) => `  ${p}`).join('\n')}`,
    );
    this.name = 'CatalogueError';
    this.problems = problems;
  }
}

const FEATURES = join(import.meta.dirname, '../features');

/**
 * Reads all `features/<area>/catalogue.yaml`.
 * Throws CatalogueError with file, line and column of each mistake.
 */
export async function loadCatalogue(folder: string = FEATURES): Promise<Catalogue> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((f) => /^[^/]+\/catalogue\.yaml$/.test(f))
    .sort();
  if (files.length === 0) throw new CatalogueError([`${folder}: no <area>/catalogue.yaml below this folder`]);
  const digest = createHash('sha256');
  const problems: string[] = [];
  const requirements: Requirement[] = [];
  for (const file of files) {
    const text = await readFile(join(folder, file), 'utf8');
    digest.update(text);
    const read = parseCatalogue(text, relative('.', join(folder, file)));
    problems.push(...read.problems);
    requirements.push(...read.requirements);
  }
  problems.push(...duplicates(requirements));
  if (problems.length > 0) throw new CatalogueError(problems);
  return { version: digest.digest('hex').slice(0, 12), requirements: inOrder(requirements) };
}

/** One file's text → its requirements, or what is wrong with it. `name` is what problems call the file. */
export function parseCatalogue(
  text: string,
  name: string,
): { requirements: Requirement[]; problems: string[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const where = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    return {
      requirements: [],
      problems: document.errors.map((e) => `${where(e.pos[0])} ${e.message.split('\n', 1)[0] ?? ''}`),
    };
  }
  const parsed = CatalogueFile.safeParse(document.toJS());
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${where(offsetOf(document, issue.path))} ${issue.path.join('.')}: ${issue.message}`,
    );
    return { requirements: [], problems };
  }
  const { area } = parsed.data;
  const requirements = parsed.data.requirements.map((r) => ({ ...r, area }));
  const problems = requirements.flatMap((r, i) =>
    new RegExp(`^${area.toUpperCase()}-\\d{2}$`).test(r.id)
      ? []
      : [
          `${where(offsetOf(document, ['requirements', i, 'id']))} ${r.id} is not an id of the area ${area}; write ${area.toUpperCase()}-01 to ${area.toUpperCase()}-99`,
        ],
  );
  return { requirements, problems };
}

/** Where a path of the data stands in the text; a missing key stands where its parent does. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function duplicates(requirements: readonly Requirement[]): string[] {
  const seen = new Set<string>();
  return requirements.flatMap((r) => {
    if (seen.has(r.id))
      return [`features/${r.area}/catalogue.yaml: ${r.id} is there twice; ids are never reused`];
    seen.add(r.id);
    return [];
  });
}

function inOrder(requirements: readonly Requirement[]): Requirement[] {
  const rank = (area: string): number => {
    const at = (AREAS as readonly string[]).indexOf(area);
    return at < 0 ? AREAS.length : at;
  };
  return requirements.toSorted((a, b) => rank(a.area) - rank(b.area) || (a.id < b.id ? -1 : 1));
}

/** What is wrong with a manifest, in words: where, what, and what to do about it. */
import { relative } from 'node:path';

export interface Problem {
  /** file on disk */
  readonly file: string;
  /** from 1; undefined when the whole file is meant */
  readonly line?: number;
  readonly column?: number;
  readonly what: string;
  readonly remedy: string;
}

/** All that is wrong with the manifests that were read, in one throw. The command line ends with 3. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly code = 'bad-manifest';
  readonly exitCode = 3;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemText).join('\n'));
    this.problems = problems;
  }
}

/** `products/acme/product.yaml:12:3: what is wrong`, and the remedy on a line of its own. */
export function problemText(problem: Problem): string {
  const position = problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`;
  return `${shortPath(problem.file)}${position}: ${problem.what}\n    → ${problem.remedy}`;
}

function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path === '' || path.startsWith('..') ? file : path;
}

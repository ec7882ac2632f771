/** What the pages ask of a result: cells by place, names for anchors, groups of reasons. */
import type { Cell, Results } from '../results.ts';

export type ResultProduct = Results['products'][number];

export interface View {
  readonly results: Results;
  cell(product: ResultProduct, requirement: string): Cell | undefined;
  /** fragment of a cell's details; never made of foreign text */
  anchor(product: ResultProduct, requirement: string): string;
  requirementAnchor(requirement: string): string;
}

export function viewOf(results: Results): View {
  const key = (product: string, requirement: string): string => JSON.stringify([product, requirement]);
  const cells = new Map(results.cells.map((c) => [key(c.product, c.requirement), c]));
  const requirementAnchor = (id: string): string => `r${results.requirements.findIndex((r) => r.id === id)}`;
  return {
    results,
    cell: (product, requirement) => cells.get(key(product.id, requirement)),
    anchor: (product, requirement) =>
      `${requirementAnchor(requirement)}-p${results.products.indexOf(product)}`,
    requirementAnchor,
  };
}

export type UnmeasuredKind = 'because' | 'inconclusive' | 'not-observable' | 'unsupported' | 'not-run';
export interface Unmeasured {
  readonly kind: UnmeasuredKind;
  /** the root requirement for `because`, otherwise the reason in words */
  readonly reason: string;
  readonly requirements: readonly string[];
}
const KINDS: readonly UnmeasuredKind[] = [
  'because',
  'inconclusive',
  'not-observable',
  'unsupported',
  'not-run',
];

/** What was not measured of a product, cells with the same reason together, in the catalogue's order. */
export function unmeasuredOf(view: View, product: ResultProduct): Unmeasured[] {
  const groups = new Map<string, { kind: UnmeasuredKind; reason: string; requirements: string[] }>();
  for (const { id } of view.results.requirements) {
    const why = whyUnmeasured(view.cell(product, id));
    if (!why) continue;
    const key = `${why.kind} ${why.reason}`;
    const group = groups.get(key) ?? { ...why, requirements: [] };
    group.requirements.push(id);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

function whyUnmeasured(cell: Cell | undefined): { kind: UnmeasuredKind; reason: string } | undefined {
  if (!cell) return { kind: 'not-run', reason: '' };
  if (cell.because !== undefined) return { kind: 'because', reason: cell.because };
  if (cell.verdict === 'pass' || cell.verdict === 'fail') return undefined;
  return { kind: cell.verdict, reason: cell.reason };
}

/** A link below the results' own folder; anything else (a scheme, a way up) is no link. */
export function evidenceHref(evidence: string, file = 'index.html'): string | undefined {
  const parts = evidence.split('/').filter((p) => p !== '' && p !== '.');
  if (evidence === '' || evidence.startsWith('/') || parts.includes('..')) return undefined;
  return ['.', ...parts.map(encodeURIComponent), file].join('/');
}

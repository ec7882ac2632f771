/** What the pages ask of a result: cells by place, names for anchors, groups of reasons. */
import type { Cell, Results } from '../results.ts';
import { both, NOT_RUN, TEXT, VERDICTS, type Both } from './texts.ts';

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
  readonly why: Both;
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
  const groups = new Map<string, { kind: UnmeasuredKind; why: Both; requirements: string[] }>();
  for (const { id } of view.results.requirements) {
    const unmeasured = whyUnmeasured(view.cell(product, id));
    if (!unmeasured) continue;
    const key = `${unmeasured.kind} ${unmeasured.why.en}`;
    const group = groups.get(key) ?? { ...unmeasured, requirements: [] };
    group.requirements.push(id);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

function whyUnmeasured(cell: Cell | undefined): Omit<Unmeasured, 'requirements'> | undefined {
  if (!cell) return { kind: 'not-run', why: NOT_RUN };
  if (cell.because !== undefined) return { kind: 'because', why: TEXT.becauseLong(cell.because) };
  if (cell.verdict === 'pass' || cell.verdict === 'fail') return undefined;
  const { word } = VERDICTS[cell.verdict];
  const { en, ja } = cell.reason;
  return { kind: cell.verdict, why: both(`${word.en}: ${en}`, `${word.ja}：${ja}`) };
}

/** A link below the results' own folder; anything else (a scheme, a way up) is no link. */
export function evidenceHref(evidence: string, file = 'index.html'): string | undefined {
  const parts = evidence.split('/').filter((p) => p !== '' && p !== '.');
  if (evidence === '' || evidence.startsWith('/') || parts.includes('..')) return undefined;
  return ['.', ...parts.map(encodeURIComponent), file].join('/');
}

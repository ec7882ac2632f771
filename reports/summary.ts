/** What the terminal shows at the end of a run: a table, one line a product, one line a finding. */
import { stripVTControlCharacters, styleText } from 'node:util';
import type { Verdict } from '../history/verdict.ts';
import type { Cell, Results } from './results.ts';

type Product = Results['products'][number];
type Style = Parameters<typeof styleText>[0];

export interface SummaryOptions {
  /** default: as the terminal asks for it (NO_COLOR, FORCE_COLOR and a pipe are respected) */
  readonly color?: boolean;
}

const WORDS: Readonly<Record<Verdict | 'because' | 'not-run', Word>> = {
  pass: { text: 'pass', style: 'green' },
  fail: { text: 'FAIL', style: ['red', 'bold'] },
  inconclusive: { text: 'inconclusive', style: 'yellow' },
  unsupported: { text: 'unsupported', style: 'dim' },
  'not-observable': { text: 'not observable', style: 'dim' },
  because: { text: '', style: 'dim' },
  'not-run': { text: 'not run', style: 'dim' },
};

export function summaryLines(results: Results, options: SummaryOptions = {}): string[] {
  const paint = painter(options.color);
  const { products, findings } = results;
  const nameOf = (id: string): string => products.find((p) => p.id === id)?.name ?? id;
  return [
    ...table(results, paint),
    '',
    ...products.flatMap((product) => productLines(results, product, paint)),
    ...findings.map((f) => `${paint('yellow', 'finding')} ${clean(nameOf(f.product))}: ${clean(f.text.en)}`),
  ];
}

interface Word {
  readonly text: string;
  readonly style: Style;
}
type Paint = (style: Style, text: string) => string;
function painter(color: boolean | undefined): Paint {
  if (color === false) return (_style, text) => text;
  if (color === true) return (style, text) => styleText(style, text, { validateStream: false });
  return (style, text) => styleText(style, text, { stream: process.stdout });
}

function table({ products, requirements, cells }: Results, paint: Paint): string[] {
  const rows = requirements.map((r): Word[] => [
    { text: `${r.id} ${r.level}`, style: 'reset' },
    ...products.map((p) => word(cells.find((c) => c.product === p.id && c.requirement === r.id))),
  ]);
  const head = ['requirement', ...products.map((p) => clean(p.id))];
  const widths = head.map((text, i) =>
    Math.max(width(text), ...rows.map((row) => width(row[i]?.text ?? ''))),
  );
  const line = (texts: readonly Word[]): string =>
    texts
      .map(({ text, style }, i) => paint(style, text) + ' '.repeat((widths[i] ?? 0) - width(text)))
      .join('  ')
      .trimEnd();
  return [line(head.map((text) => ({ text, style: 'bold' }))), ...rows.map(line)];
}

function word(cell: Cell | undefined): Word {
  if (!cell) return WORDS['not-run'];
  return cell.because === undefined
    ? WORDS[cell.verdict]
    : { ...WORDS.because, text: `because ${cell.because}` };
}

/** One line a product; below it, one line for each root that failed or could not be told. */
function productLines({ cells }: Results, product: Product, paint: Paint): string[] {
  const own = cells.filter((c) => c.product === product.id);
  const roots = own.filter((c) => c.because === undefined);
  const ids = (verdict: Verdict): string[] =>
    roots.filter((c) => c.verdict === verdict).map((c) => c.requirement);
  const folded = own.length - roots.length;
  const parts = [
    listed('failed', ids('fail')),
    folded === 0 ? '' : `${folded} more because of these`,
    listed('inconclusive', ids('inconclusive')),
    listed('unsupported', ids('unsupported')),
    listed('not observable', ids('not-observable')),
  ].filter((part) => part !== '');
  const troubles = roots.filter((c) => c.verdict === 'fail' || c.verdict === 'inconclusive');
  return [
    `${paint('bold', clean(product.name))} ${clean(product.version)}: ${parts.join(' · ') || (own.length === 0 ? 'not run' : 'everything asked was observed')}`,
    ...troubles.map((c) => `  ${paint(WORDS[c.verdict].style, c.requirement)} ${clean(c.reason.en)}`),
  ];
}
const listed = (what: string, ids: readonly string[]): string =>
  ids.length === 0 ? '' : `${what} ${ids.join(' ')}`;

/** One line, and nothing in it that steers the terminal. */
function clean(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
}

/** Columns that a text takes: Chinese, Japanese and Korean characters take two. */
function width(text: string): number {
  return Array.from(text).reduce(
    (sum, c) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/.test(c)
        ? 2
        : 1),
    0,
  );
}

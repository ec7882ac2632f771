/**
 * `junit.xml` in the shape of Surefire and Jenkins: a test suite a product, a test case a requirement.
 * fail → failure, inconclusive → error, unsupported, not-observable and not run → skipped.
 */
import type { Cell, Requirement, Results } from './results.ts';

type Product = Results['products'][number];
interface Case {
  readonly requirement: Requirement;
  readonly cell: Cell | undefined;
  readonly seconds: number;
}

export function renderJunit(results: Results): string {
  const suites = results.products.map((product) => ({ product, cases: casesOf(results, product) }));
  const all = suites.flatMap((suite) => suite.cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'heiiki', ...counts(all) })}>`,
    ...suites.map(({ product, cases }) => suiteXml(results, product, cases)),
    '</testsuites>',
    '',
  ].join('\n');
}

function casesOf(results: Results, product: Product): Case[] {
  return results.requirements.map((requirement) => {
    const cell = results.cells.find((c) => c.product === product.id && c.requirement === requirement.id);
    return { requirement, cell, seconds: (cell?.scenarios ?? []).reduce((sum, s) => sum + s.seconds, 0) };
  });
}

type Outcome = 'passed' | 'failure' | 'error' | 'skipped';
function outcomeOf(cell: Cell | undefined): Outcome {
  switch (cell?.verdict) {
    case 'pass':
      return 'passed';
    case 'fail':
      return 'failure';
    case 'inconclusive':
      return 'error';
    case 'unsupported':
    case 'not-observable':
    case undefined:
      return 'skipped';
  }
}

function counts(cases: readonly Case[]): Record<string, string> {
  const of = (outcome: Outcome): string => String(cases.filter((c) => outcomeOf(c.cell) === outcome).length);
  const time = cases.reduce((sum, c) => sum + c.seconds, 0).toFixed(3);
  return {
    tests: String(cases.length),
    failures: of('failure'),
    errors: of('error'),
    skipped: of('skipped'),
    time,
  };
}

function suiteXml(results: Results, product: Product, cases: readonly Case[]): string {
  const { run } = results;
  const properties = {
    version: product.version,
    digest: product.digest,
    mode: product.mode,
    run: run.id,
    seed: String(run.seed),
    lane: run.lane,
  };
  const timestamp = run.started.replace(/(\.\d+)?(Z|[+-]\d\d:?\d\d)$/, '');
  return [
    `  <testsuite${attributes({ name: product.id, timestamp, hostname: 'heiiki', ...counts(cases) })}>`,
    '    <properties>',
    ...Object.entries(properties).map(([name, value]) => `      <property${attributes({ name, value })}/>`),
    '    </properties>',
    ...cases.map((c) => caseXml(product, c)),
    '  </testsuite>',
  ].join('\n');
}

function caseXml(product: Product, { requirement, cell, seconds }: Case): string {
  const head = `    <testcase${attributes({
    classname: `${product.id}.${requirement.area}`,
    name: `${requirement.id} ${requirement.title.en}`,
    time: seconds.toFixed(3),
  })}>`;
  const output = cell ? [`      <system-out>${escape(outputOf(cell))}</system-out>`] : [];
  return [head, ...resultXml(cell), ...output, '    </testcase>'].join('\n');
}

function resultXml(cell: Cell | undefined): string[] {
  const outcome = outcomeOf(cell);
  if (outcome === 'passed') return [];
  if (!cell) return [`      <skipped${attributes({ message: 'not run' })}/>`];
  const reason = cell.reason.en;
  const message = cell.because === undefined ? reason : `because ${cell.because} failed: ${reason}`;
  if (outcome === 'skipped')
    return [`      <skipped${attributes({ message: `${cell.verdict}: ${message}` })}/>`];
  const own = outcome === 'error' ? (cell.blame ?? cell.verdict) : cell.verdict;
  const type = cell.because === undefined ? own : `because-${cell.because}`;
  return [
    `      <${outcome}${attributes({ message, type })}>${escape(scenarioLines(cell).join('\n'))}</${outcome}>`,
  ];
}

function scenarioLines(cell: Cell): string[] {
  return cell.scenarios.map((s) => {
    const variant = s.variant === undefined ? '' : ` [${s.variant}]`;
    return `${s.verdict}: ${s.name}${variant}: ${s.reason.en} (${s.evidence})`;
  });
}
function outputOf(cell: Cell): string {
  const measures = cell.measures.map((m) => {
    const declared = m.declared === undefined ? '' : ` (declared ${m.declared})`;
    return `${m.name} = ${m.value} ${m.unit}`.trimEnd() + declared;
  });
  return [...measures, ...scenarioLines(cell)].join('\n');
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(value).replaceAll('\n', '&#10;')}"`)
    .join('');
}

/** Also drops what XML 1.0 cannot hold at all: control characters and lone surrogates. */
function escape(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replace(/[&<>"]/g, (c) => names[c] ?? c);
}

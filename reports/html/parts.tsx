/** @jsxRuntime automatic @jsxImportSource preact */
/** The small pieces that all pages are made of. */
import type { ComponentChildren, JSX } from 'preact';
import type { Cell } from '../results.ts';
import type { Verdict } from '../../history/verdict.ts';
import { headline, headlineText, valueText, type CellMeasure } from './measures.ts';
import { NOT_RUN, TEXT, VERDICTS, type Both } from './texts.ts';

/** A text in both languages; the style sheet shows the one that the page's `lang` asks for. */
export function T({ t }: { t: Both }): JSX.Element {
  if (t.en === t.ja) return <>{t.en}</>;
  return (
    <>
      <span class="en" lang="en">
        {t.en}
      </span>
      <span class="ja" lang="ja">
        {t.ja}
      </span>
    </>
  );
}

/** What a cell shows: a verdict, or that another requirement is the root, or that nothing was run. */
export type Mark = Verdict | 'because' | 'not-run';
export const markOf = (cell: Cell | undefined): Mark =>
  !cell ? 'not-run' : cell.because === undefined ? cell.verdict : 'because';

/** Shapes differ, not only colours, so that the table can be read in black and white. */
const SHAPES: Readonly<Record<Mark, string>> = {
  pass: 'M4 8.6l2.7 2.7L12 5.4',
  fail: 'M4.8 4.8l6.4 6.4M11.2 4.8l-6.4 6.4',
  inconclusive: 'M5.9 6.1a2.2 2.2 0 1 1 3.2 2c-.8.4-1.1.8-1.1 1.6M8 11.9v.1',
  unsupported: 'M4.6 8h6.8',
  'not-observable': 'M3.4 8s1.7-2.9 4.6-2.9S12.6 8 12.6 8s-1.7 2.9-4.6 2.9S3.4 8 3.4 8zM4.4 12l7.2-8',
  because: 'M5.4 3.8v3.4a1.8 1.8 0 0 0 1.8 1.8h4M9 6.6L11.4 9 9 11.4',
  'not-run': 'M8 8v.1',
};
export function Icon({ mark }: { mark: Mark }): JSX.Element {
  return (
    <svg class={`icon m-${mark}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <circle cx="8" cy="8" r="7.25" />
      <path d={SHAPES[mark]} />
    </svg>
  );
}

export function Word({ cell }: { cell: Cell | undefined }): JSX.Element {
  if (!cell) return <T t={NOT_RUN} />;
  return <T t={cell.because === undefined ? VERDICTS[cell.verdict].word : TEXT.because(cell.because)} />;
}

/** Icon and word of a cell. */
export function Badge({ cell, verdict }: { cell?: Cell | undefined; verdict?: Verdict }): JSX.Element {
  const mark = verdict ?? markOf(cell);
  return (
    <span class={`badge m-${mark}`}>
      <Icon mark={mark} />
      <span class="word">{verdict ? <T t={VERDICTS[verdict].word} /> : <Word cell={cell} />}</span>
    </span>
  );
}

/** The measured value that speaks for the cell, then what was declared and what the lane allows; or nothing. */
export function Headline({ cell }: { cell: Cell | undefined }): JSX.Element | null {
  const measure = cell && cell.because === undefined ? headline(cell) : undefined;
  if (!measure) return null;
  return (
    <span class="value">
      <T t={headlineText(measure)} />
      <Limits measure={measure} />
    </span>
  );
}

function Limits({
  measure: { name, unit, declared, ceiling },
}: {
  measure: CellMeasure;
}): JSX.Element | null {
  const limits = [
    ...(declared === undefined ? [] : [{ name: TEXT.declared, value: declared }]),
    ...(ceiling === undefined ? [] : [{ name: TEXT.ceiling, value: ceiling }]),
  ];
  if (limits.length === 0) return null;
  return (
    <span class="limits">
      {limits.map((limit, i) => (
        <>
          {i > 0 ? ' · ' : null}
          <T t={limit.name} />: <T t={valueText(name, limit.value, unit)} />
        </>
      ))}
    </span>
  );
}

export function Fact({ name, children }: { name: Both; children: ComponentChildren }): JSX.Element {
  return (
    <div class="fact">
      <dt>
        <T t={name} />
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

/** @jsxRuntime automatic @jsxImportSource preact */
/** The parts of one answer on a card: the question, what was measured, and which result it comes from. */
import type { JSX } from 'preact';
import type { Cell } from '../results.ts';
import { measured, type CellMeasure } from './measures.ts';
import { Badge, T } from './parts.tsx';
import { NOT_RUN, TEXT, type Both } from './texts.ts';
import type { ResultProduct, View } from './view.ts';

export interface Asked {
  readonly view: View;
  readonly product: ResultProduct;
}
interface AnswerProps extends Asked {
  readonly ask: Both;
  readonly id: string;
  readonly cell: Cell | undefined;
  readonly children: JSX.Element | (JSX.Element | null)[];
}
export function Answer({ ask, view, product, id, cell, children }: AnswerProps): JSX.Element {
  return (
    <div class="answer">
      <h4>
        <T t={ask} />
      </h4>
      <div>{children}</div>
      <p class="source">
        <a href={`#${view.anchor(product, id)}`}>{id}</a> <Badge cell={cell} />
      </p>
    </div>
  );
}

/** A verdict as an answer to a question; anything but pass and fail stays the word that it is. */
export function YesNo({ cell }: { cell: Cell | undefined }): JSX.Element {
  if (!cell || cell.because !== undefined) return <Nothing cell={cell} />;
  if (cell.verdict === 'pass')
    return (
      <strong class="m-pass">
        <T t={TEXT.yes} />
      </strong>
    );
  if (cell.verdict === 'fail')
    return (
      <strong class="m-fail">
        <T t={TEXT.no} />
      </strong>
    );
  return <Nothing cell={cell} />;
}
export function Nothing({ cell }: { cell: Cell | undefined }): JSX.Element {
  return (
    <span class="nothing">
      <T t={cell ? TEXT.notMeasured : NOT_RUN} />
    </span>
  );
}
export function Second({
  measure,
  declaredOnly = false,
}: {
  measure: CellMeasure | undefined;
  declaredOnly?: boolean;
}): JSX.Element | null {
  if (!measure) return null;
  if (declaredOnly)
    return (
      <p class="second quiet">
        <T t={TEXT.declared} />
        {': '}
        <T t={measured(measure)} />
      </p>
    );
  return (
    <p class="second">
      <T t={measured(measure)} />
      {measure.declared === undefined ? null : (
        <span class="quiet">
          {' · '}
          <T t={TEXT.declared} /> <T t={measured({ ...measure, value: measure.declared })} />
        </span>
      )}
    </p>
  );
}

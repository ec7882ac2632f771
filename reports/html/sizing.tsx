/** @jsxRuntime automatic @jsxImportSource preact */
/** RES-03: what one endpoint asks of the relay in an hour, idle and under workload. */
import type { JSX } from 'preact';
import { bytesText, numberText, type CellMeasure } from './measures.ts';
import { variantName } from './names.ts';
import { T } from './parts.tsx';
import { Section } from './section.tsx';
import { NETWORK } from './texts-network.ts';
import { TEXT } from './texts.ts';
import type { ResultProduct, View } from './view.ts';

const CONDITIONS = ['idle', 'workload'] as const;
type Condition = (typeof CONDITIONS)[number];
const MEASURES = ['relay.bytes-per-hour', 'relay.connections-per-hour'] as const;
type Name = (typeof MEASURES)[number];
const HEADS = {
  'relay.bytes-per-hour': NETWORK.bytesPerHour,
  'relay.connections-per-hour': NETWORK.connectionsPerHour,
} as const;

/**
 * Of the scenario whose row is that condition, as the cell's own value is that of the larger one. Undefined unless it
 * was measured in a lab that worked.
 */
export function sizeOf(
  view: View,
  product: ResultProduct,
  condition: Condition,
  name: Name,
): CellMeasure | undefined {
  const scenarios = view.results.cells
    .filter((cell) => cell.product === product.id)
    .flatMap((cell) => cell.scenarios)
    .filter(({ variant, verdict }) => variant?.split(', ').includes(condition) === true && (verdict === 'pass' || verdict === 'fail')); // prettier-ignore
  return scenarios.flatMap(({ measures }) => measures.find((m) => m.name === name) ?? [])[0];
}

export function Sizing({ view }: { view: View }): JSX.Element {
  const { products } = view.results;
  return (
    <Section id="sizing" title={NETWORK.sizing} hint={NETWORK.sizingHint}>
      <div class="table">
        <table class="sizes">
          <thead>
            <tr>
              <td rowSpan={2} />
              {MEASURES.map((name) => (
                <th scope="colgroup" colSpan={CONDITIONS.length} class="number">
                  <T t={HEADS[name]} />
                </th>
              ))}
            </tr>
            <tr>
              {MEASURES.flatMap(() =>
                CONDITIONS.map((condition) => (
                  <th scope="col" class="number">
                    <T t={variantName(condition)} />
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {products.map((product) => (
              <tr>
                <th scope="row">{product.name}</th>
                {MEASURES.flatMap((name) =>
                  CONDITIONS.map((condition) => <Size measure={sizeOf(view, product, condition, name)} />),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Size({ measure }: { measure: CellMeasure | undefined }): JSX.Element {
  if (measure === undefined)
    return (
      <td class="number quiet">
        <T t={TEXT.notMeasured} />
      </td>
    );
  return (
    <td class="number">
      <strong>{sizeText(measure, measure.value)}</strong>
      {measure.declared === undefined ? null : (
        <span class="limits">
          <T t={TEXT.declared} />: {sizeText(measure, measure.declared)}
        </span>
      )}
    </td>
  );
}

function sizeText({ unit }: CellMeasure, value: CellMeasure['value']): string {
  if (typeof value !== 'number') return String(value);
  return unit === 'B' ? bytesText(value) : numberText(value);
}

/** @jsxRuntime automatic @jsxImportSource preact */
/** Requirements × products: one mark, its word and its measured value per cell. */
import { scopeText } from './scope.ts';
import type { JSX } from 'preact';
import type { Requirement } from '../results.ts';
import { Badge, Headline, Icon, markOf, T } from './parts.tsx';
import { areaName, TEXT, VERDICTS } from './texts.ts';
import type { ResultProduct, View } from './view.ts';
import { Verdict } from '../../history/verdict.ts';

export function Matrix({ view }: { view: View }): JSX.Element {
  const { products, requirements } = view.results;
  const areas = [...new Set(requirements.map((r) => r.area))];
  return (
    <section id="matrix" aria-labelledby="matrix-title">
      <header class="section-head">
        <h2 id="matrix-title">
          <T t={TEXT.matrix} />
        </h2>
        <p>
          <T t={TEXT.matrixHint} />
        </p>
      </header>
      <Legend />
      <div
        class={products.length > 6 ? 'scroll' : 'scroll fits'}
        tabIndex={0}
        role="region"
        aria-labelledby="matrix-title"
      >
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">
                <T t={TEXT.requirement} />
              </th>
              {products.map((p) => (
                <th scope="col">
                  {p.name} <span class="quiet">{p.version}</span>
                </th>
              ))}
            </tr>
          </thead>
          {areas.map((area) => (
            <tbody data-area={area}>
              <tr class="area">
                <th scope="rowgroup" colSpan={products.length + 1}>
                  <span>
                    <T t={areaName(area)} />
                  </span>
                </th>
              </tr>
              {requirements
                .filter((r) => r.area === area)
                .map((r) => (
                  <Row view={view} requirement={r} />
                ))}
            </tbody>
          ))}
        </table>
      </div>
    </section>
  );
}

function Row({ view, requirement }: { view: View; requirement: Requirement }): JSX.Element {
  const { products } = view.results;
  const marks = new Set(products.map((p) => markOf(view.cell(p, requirement.id))));
  return (
    <tr data-marks={[...marks].join(' ')}>
      <th scope="row">
        <a href={`#${view.requirementAnchor(requirement.id)}`}>
          <span class="id">{requirement.id}</span> <Level requirement={requirement} />
          <span class="title">
            <T t={requirement.title} />
          </span>
        </a>
      </th>
      {products.map((p) => (
        <MatrixCell view={view} product={p} id={requirement.id} />
      ))}
    </tr>
  );
}

function MatrixCell({ view, product, id }: { view: View; product: ResultProduct; id: string }): JSX.Element {
  const cell = view.cell(product, id);
  return (
    <td data-mark={markOf(cell)}>
      <a href={`#${view.anchor(product, id)}`}>
        <Badge cell={cell} />
        <Headline cell={cell} />
        {cell?.scope === undefined || cell.because !== undefined ? null : (
          <span class="scope">
            <T t={scopeText(cell.scope)} />
          </span>
        )}
      </a>
    </td>
  );
}

export function Level({ requirement }: { requirement: Requirement }): JSX.Element {
  return (
    <span class="level">
      {requirement.level}
      {requirement.if === undefined ? null : (
        <>
          {' '}
          <T t={TEXT.onlyIf} /> {requirement.if}
        </>
      )}
    </span>
  );
}

function Legend(): JSX.Element {
  return (
    <div class="legend">
      <p class="filter needs-script">
        <span class="quiet">
          <T t={TEXT.show} />
        </span>
        <button type="button" data-filter="" aria-pressed="true">
          <T t={TEXT.all} />
        </button>
        {Verdict.options.map((v) => (
          <button type="button" data-filter={v} aria-pressed="false">
            <Icon mark={v} />
            <T t={VERDICTS[v].word} />
          </button>
        ))}
      </p>
      <details>
        <summary>
          <T t={TEXT.legend} />
        </summary>
        <dl class="meanings">
          {Verdict.options.map((v) => (
            <div>
              <dt>
                <Badge verdict={v} />
              </dt>
              <dd>
                <T t={VERDICTS[v].meaning} />
              </dd>
            </div>
          ))}
        </dl>
      </details>
      <p class="levels quiet">
        <T t={TEXT.levels} />
      </p>
    </div>
  );
}

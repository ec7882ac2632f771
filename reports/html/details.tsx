/** @jsxRuntime automatic @jsxImportSource preact */
/** Per requirement: the question and its texts once, then each product's result, folded. */
import type { JSX } from 'preact';
import type { Cell, Requirement, ScenarioResult } from '../results.ts';
import { Decided } from './decided.tsx';
import { measured, measureName, valueText, type CellMeasure } from './measures.ts';
import { Level } from './matrix.tsx';
import { scenarioName } from './names.ts';
import { Badge, Fact, Headline, markOf, T } from './parts.tsx';
import { scopeText } from './scope.ts';
import { BLAMES, NOT_RUN, OBSERVABILITY, TEXT, type Both } from './texts.ts';
import { evidenceHref, type ResultProduct, type View } from './view.ts';

export function Details({ view }: { view: View }): JSX.Element {
  return (
    <section id="details" aria-labelledby="details-title">
      <header class="section-head">
        <h2 id="details-title">
          <T t={TEXT.details} />
        </h2>
      </header>
      {view.results.requirements.map((r) => (
        <RequirementDetails view={view} requirement={r} />
      ))}
    </section>
  );
}

function RequirementDetails({ view, requirement: r }: { view: View; requirement: Requirement }): JSX.Element {
  return (
    <article class="requirement" id={view.requirementAnchor(r.id)}>
      <header>
        <p class="eyebrow">
          <span class="id">{r.id}</span> <Level requirement={r} />
          <span class="quiet">
            <T t={TEXT.revision} /> {r.revision}
            {r.claims.length === 0 ? null : (
              <>
                {' · '}
                <T t={TEXT.claims} /> {r.claims.join(' ')}
              </>
            )}
            {' · '}
            <T t={OBSERVABILITY[r.observability]} />
          </span>
          <a class="back" href="#matrix">
            <T t={TEXT.back} />
          </a>
        </p>
        <h3>
          <T t={r.title} />
        </h3>
        <p class="question">
          <T t={r.question} />
        </p>
      </header>
      <div class="advice">
        <Advice head={TEXT.why} text={r.whyItMatters} />
        <Advice head={TEXT.ifItFails} text={r.ifItFails} />
        <Advice head={TEXT.ask} text={r.askTheVendor} />
      </div>
      {view.results.products.map((p) => (
        <CellDetails view={view} product={p} id={r.id} />
      ))}
    </article>
  );
}

function Advice({ head, text }: { head: Both; text: Both }): JSX.Element {
  return (
    <div>
      <h4>
        <T t={head} />
      </h4>
      <p>
        <T t={text} />
      </p>
    </div>
  );
}

function CellDetails({ view, product, id }: { view: View; product: ResultProduct; id: string }): JSX.Element {
  const cell = view.cell(product, id);
  return (
    <details class={`cell c-${markOf(cell)}`}>
      <summary>
        <span class="product">{product.name}</span>
        <Badge cell={cell} />
        <Headline cell={cell} />
        {cell?.scope === undefined ? null : (
          <span class="scope">
            <T t={scopeText(cell.scope)} />
          </span>
        )}
      </summary>
      <div class="body" id={view.anchor(product, id)}>
        {cell ? <CellBody view={view} cell={cell} /> : <T t={NOT_RUN} />}
      </div>
    </details>
  );
}

function CellBody({ view, cell }: { view: View; cell: Cell }): JSX.Element {
  return (
    <>
      {cell.because === undefined ? null : (
        <p>
          <T t={TEXT.becauseLong(cell.because)} />
        </p>
      )}
      <dl>
        <Fact name={TEXT.reason}>
          <T t={cell.reason} />
        </Fact>
        {cell.blame === undefined ? null : (
          <Fact name={TEXT.blame}>
            <T t={BLAMES[cell.blame]} />
          </Fact>
        )}
      </dl>
      {cell.measures.length === 0 ? null : <Measures measures={cell.measures} />}
      {cell.scenarios.length === 0 ? null : <Scenarios view={view} cell={cell} />}
      <Attributions view={view} cell={cell} />
    </>
  );
}

function Measures({ measures }: { measures: readonly CellMeasure[] }): JSX.Element {
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            {[TEXT.measure, TEXT.measured, TEXT.declared, TEXT.ceiling].map((t) => (
              <th scope="col">
                <T t={t} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {measures.map((m) => (
            <tr>
              <th scope="row">
                <T t={measureName(m.name)} /> <code class="quiet">{m.name}</code>
              </th>
              <td class="value">
                <T t={measured(m)} />
              </td>
              <td>{m.declared === undefined ? '–' : <T t={valueText(m.name, m.declared, m.unit)} />}</td>
              <td>{m.ceiling === undefined ? '–' : <T t={valueText(m.name, m.ceiling, m.unit)} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Scenarios({ view, cell }: { view: View; cell: Cell }): JSX.Element {
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            {[TEXT.scenario, TEXT.verdict, TEXT.reason, TEXT.seconds, TEXT.evidence].map((t) => (
              <th scope="col">
                <T t={t} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cell.scenarios.map((s) => (
            <Scenario name={scenarioName(view.results, cell, s)} scenario={s} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Of each scenario that did not pass; the first one that the cell's verdict comes from is open. */
function Attributions({ view, cell }: { view: View; cell: Cell }): JSX.Element {
  const decisive = cell.scenarios.find((s) => s.verdict === cell.verdict);
  return (
    <>
      {cell.scenarios.map((s) => (
        <Attribution name={scenarioName(view.results, cell, s)} scenario={s} open={s === decisive} />
      ))}
    </>
  );
}

function Attribution(props: { name: Both; scenario: ScenarioResult; open: boolean }): JSX.Element | null {
  const { decidedBy, blame, variant, evidence } = props.scenario;
  if (!decidedBy || decidedBy.events.length === 0) return null;
  return (
    <details class="attribution" open={props.open}>
      <summary>
        <strong>
          <T t={TEXT.decidedBy} />
        </strong>{' '}
        <T t={props.name} /> {variant === undefined ? null : <code class="quiet">{variant}</code>}
        {blame === undefined ? null : (
          <span class="quiet">
            {' · '}
            <T t={TEXT.blame} />: <T t={BLAMES[blame]} />
          </span>
        )}
      </summary>
      <Decided decidedBy={decidedBy} page={evidenceHref(evidence)} />
    </details>
  );
}

function Scenario({ name, scenario: s }: { name: Both; scenario: ScenarioResult }): JSX.Element {
  const href = evidenceHref(s.evidence);
  return (
    <tr>
      <th scope="row">
        <T t={name} /> {s.variant === undefined ? null : <code class="quiet">{s.variant}</code>}
      </th>
      <td>
        <Badge verdict={s.verdict} />
        {s.because === undefined ? null : (
          <span class="quiet">
            {' '}
            <T t={TEXT.because(s.because)} />
          </span>
        )}
      </td>
      <td>
        <T t={s.reason} />
      </td>
      <td class="number">{s.seconds.toFixed(1)}</td>
      <td>
        {href === undefined ? (
          '–'
        ) : (
          <a data-page href={href}>
            <T t={TEXT.open} />
          </a>
        )}
      </td>
    </tr>
  );
}

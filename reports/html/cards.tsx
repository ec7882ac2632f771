/** @jsxRuntime automatic @jsxImportSource preact */
/** First screen: what somebody who runs company IT asks first, answered per product, in the order given. */
import type { JSX } from 'preact';
import { Answer, Nothing, Second, YesNo, type Asked } from './answer.tsx';
import { find, listOf, measured, numberText, type CellMeasure } from './measures.ts';
import { T } from './parts.tsx';
import { both, TEXT, type Both } from './texts.ts';
import { unmeasuredOf, type View } from './view.ts';

export function Cards({ view }: { view: View }): JSX.Element {
  return (
    <section id="products" aria-labelledby="products-title">
      <header class="section-head">
        <h2 id="products-title">
          <T t={TEXT.products} />
        </h2>
        <p>
          <T t={TEXT.order} />
        </p>
      </header>
      <div class="cards">
        {view.results.products.map((product) => (
          <Card view={view} product={product} />
        ))}
      </div>
    </section>
  );
}

function Card({ view, product }: Asked): JSX.Element {
  return (
    <article class="card">
      <header>
        <h3>{product.name}</h3>
        <p class="version">
          {product.version}{' '}
          <span class="quiet">
            · {product.mode} · {product.endpointKind}
          </span>
        </p>
        {product.description === undefined ? null : <p class="description">{product.description}</p>}
      </header>
      <Usable view={view} product={product} />
      <Firewall view={view} product={product} />
      <Moving view={view} product={product} />
      <Removable view={view} product={product} />
      <Outage view={view} product={product} />
      <NotMeasured view={view} product={product} />
    </article>
  );
}

function Usable({ view, product }: Asked): JSX.Element {
  const cell = view.cell(product, 'NET-01');
  return (
    <Answer ask={TEXT.usable} view={view} product={product} id="NET-01" cell={cell}>
      <YesNo cell={cell} />
      <Second measure={find(cell, 'enrol.seconds')} />
    </Answer>
  );
}

function Firewall({ view, product }: Asked): JSX.Element {
  const cell = view.cell(product, 'REL-02');
  const asked = find(cell, 'firewall.destinations');
  const destinations = listOf(asked);
  const undeclared = find(cell, 'firewall.undeclared');
  const named = listOf(undeclared);
  const some = named.length > 0 || (typeof undeclared?.value === 'number' && undeclared.value > 0);
  return (
    <Answer ask={TEXT.firewall} view={view} product={product} id="REL-02" cell={cell}>
      {asked === undefined ? <Nothing cell={cell} /> : null}
      {asked !== undefined && destinations.length === 0 ? (
        <strong>
          <T t={measured(asked)} />
        </strong>
      ) : null}
      <ul class="destinations">
        {destinations
          .filter((d) => !named.includes(d))
          .map((d) => (
            <li>
              <code>{d}</code>
            </li>
          ))}
      </ul>
      {asked === undefined ? null : (
        <p class={some ? 'second alert' : 'second'}>
          {some ? (
            <>
              <T t={TEXT.undeclared} />{' '}
              {named.length > 0 ? named.map((d) => <code>{d}</code>) : String(undeclared?.value)}
            </>
          ) : (
            <T t={TEXT.noneUndeclared} />
          )}
        </p>
      )}
    </Answer>
  );
}

function Moving({ view, product }: Asked): JSX.Element {
  const cell = view.cell(product, 'MOV-01');
  const method = find(cell, 'recovery.method');
  const seconds = find(cell, 'recovery.seconds');
  const steps = find(cell, 'recovery.manual-steps');
  const onSite = find(cell, 'recovery.site-visits');
  return (
    <Answer ask={TEXT.moving} view={view} product={product} id="MOV-01" cell={cell}>
      {method ? (
        <strong>
          <T t={measured(method)} />
        </strong>
      ) : (
        <Nothing cell={cell} />
      )}
      {seconds || steps ? (
        <p class="second">
          {seconds ? <T t={measured(seconds)} /> : null}
          {seconds && steps ? ' · ' : null}
          {steps ? (
            <>
              <T t={TEXT.manualSteps} /> {String(steps.value)}
              {onSite === undefined || onSite.value === 0 ? null : (
                <>
                  {' · '}
                  <T t={TEXT.onSite} /> {String(onSite.value)}
                </>
              )}
            </>
          ) : null}
        </p>
      ) : null}
      {method?.declared === undefined ? null : (
        <Second measure={{ ...method, value: method.declared }} declaredOnly />
      )}
    </Answer>
  );
}

function Removable({ view, product }: Asked): JSX.Element {
  const cell = view.cell(product, 'MOV-07');
  const kind = find(cell, 'removal.kind');
  return (
    <Answer ask={TEXT.removable} view={view} product={product} id="MOV-07" cell={cell}>
      <YesNo cell={cell} />
      {kind ? (
        <p class="second">
          <T t={measured(kind)} />
        </p>
      ) : null}
    </Answer>
  );
}

function Outage({ view, product }: Asked): JSX.Element {
  const cell = view.cell(product, 'DET-03');
  const lost = find(cell, 'delivery.lost');
  const injected = find(cell, 'delivery.injected');
  const duplicated = find(cell, 'delivery.duplicated');
  return (
    <Answer ask={TEXT.outage} view={view} product={product} id="DET-03" cell={cell}>
      {lost ? (
        <strong>
          <T t={lossText(lost, injected)} />
        </strong>
      ) : (
        <Nothing cell={cell} />
      )}
      {duplicated ? (
        <p class="second">
          <T
            t={both(
              `${String(duplicated.value)} delivered twice or more`,
              `重複 ${String(duplicated.value)}件`,
            )}
          />
        </p>
      ) : null}
    </Answer>
  );
}

function lossText(lost: CellMeasure, injected: CellMeasure | undefined): Both {
  const count = typeof lost.value === 'number' ? numberText(lost.value) : String(lost.value);
  if (injected === undefined) return both(`${count} lost`, `${count}件`);
  const of = String(injected.value);
  return both(`${count} of ${of} detections`, `${of}件中 ${count}件`);
}

function NotMeasured({ view, product }: Asked): JSX.Element {
  const groups = unmeasuredOf(view, product);
  return (
    <div class="answer unmeasured">
      <h4>
        <T t={TEXT.unmeasured} />
      </h4>
      <div>
        {groups.length === 0 ? (
          <p class="second">
            <T t={TEXT.everythingMeasured} />
          </p>
        ) : null}
        <ul>
          {groups.map((group) => (
            <li>
              <T t={group.why} />
              <span class="ids">
                {group.requirements.map((id) => (
                  <>
                    <a href={`#${view.anchor(product, id)}`}>{id}</a>{' '}
                  </>
                ))}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

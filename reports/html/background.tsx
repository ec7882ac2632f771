/** @jsxRuntime automatic @jsxImportSource preact */
/** Below the results: findings, what the products say of themselves, and where all this was run. */
import type { JSX } from 'preact';
import type { Results } from '../results.ts';
import { Fact, T } from './parts.tsx';
import { Section } from './section.tsx';
import { TEXT, type Both } from './texts.ts';
import { evidenceHref, type View } from './view.ts';

export function Background({ view }: { view: View }): JSX.Element {
  return (
    <>
      <Findings view={view} />
      <Statements view={view} />
      <Environment results={view.results} />
    </>
  );
}

function Findings({ view: { results } }: { view: View }): JSX.Element {
  const nameOf = (id: string): string => results.products.find((p) => p.id === id)?.name ?? id;
  return (
    <Section id="findings" title={TEXT.findings}>
      {results.findings.length === 0 ? (
        <p class="quiet">
          <T t={TEXT.noFindings} />
        </p>
      ) : (
        <ul class="findings">
          {results.findings.map((f) => {
            const href = f.evidence === undefined ? undefined : evidenceHref(f.evidence);
            return (
              <li>
                <p class="eyebrow">
                  <strong>{nameOf(f.product)}</strong> <code>{f.kind}</code>
                </p>
                <p>
                  <T t={f.text} />{' '}
                  {href === undefined ? null : (
                    <a data-page href={href}>
                      <T t={TEXT.evidence} />
                    </a>
                  )}
                </p>
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}

function Statements({ view: { results } }: { view: View }): JSX.Element {
  const { products } = results;
  const rows = products.map((p) => new Map([...ownFacts(p), ...flat(p.statement)]));
  const keys = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  return (
    <Section id="statements" title={TEXT.statements} hint={TEXT.statementsHint}>
      <div
        class={products.length > 6 ? 'scroll' : 'scroll fits'}
        tabIndex={0}
        role="region"
        aria-labelledby="statements-title"
      >
        <table class="matrix statements">
          <thead>
            <tr>
              <td />
              {products.map((p) => (
                <th scope="col">
                  {p.name} <span class="quiet">{p.version}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr>
                <th scope="row">
                  <code>
                    {key.split('.').flatMap((part, i) => (i === 0 ? [part] : ['.', <wbr />, part]))}
                  </code>
                </th>
                {rows.map((row) => (
                  <td>{row.get(key) ?? '–'}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function ownFacts(p: Results['products'][number]): [string, string][] {
  const privileges = p.privileges.length === 0 ? '–' : p.privileges.join(' ');
  return [
    ['id', p.id],
    ['digest', p.digest.slice(0, 19)],
    ['privileges', privileges],
  ];
}

/** Nested values as `queue.order`: one line a fact, so that products can be compared. */
function flat(value: unknown, path = ''): [string, string][] {
  if (Array.isArray(value)) return [[path, value.length === 0 ? '–' : value.map(String).join(' ')]];
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`));
  }
  return [[path, String(value)]];
}

function Environment({ results }: { results: Results }): JSX.Element {
  const { run, catalogue } = results;
  const facts: readonly [Both, string][] = [
    [TEXT.facts.run, run.id],
    [TEXT.facts.started, run.started],
    [TEXT.facts.finished, run.finished],
    [TEXT.facts.seed, String(run.seed)],
    [TEXT.lane, run.lane],
    [TEXT.engine, run.engine],
    [TEXT.facts.harness, `${run.harness.version} ${run.harness.commit}`],
    [TEXT.facts.catalogue, catalogue.version],
    [TEXT.facts.argv, run.argv.join(' ')],
    [TEXT.facts.schema, results.schema],
  ];
  return (
    <Section id="environment" title={TEXT.environment}>
      <dl class="environment">
        {facts.map(([name, value]) => (
          <Fact name={name}>
            <code>{value}</code>
            {name === TEXT.facts.harness && run.harness.dirty ? (
              <>
                {' '}
                <T t={TEXT.localChanges} />
              </>
            ) : null}
          </Fact>
        ))}
      </dl>
    </Section>
  );
}

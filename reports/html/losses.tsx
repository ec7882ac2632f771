/** @jsxRuntime automatic @jsxImportSource preact */
/** Ways of losing the relay × products, in seconds, from the scenarios that lose it in one way after another. */
import type { JSX } from 'preact';
import type { Requirement, ScenarioResult } from '../results.ts';
import { measured, measureName, type CellMeasure } from './measures.ts';
import { FAULT_NAMES, variantName } from './names.ts';
import { Badge, T } from './parts.tsx';
import { Section } from './section.tsx';
import { LOSS_TIMES, NETWORK } from './texts-network.ts';
import { NOT_RUN, type Both } from './texts.ts';
import { evidenceHref, type ResultProduct, type View } from './view.ts';

/** What such a scenario measures, the one that is about the loss before others. */
const TIMES = [
  'fallback.seconds',
  'return.seconds',
  'reconnect.seconds',
  'probe.seconds',
  'recovery.seconds',
  'delivery.p95',
  'status.seconds',
  'detect.seconds',
];
/** Beside it: the way back to the first of two relays is a second answer to the same loss. */
const ALSO = 'failback.seconds';
const ORDER = Object.keys(FAULT_NAMES);

export interface Loss {
  readonly variant: string;
  /** a product's scenarios of that way; more than one where the requirement asks two questions of it */
  of(product: ResultProduct): readonly ScenarioResult[];
}

/** The ways of loss that a requirement's scenarios went through, in the order of the table of faults. */
export function lossesOf(view: View, { id }: Pick<Requirement, 'id'>): Loss[] {
  const scenarios = view.results.products.flatMap((product) => view.cell(product, id)?.scenarios ?? []);
  const variants = new Set(scenarios.flatMap(({ variant }) => (faultOf(variant) ? [variant ?? ''] : [])));
  return [...variants]
    .sort((a, b) => ORDER.indexOf(faultOf(a) ?? '') - ORDER.indexOf(faultOf(b) ?? '') || (a < b ? -1 : 1))
    .map((variant) => ({
      variant,
      of: (product) => (view.cell(product, id)?.scenarios ?? []).filter((s) => s.variant === variant),
    }));
}
const faultOf = (variant: string | undefined): string | undefined =>
  variant?.split(', ').find((part) => Object.hasOwn(FAULT_NAMES, part));

/** None unless measured in a lab that worked. */
export function timesOf({ verdict, measures }: ScenarioResult): CellMeasure[] {
  if (verdict !== 'pass' && verdict !== 'fail') return [];
  const named = (name: string): CellMeasure[] =>
    measures.filter((m) => m.name === name && m.unit === 's').slice(0, 1);
  return [...TIMES.flatMap(named).slice(0, 1), ...named(ALSO)];
}

export function Losses({ view }: { view: View }): JSX.Element | null {
  const asked = view.results.requirements
    .map((requirement) => ({ requirement, losses: lossesOf(view, requirement) }))
    .filter(({ losses }) => losses.length > 0);
  if (asked.length === 0) return null;
  const { products } = view.results;
  return (
    <Section id="losses" title={NETWORK.losses} hint={NETWORK.lossesHint}>
      <div
        class={products.length > 6 ? 'scroll' : 'scroll fits'}
        tabIndex={0}
        role="region"
        aria-labelledby="losses-title"
      >
        {' '}
        {/* prettier-ignore */}
        <table class="matrix losses">
          <thead>
            <tr>
              <th scope="col">
                <T t={NETWORK.wayOfLoss} />
              </th>
              {products.map((p) => (
                <th scope="col">{p.name}</th>
              ))}
            </tr>
          </thead>
          {asked.map(({ requirement, losses }) => (
            <Group view={view} requirement={requirement} losses={losses} />
          ))}
        </table>
      </div>
    </Section>
  );
}

function Group({
  view,
  requirement,
  losses,
}: {
  view: View;
  requirement: Requirement;
  losses: readonly Loss[];
}): JSX.Element {
  const { products } = view.results;
  return (
    <tbody>
      <tr class="area">
        <th scope="rowgroup" colSpan={products.length + 1}>
          <span>
            <a href={`#${view.requirementAnchor(requirement.id)}`}>{requirement.id}</a>{' '}
            <T t={requirement.title} />
            <Measured view={view} losses={losses} />
          </span>
        </th>
      </tr>
      {losses.map((loss) => (
        <tr>
          <th scope="row">
            <T t={variantName(loss.variant)} /> <code class="quiet">{loss.variant}</code>
          </th>
          {products.map((product) => (
            <Seconds scenarios={loss.of(product)} />
          ))}
        </tr>
      ))}
    </tbody>
  );
}

/** What the seconds are, said once for the group. */
function Measured({ view, losses }: { view: View; losses: readonly Loss[] }): JSX.Element | null {
  const names = losses.flatMap((loss) =>
    view.results.products.flatMap((product) =>
      loss.of(product).flatMap((s) => timesOf(s).map(({ name }) => name)),
    ),
  );
  const distinct = [...new Set(names)];
  if (distinct.length === 0) return null;
  const texts = distinct.map((name) => LOSS_TIMES[name] ?? measureName(name));
  const all: Both = { en: texts.map((t) => t.en).join(', '), ja: texts.map((t) => t.ja).join('、') };
  return (
    <span class="quiet">
      {' – '}
      <T t={all} />
    </span>
  );
}

function Seconds({ scenarios }: { scenarios: readonly ScenarioResult[] }): JSX.Element {
  if (scenarios.length === 0)
    return (
      <td class="quiet">
        <T t={NOT_RUN} />
      </td>
    );
  return (
    <td data-mark={scenarios.some(({ verdict }) => verdict === 'fail') ? 'fail' : undefined}>
      {scenarios.map((scenario) => (
        <One scenario={scenario} />
      ))}
    </td>
  );
}

function One({ scenario }: { scenario: ScenarioResult }): JSX.Element {
  const times = timesOf(scenario);
  const href = evidenceHref(scenario.evidence);
  const content = (
    <>
      {times.map((time) => (
        <strong class="seconds">
          <T t={measured(time)} />
        </strong>
      ))}
      {scenario.verdict === 'pass' && times.length > 0 ? null : <Badge verdict={scenario.verdict} />}
      {scenario.verdict === 'pass' && times.length === 0 ? (
        <span class="quiet">
          {' '}
          <T t={NETWORK.noValue} />
        </span>
      ) : null}
    </>
  );
  return href === undefined ? (
    <div>{content}</div>
  ) : (
    <a data-page href={href}>
      {content}
    </a>
  );
}

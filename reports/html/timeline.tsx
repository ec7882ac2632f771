/** @jsxRuntime automatic @jsxImportSource preact */
/** `evidence/<product>/<scenario>/index.html`: one scenario's history, drawn and listed. */
import type { JSX } from 'preact';
import type { Cell, Results, ScenarioResult } from '../results.ts';
import type { LooseHistory } from '../history-file.ts';
import { MANIFEST } from '../manifest.ts';
import { measured, measureName } from './measures.ts';
import { LanguageButton, page } from './page.tsx';
import { Badge, Fact, T } from './parts.tsx';
import { reasonText } from './reasons.ts';
import { both, same, TEXT } from './texts.ts';
import { timelineOf, type Row, type Timeline } from './timeline-model.ts';
import { TimelineChart } from './timeline-chart.tsx';

export interface TimelinePage {
  readonly results: Results;
  readonly cell: Cell;
  readonly scenario: ScenarioResult;
  readonly history: LooseHistory | undefined;
  /** way from the page to the report */
  readonly back: string;
}

const WORDS = {
  none: both('There is no history of this scenario.', 'このシナリオの記録はありません。'),
  unreadable: both(
    'lines of the history could not be read and are not shown',
    '行を読み取れなかったため、表示していません',
  ),
  chart: both('What happened, by second', '時間ごとの出来事'),
  list: both('Events', '出来事の一覧'),
  time: both('s', '秒'),
  who: both('Seen by', '記録元'),
  what: both('What', '内容'),
  more: both('more events are in history.ndjson', '件の続きは history.ndjson にあります'),
  files: both('All files with their SHA-256', '全ファイルとSHA-256の一覧'),
  hint: both(
    'Bands: faults (dashed edge) and moves. Amber: packets past the relay. Marks carry their text; the list below says the same.',
    '帯は障害（破線）と移動、琥珀色はプロキシを通らないパケットです。印に触れると内容が出ます。同じ内容が下の一覧にもあります。',
  ),
} as const;

export function renderTimeline(props: TimelinePage): string {
  const { cell, scenario, results, history } = props;
  const product = results.products.find((p) => p.id === cell.product);
  const name = `${cell.requirement} – ${product?.name ?? cell.product}`;
  const timeline = history && history.events.length > 0 ? timelineOf(history.events) : undefined;
  return page(
    same(`${name} – heiiki`),
    <>
      <Head {...props} name={name} />
      <main>
        {timeline ? (
          <Drawn timeline={timeline} />
        ) : (
          <p>
            <T t={WORDS.none} />
          </p>
        )}
        {history && history.unreadable > 0 ? (
          <p class="m-inconclusive">
            {history.unreadable} <T t={WORDS.unreadable} />
          </p>
        ) : null}
      </main>
      <footer class="foot">
        <p>
          {results.run.id} · seed {results.run.seed} ·{' '}
          <a href={MANIFEST}>
            <T t={WORDS.files} />
          </a>{' '}
          · <code>{scenario.evidence}</code>
        </p>
        <p>
          <T t={TEXT.observation} /> <T t={TEXT.platform} />
        </p>
      </footer>
    </>,
  );
}

function Head({ results, cell, scenario, back, name }: TimelinePage & { name: string }): JSX.Element {
  const requirement = results.requirements.find((r) => r.id === cell.requirement);
  return (
    <header class="masthead">
      <div class="brand">
        <p>
          <a data-page href={back}>
            ← <T t={TEXT.backToReport} />
          </a>
        </p>
        <LanguageButton />
      </div>
      <h1>{name}</h1>
      <p class="what">{requirement ? <T t={requirement.title} /> : null}</p>
      <p class="verdict-line">
        <Badge verdict={scenario.verdict} />
        <span>
          {scenario.name} {scenario.variant === undefined ? null : <code>{scenario.variant}</code>}
        </span>
        {scenario.because === undefined ? null : (
          <span class="quiet">
            <T t={TEXT.becauseLong(scenario.because)} />
          </span>
        )}
      </p>
      <dl class="facts">
        <Fact name={TEXT.reason}>
          <T t={reasonText(scenario.reason)} />
        </Fact>
        {scenario.measures.map((m) => (
          <Fact name={measureName(m.name)}>
            <T t={measured(m)} />
          </Fact>
        ))}
      </dl>
    </header>
  );
}

function Drawn({ timeline }: { timeline: Timeline }): JSX.Element {
  return (
    <>
      <section aria-labelledby="chart-title">
        <header class="section-head">
          <h2 id="chart-title">
            <T t={WORDS.chart} />
          </h2>
          <p>
            <T t={WORDS.hint} />
          </p>
        </header>
        <div class="chart" tabIndex={0} role="region" aria-labelledby="chart-title">
          <TimelineChart timeline={timeline} />
        </div>
      </section>
      <section aria-labelledby="list-title">
        <header class="section-head">
          <h2 id="list-title">
            <T t={WORDS.list} />
          </h2>
        </header>
        <table class="events">
          <thead>
            <tr>
              <th scope="col" class="time">
                <T t={WORDS.time} />
              </th>
              <th scope="col" class="who">
                <T t={WORDS.who} />
              </th>
              <th scope="col">
                <T t={WORDS.what} />
              </th>
            </tr>
          </thead>
          <tbody>
            {timeline.rows.map((row) => (
              <EventRow row={row} />
            ))}
          </tbody>
        </table>
        {timeline.more > 0 ? (
          <p class="quiet">
            {timeline.more} <T t={WORDS.more} />
          </p>
        ) : null}
      </section>
    </>
  );
}

function EventRow({ row }: { row: Row }): JSX.Element {
  return (
    <tr class={`tone-${row.tone}`}>
      <td class="time">{row.at.toFixed(3)}</td>
      <td class="who quiet">{row.source}</td>
      <td class={row.tone === 'quiet' ? 'quiet' : ''}>{row.text}</td>
    </tr>
  );
}

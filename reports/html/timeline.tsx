/** @jsxRuntime automatic @jsxImportSource preact */
/** `evidence/<product>/<scenario>/index.html`: one scenario's history, drawn and listed. */
import type { JSX } from 'preact';
import type { Cell, Results, ScenarioResult } from '../results.ts';
import type { LooseHistory } from '../history-file.ts';
import { MANIFEST } from '../manifest.ts';
import { Decided } from './decided.tsx';
import { measured, measureName } from './measures.ts';
import { LanguageButton, page } from './page.tsx';
import { scenarioName } from './names.ts';
import { Badge, Fact, T } from './parts.tsx';
import { Section } from './section.tsx';
import { BLAMES, both, same, TEXT } from './texts.ts';
import { TimelineChart } from './timeline-chart.tsx';
import { TimelineLists } from './timeline-lists.tsx';
import { timelineOf, type Timeline } from './timeline-model.ts';

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
  files: both('All files with their SHA-256', '全ファイルとSHA-256の一覧'),
  hint: both(
    'Bars: packets that the endpoint sent, higher for more. Amber: past the relay. Lines: tunnels through the relay, as long as they were open. Red squares: refused or failed. Numbers lead to the list below the drawing.',
    '棒は端末が送ったパケット（高いほど多数）で、琥珀色はプロキシを通らないものです。線はプロキシ経由の接続が開いていた時間、赤い四角は拒否や失敗です。番号は図の下の一覧に対応します。',
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
        {scenario.decidedBy === undefined ? null : (
          <Section id="decided" title={TEXT.decidedBy} hint={TEXT.decidedByHint}>
            <Decided decidedBy={scenario.decidedBy} named />
          </Section>
        )}
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
          <T t={scenarioName(results, cell, scenario)} />{' '}
          {scenario.variant === undefined ? null : <code class="quiet">{scenario.variant}</code>}
        </span>
        {scenario.because === undefined ? null : (
          <span class="quiet">
            <T t={TEXT.becauseLong(scenario.because)} />
          </span>
        )}
      </p>
      <dl class="facts">
        <Fact name={TEXT.reason}>
          <T t={scenario.reason} />
        </Fact>
        {scenario.blame === undefined ? null : (
          <Fact name={TEXT.blame}>
            <T t={BLAMES[scenario.blame]} />
          </Fact>
        )}
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
      <Section id="chart" title={WORDS.chart} hint={WORDS.hint}>
        <TimelineChart timeline={timeline} />
      </Section>
      <TimelineLists timeline={timeline} />
    </>
  );
}

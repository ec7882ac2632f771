/** @jsxRuntime automatic @jsxImportSource preact */
/** `report.html`: everything that a reader needs, from `results.json` alone. */
import type { JSX } from 'preact';
import type { Results } from '../results.ts';
import { Background } from './background.tsx';
import { Cards } from './cards.tsx';
import { Details } from './details.tsx';
import { Firewall } from './firewall.tsx';
import { Losses } from './losses.tsx';
import { Matrix } from './matrix.tsx';
import { LanguageButton, page, Skip } from './page.tsx';
import { Fact, T } from './parts.tsx';
import { Sizing } from './sizing.tsx';
import { both, TEXT, type Both } from './texts.ts';
import { viewOf } from './view.ts';

/** One self-contained HTML document. */
export function renderReport(results: Results): string {
  const view = viewOf(results);
  const day = results.run.started.slice(0, 10);
  return page(
    both(`${TEXT.title.en} – heiiki, ${day}`, `${TEXT.title.ja} – heiiki、${day}`),
    <>
      <Skip />
      <Masthead results={results} />
      <main>
        <Cards view={view} />
        <Matrix view={view} />
        <Losses view={view} />
        <Firewall view={view} />
        <Sizing view={view} />
        <Details view={view} />
        <Background view={view} />
      </main>
      <footer class="foot">
        <p>
          <T t={TEXT.observation} /> <T t={TEXT.platform} />
        </p>
      </footer>
    </>,
  );
}

function Masthead({ results: { run } }: { results: Results }): JSX.Element {
  return (
    <header class="masthead">
      <div class="brand">
        <p>
          heiiki <span lang="ja">閉域</span>
        </p>
        <LanguageButton />
      </div>
      <div class="lead">
        <div>
          <h1>
            <T t={TEXT.title} />
          </h1>
          <p class="what">
            <T t={TEXT.what} />
          </p>
          <dl class="facts">
            <Fact name={TEXT.observedOn}>
              <T t={period(run.started, run.finished)} />
            </Fact>
            <Fact name={TEXT.engine}>{run.engine}</Fact>
            <Fact name={TEXT.lane}>
              <T t={TEXT.laneOf[run.lane]} />
            </Fact>
          </dl>
        </div>
        <aside class="notice">
          <p>
            <T t={TEXT.observation} />
          </p>
          <p>
            <T t={TEXT.platform} />
          </p>
        </aside>
      </div>
    </header>
  );
}

/** `2026-11-23 05:47–06:12 UTC`; what is no date is shown as it is. */
function period(started: string, finished: string): Both {
  const from = moment(started);
  const to = moment(finished);
  const end = to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to;
  const text = `${from} – ${end} UTC`;
  return both(text, text);
}
function moment(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toISOString().slice(0, 16).replace('T', ' ');
}

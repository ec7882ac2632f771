/** @jsxRuntime automatic @jsxImportSource preact */
/** The lines of evidence that decide a verdict, in the order of time, with the deadline that passed among them. */
import type { JSX } from 'preact';
import type { DecidedBy } from '../results.ts';
import { T } from './parts.tsx';
import { both, same, type Both } from './texts.ts';

const WORDS = {
  time: both('s', '秒'),
  event: both('Event', 'イベント'),
  who: both('Seen by', '記録元'),
  what: both('What', '内容'),
} as const;

interface Line {
  readonly seconds: number;
  /** absent: no event, but that a time was over */
  readonly n?: number;
  readonly source: Both;
  readonly text: Both;
}

export function linesInOrder({ events, deadline }: DecidedBy): Line[] {
  const lines: Line[] = events.map((event) => ({ ...event, source: same(event.source) }));
  return (deadline ? [...lines, timeOver(deadline)] : lines).toSorted((a, b) => a.seconds - b.seconds);
}

function timeOver({ from, until }: NonNullable<DecidedBy['deadline']>): Line {
  const [start, allowed] = [from.toFixed(3), (until - from).toFixed(1)];
  return {
    seconds: until,
    source: both('deadline', '期限'),
    text: both(`time over: ${allowed} s since ${start} s`, `期限切れ：${start}秒の時点から${allowed}秒`),
  };
}

interface DecidedProps {
  readonly decidedBy: DecidedBy;
  /** of the scenario, where each of these lines has a name */
  readonly page?: string | undefined;
  /** these are the lines that are linked to */
  readonly named?: boolean;
}
export function Decided({ decidedBy, page, named = false }: DecidedProps): JSX.Element {
  return (
    <table class="events decided">
      <thead>
        <tr>
          {Object.entries(WORDS).map(([column, word]) => (
            <th scope="col" class={column}>
              <T t={word} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {linesInOrder(decidedBy).map((line) => (
          <tr {...(named ? nameOf(line) : {})} class={line.n === undefined ? 'tone-bad' : ''}>
            <td class="time">{line.seconds.toFixed(3)}</td>
            <td class="event">
              <EventNumber n={line.n} page={page} />
            </td>
            <td class="who quiet">
              <T t={line.source} />
            </td>
            <td>
              <T t={line.text} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const nameOf = ({ n }: Line): { id?: string } => (n === undefined ? {} : { id: `n${n}` });

function EventNumber({ n, page }: { n: number | undefined; page: string | undefined }): JSX.Element {
  if (n === undefined) return <>–</>;
  if (page === undefined) return <>#{n}</>;
  return (
    <a data-page href={`${page}#n${n}`}>
      #{n}
    </a>
  );
}

/** docs/closure.md: what was tried, where it was heard in the open, and what became of it in every topology. */
import type { EscapeAttempt } from './attempt.ts';
import type { Outcome } from './escape.ts';

export interface Tried {
  readonly topology: string;
  /** endpoint, zone and relay */
  readonly place: string;
  readonly outcomes: readonly Outcome[];
}

const RIGHTS: Readonly<Record<EscapeAttempt['as'], string>> = {
  nobody: 'ordinary user',
  root: 'root',
  raw: 'root with NET_ADMIN and NET_RAW',
};

export function closurePage(
  attempts: readonly EscapeAttempt[],
  shown: ReadonlyMap<string, Outcome>,
  tried: readonly Tried[],
): string {
  const places = tried.toSorted((a, b) =>
    `${a.topology} ${a.place}`.localeCompare(`${b.topology} ${b.place}`),
  );
  const counted = attempts.filter(({ notShown }) => notShown === undefined);
  return [
    '# Closed means tried',
    '',
    'Written by `npm run docs:closure`, with an engine.',
    '',
    `${attempts.length} ways to get out are tried from every place below, all at once. ${counted.length} of them are seen`,
    'arriving in a deliberately open control, at the ears named under "heard in the open"; only these count. A text',
    'of its own travels in each; "stopped" means that no ear outside of the zone heard it, and nothing came back',
    'that says that it got through. Ears are in the host (what its kernel is handed), at the witness outside, at the',
    'gateway of every other zone, and at an endpoint of another lab.',
    '',
    '| | topology | from |',
    '| --- | --- | --- |',
    ...places.map(({ topology, place }, i) => `| ${i + 1} | ${topology} | ${place} |`),
    '',
    `| attempt | what is tried | as | heard in the open | ${places.map((_, i) => String(i + 1)).join(' | ')} |`,
    `| --- | --- | --- | --- | ${places.map(() => '---').join(' | ')} |`,
    ...attempts.map((attempt) => row(attempt, shown.get(attempt.id), places)),
    '',
    's: stopped. –: there is nothing to try it at, or no right to try it. **E**: escaped.',
    '',
    '## Not shown',
    '',
    ...attempts.flatMap(({ id, notShown }) => (notShown === undefined ? [] : [`- \`${id}\`: ${notShown}.`])),
    '',
  ].join('\n');
}

function row(
  { id, title, as, notShown }: EscapeAttempt,
  open: Outcome | undefined,
  places: readonly Tried[],
): string {
  const heard = open?.heard.join(', ') ?? '';
  const where = notShown === undefined ? heard || 'answered' : 'not shown';
  const cells = places.map(({ outcomes }) => mark(outcomes.find((outcome) => outcome.id === id)));
  return `| \`${id}\` | ${title} | ${RIGHTS[as]} | ${where} | ${cells.join(' | ')} |`;
}

function mark(outcome: Outcome | undefined): string {
  if (outcome?.result === 'escaped') return '**E**';
  return outcome?.result === 'stopped' ? 's' : '–';
}

/** What people read at the end of `heiiki nemesis`, and its exit status. */
import { words } from '../../steps/support/nemesis/verbs.ts';
import type { Outcome } from './outcome.ts';
import type { Hunt, Reproducer } from './hunt.ts';

export interface Asked {
  /** the word under which the product was asked for */
  readonly product: string;
  readonly seed: number;
  readonly steps: number;
}

const KINDS = ['held', 'broken', 'inconclusive', 'not-played'] as const satisfies readonly Outcome['kind'][];

export function linesOf(asked: Asked, { outcomes, reproducers }: Hunt): string[] {
  const counts = KINDS.map((kind) => ({ kind, count: outcomes.filter((one) => one.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}`);
  const unplayed = outcomes.find(({ kind }) => kind === 'not-played' || kind === 'inconclusive');
  return [
    `${asked.product}: ${outcomes.length} plays: ${counts.join(', ')}`,
    ...(unplayed ? [`  ${unplayed.kind}: ${unplayed.reason}`] : []),
    ...reproducers.flatMap((one) => reproducerLines(asked, one)),
  ];
}

function reproducerLines({ product, seed, steps }: Asked, found: Reproducer): string[] {
  return [
    `  ${found.invariant}: ${found.reason}`,
    ...found.steps.map((step, index) => `    ${index + 1}. ${words(step)}`),
    ...(found.shortest
      ? []
      : [`    there may be a shorter one: no more than ${found.replays} replays were allowed`]),
    `    evidence: ${found.evidence}`,
    `    again: heiiki nemesis --products ${product} --seed ${seed} --steps ${steps} --path ${found.path}`,
  ];
}

/** 1 if anything broke; 2 if nothing did, but not everything could be looked at. */
export function statusOf(hunts: readonly Hunt[]): number {
  const outcomes = hunts.flatMap((one) => one.outcomes);
  if (outcomes.some(({ kind }) => kind === 'broken')) return 1;
  return outcomes.every(({ kind }) => kind === 'held') ? 0 : 2;
}

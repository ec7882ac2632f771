/** Plays sequences on one product, and shortens the first one that breaks each invariant. Knows no lab. */
import type { Invariant } from '../../steps/support/nemesis/play.ts';
import type { Step } from '../../steps/support/nemesis/verbs.ts';
import { runAll, type Job, type Progress } from '../scheduler.ts';
import type { Outcome } from './outcome.ts';
import { shrink, type Drawing } from './sequences.ts';

/** A play that has ended. */
export interface Play {
  /** `play 3`, `play 3 again` (it had said nothing), `play 3 once more` (it had been late), `play 3 shorter 7` */
  readonly name: string;
  readonly steps: readonly Step[];
  readonly outcome: Outcome;
  /** folder of its evidence */
  readonly evidence: string;
}
export type Player = (name: string, steps: readonly Step[]) => Promise<Omit<Play, 'name' | 'steps'>>;

export interface Reproducer {
  readonly invariant: Invariant;
  readonly steps: readonly Step[];
  readonly path: string;
  readonly reason: string;
  readonly evidence: string;
  /** plays that shortening has cost */
  readonly replays: number;
  /** false: there may be a shorter one, as no more replays were allowed */
  readonly shortest: boolean;
}
export interface Hunt {
  /** all plays in the order in which they ended, those that were repeated and those of the shrinking included */
  readonly plays: readonly Play[];
  /** the last word on each drawn sequence */
  readonly outcomes: readonly Outcome[];
  readonly reproducers: readonly Reproducer[];
}

export interface Hunting extends Drawing {
  /** drawn from that seed: the path of each is its place in the list */
  readonly sequences: readonly (readonly Step[])[];
  /** replays that shortening one sequence may cost */
  readonly replays: number;
  /** plays side by side, but for those in which lateness is confirmed, and those of the shortening */
  readonly parallel: number;
  readonly progress: Progress & { begin(total: number): void };
  /** each as it ends */
  readonly onPlay: (play: Play) => void;
  readonly signal: AbortSignal;
}

const ALONE = 1;

export async function hunt(player: Player, hunting: Hunting): Promise<Hunt> {
  const { parallel, progress, onPlay, signal } = hunting;
  const ended: Play[] = [];
  const play = async (name: string, steps: readonly Step[]): Promise<Play> => {
    const once = async (again: string): Promise<Play> => {
      const played = { name: `${name}${again}`, steps, ...(await player(`${name}${again}`, steps)) };
      ended.push(played);
      onPlay(played);
      return played;
    };
    const first = await once('');
    // Once more, as it says neither that all held nor that anything did not.
    return isInconclusive(first.outcome) && !signal.aborted ? once(' again') : first;
  };
  // What was only late may have had too little of the machine: that it breaks is not known from one play.
  const onceMore = (late: Pick<Play, 'name' | 'steps'>) => play(`${late.name} once more`, late.steps);
  const sure = async (name: string, steps: readonly Step[]): Promise<Play> => {
    const first = await play(name, steps);
    return isLate(first.outcome) && !signal.aborted ? onceMore({ name, steps }) : first;
  };
  const jobs = hunting.sequences.map((steps, index): Job<Play> => {
    const name = `play ${index}`;
    return { name, run: () => play(name, steps) };
  });
  progress.begin(jobs.length);
  const firsts = await runAll(jobs, parallel, progress, signal);
  const played = await aloneIfLate(firsts, onceMore, hunting);
  const shrinking = firstsOf(played).map(([invariant, index, failed]): Job<Reproducer> => {
    return {
      name: `play ${index}: looking for a shorter one`,
      run: () => shortened({ invariant, index, failed }, sure, hunting),
    };
  });
  if (shrinking.length > 0) progress.begin(shrinking.length);
  const reproducers = await runAll(shrinking, ALONE, progress, signal);
  return {
    plays: ended,
    outcomes: played.flatMap((one) => (one ? [one.outcome] : [])),
    reproducers: reproducers.filter((one) => one !== undefined),
  };
}

/** Beside others even the second play of what was late says little: it is played when all have ended. */
async function aloneIfLate(
  firsts: readonly (Play | undefined)[],
  onceMore: (late: Pick<Play, 'name' | 'steps'>) => Promise<Play>,
  { progress, signal }: Hunting,
): Promise<readonly (Play | undefined)[]> {
  const late = firsts.flatMap((first, index) =>
    first && isLate(first.outcome) ? [{ index, name: `play ${index}`, steps: first.steps }] : [],
  );
  if (late.length === 0) return firsts;
  progress.begin(late.length);
  const jobs = late.map((one): Job<Play> => ({ name: `${one.name} once more`, run: () => onceMore(one) }));
  const second = await runAll(jobs, ALONE, progress, signal);
  return firsts.map((first, index) => second[late.findIndex((one) => one.index === index)] ?? first);
}

const isInconclusive = ({ kind }: Outcome): boolean => kind === 'inconclusive';
const isLate = (outcome: Outcome): boolean => outcome.kind === 'broken' && outcome.late === true;

interface Failed {
  readonly invariant: Invariant;
  readonly index: number;
  readonly failed: Play;
}

/** The shortest of the failing plays of each invariant, as that is the nearest to a reproducer. */
function firstsOf(played: readonly (Play | undefined)[]): [Invariant, number, Play][] {
  const found = new Map<Invariant, [Invariant, number, Play]>();
  for (const [index, play] of played.entries()) {
    if (play?.outcome.kind !== 'broken') continue;
    const { invariant } = play.outcome;
    const known = found.get(invariant);
    if (!known || play.steps.length < known[2].steps.length) found.set(invariant, [invariant, index, play]);
  }
  return [...found.values()];
}

async function shortened(
  { invariant, index, failed }: Failed,
  play: (name: string, steps: readonly Step[]) => Promise<Play>,
  { seed, steps, replays, signal }: Hunting,
): Promise<Reproducer> {
  const known = new Map([[keyOf(failed.steps), failed]]);
  let spent = 0;
  let shortest = true;
  const fails = async (sequence: readonly Step[]): Promise<boolean> => {
    const key = keyOf(sequence);
    let one = known.get(key);
    if (!one) {
      if (spent >= replays || signal.aborted) {
        shortest = false;
        return false;
      }
      spent += 1;
      one = await play(`play ${index} shorter ${spent}`, sequence);
      known.set(key, one);
    }
    // Another invariant is another story, and a lab that broke is none.
    return one.outcome.kind === 'broken' && one.outcome.invariant === invariant;
  };
  const found = replays > 0 ? await shrink({ seed, steps }, String(index), fails) : undefined;
  const last = (found && known.get(keyOf(found.steps))) ?? failed;
  return {
    invariant,
    steps: last.steps,
    path: found?.path ?? String(index),
    reason: last.outcome.reason,
    evidence: last.evidence,
    replays: spent,
    shortest,
  };
}

const keyOf = (steps: readonly Step[]): string => JSON.stringify(steps);

/** Sequences drawn from a seed. A path leads to the same one again, also to one that shrinking has found. */
import fc from 'fast-check';
import {
  CLOUD_FAULTS,
  possible,
  RELAY_FAULTS,
  ZONES,
  type Step,
  type Verb,
} from '../../steps/support/nemesis/verbs.ts';

const verb: fc.Arbitrary<Verb> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('attack'), times: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move'), to: fc.constantFrom(...ZONES) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('lose-relay'), fault: fc.constantFrom(...RELAY_FAULTS) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('heal-relay') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart') }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('break-cloud'), fault: fc.constantFrom(...CLOUD_FAULTS) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('heal-cloud') }) },
);
/** Mostly with a pause, as what a product has not noticed has not happened to it. */
const pause = fc.oneof(
  { weight: 3, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
);
const step: fc.Arbitrary<Step> = fc.tuple(verb, pause).map(([what, pauses]): Step => ({
  ...what,
  pause: pauses,
}));

type Sequence = readonly Step[];

/**
 * Shrinking leaves steps out, half of them first and single ones last, and changes none: each try is a lab, and a
 * milder step is seldom one that still fails. What cannot be done any more goes with what made it possible.
 */
class Sequences extends fc.Arbitrary<Sequence> {
  readonly #raw: fc.Arbitrary<Step[]>;
  readonly #most: number;

  constructor(most: number) {
    super();
    // Twice as many, as some of them cannot be done when their turn comes.
    this.#raw = fc.array(step, { minLength: 1, maxLength: 2 * most, size: 'max' });
    this.#most = most;
  }
  override generate(random: fc.Random, bias: number | undefined): fc.Value<Sequence> {
    for (;;) {
      const steps = possible(this.#raw.generate(random, bias).value).slice(0, this.#most);
      if (steps.length > 0) return new fc.Value(steps, undefined);
    }
  }
  override canShrinkWithoutContext(value: unknown): value is Sequence {
    return Array.isArray(value);
  }
  override shrink(sequence: Sequence): fc.Stream<fc.Value<Sequence>> {
    return fc.stream(shorter(sequence)).map((steps) => new fc.Value(steps, undefined));
  }
}

function* shorter(sequence: Sequence): IterableIterator<Sequence> {
  for (let size = Math.floor(sequence.length / 2); size >= 1; size = Math.floor(size / 2))
    for (let start = 0; start < sequence.length; start += size) {
      const before = sequence.slice(0, start);
      const later = sequence.slice(start + size);
      const gone = sequence.slice(start, start + size);
      const [last] = before.slice(-1);
      // The time that has passed may have mattered, and not what was done in it.
      if (last?.pause === false && gone.some((one) => one.pause))
        yield* allowed([...before.slice(0, -1), { ...last, pause: true }, ...later]);
      yield* allowed([...before, ...later]);
    }
}
function* allowed(steps: Sequence): IterableIterator<Sequence> {
  const left = possible(steps);
  if (left.length > 0) yield left;
}

/** Up to so many steps. */
export const sequencesOf = (most: number): fc.Arbitrary<Sequence> => new Sequences(most);

export interface Drawing {
  readonly seed: number;
  /** steps of one sequence at most */
  readonly steps: number;
}

/** The first of them; the path of each is its place in the list. */
export const draw = ({ seed, steps }: Drawing, plays: number): readonly Sequence[] =>
  fc.sample(sequencesOf(steps), { seed, numRuns: plays, unbiased: true });

/** The one to which a path leads; undefined if it leads nowhere. */
export function sequenceAt({ seed, steps }: Drawing, path: string): Sequence | undefined {
  return fc.sample(sequencesOf(steps), { seed, path, numRuns: 1, unbiased: true })[0];
}

export interface Shrunk {
  readonly steps: Sequence;
  readonly path: string;
}

/**
 * The shortest sequence at or below a path that still fails, as far as `fails` goes: it says no when it has had enough.
 * Undefined if not even the first one fails.
 */
export async function shrink(
  { seed, steps }: Drawing,
  path: string,
  fails: (sequence: Sequence) => Promise<boolean>,
): Promise<Shrunk | undefined> {
  const broke: unknown[] = [];
  const property = fc.asyncProperty(sequencesOf(steps), (sequence) =>
    fails(sequence).then(
      (failed) => !failed,
      (cause: unknown) => {
        // To fast-check a throw is one more failure to be shortened.
        broke.push(cause);
        return true;
      },
    ),
  );
  const found = await fc.check(property, { seed, path, numRuns: 1, endOnFailure: false, unbiased: true });
  if (broke.length > 0) throw broke[0];
  const [shortest] = found.counterexample ?? [];
  return shortest && found.counterexamplePath !== null
    ? { steps: shortest, path: found.counterexamplePath }
    : undefined;
}

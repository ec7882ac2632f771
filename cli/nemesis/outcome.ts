/** What a play has shown: that everything held, or which invariant did not, or nothing. */
import type { ScenarioJudgement } from '../../steps/checks/judge.ts';
import { isCheck } from '../../steps/checks/index.ts';
import { INVARIANT_OF, type Invariant } from '../../steps/support/nemesis/play.ts';

export type Outcome =
  | { readonly kind: 'held'; readonly reason: string }
  /** `late`: by being too late, as also a product is whose endpoint got too little of the machine */
  | {
      readonly kind: 'broken';
      readonly invariant: Invariant;
      readonly reason: string;
      readonly late?: true | undefined;
    }
  /** the lab, the engine or the host failed: nothing is said of the product */
  | { readonly kind: 'inconclusive'; readonly reason: string }
  /** the product did not get to work in the closed network, so that nothing could be done to it */
  | { readonly kind: 'not-played'; readonly reason: string };

export function outcomeOf({ verdict, reason, because, checks, late }: ScenarioJudgement): Outcome {
  const said = reason.en;
  switch (verdict) {
    case 'pass':
      return { kind: 'held', reason: said };
    case 'inconclusive':
      return { kind: 'inconclusive', reason: said };
    case 'unsupported':
    case 'not-observable':
      return { kind: 'not-played', reason: said };
    case 'fail': {
      const asked = checks.at(-1)?.check ?? '';
      const invariant = isCheck(asked) && because === undefined ? INVARIANT_OF[asked] : undefined;
      return invariant === undefined
        ? { kind: 'not-played', reason: said }
        : { kind: 'broken', invariant, reason: said, ...(late ? { late } : {}) };
    }
    default:
      return verdict satisfies never;
  }
}

/** What is decided about a scenario before anything is started. */
import type { Statement } from '../../products/schema.ts';
import { ATTACKS, FILE_ATTACKS, STIMULI, type StimulusId } from '../../mocks/workloads/stimuli.ts';
import type { EventOf } from '../../history/events.ts';

export type Applicability = Omit<EventOf<'applicability'>, 'kind'>;
export type Baseline = Omit<EventOf<'baseline'>, 'kind'>;

/** Conditions of the catalogue, as predicates over the statement. */
const CONDITIONS: Readonly<Record<string, { holds: (s: Statement) => boolean; text: string }>> = {
  'relay-preferred': {
    holds: (s) => s.connectivity === 'relay-preferred',
    text: 'prefers a relay but can do without',
  },
  'relay-only': { holds: (s) => s.connectivity === 'relay-only', text: 'is bound to its relay' },
  'uninstall-protection': {
    holds: (s) => s.uninstall.protection !== 'none',
    text: 'is protected against removal',
  },
  'allowlist-sha256': { holds: (s) => s.allowlist.includes('sha256'), text: 'has an allowlist by hash' },
};

const KINDS: Readonly<Record<string, readonly StimulusId[]>> = {
  any: STIMULI,
  attack: ATTACKS,
  file: FILE_ATTACKS,
};

const runs: Applicability = { verdict: 'runs', reason: '' };

/** Stimuli of the kinds that a scenario's tags ask for and that were seen in the open. */
export function usableStimuli(tags: readonly string[], baseline: Baseline): StimulusId[] {
  const kind = tags.find((tag) => tag.startsWith('@stimulus:'))?.slice('@stimulus:'.length) ?? 'any';
  return (KINDS[kind] ?? []).filter((stimulus) => baseline.seen[stimulus]);
}

function condition(name: string): { holds: (s: Statement) => boolean; text: string } {
  const found = CONDITIONS[name];
  if (!found) throw new Error(`no condition is called ${name}; known: ${Object.keys(CONDITIONS).join(', ')}`);
  return found;
}

/**
 * Does the requirement apply to this product? Conditions that the product declares not to meet first
 * (`unsupported`), then the open control (`not-observable`), then what a MUST takes for granted (`fail`,
 * "declared").
 */
export function applicability(
  tags: readonly string[],
  statement: Statement,
  baseline: Baseline,
): Applicability {
  const named = (prefix: string): string[] =>
    tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length));
  for (const name of named('@if:')) {
    const { holds, text } = condition(name);
    if (!holds(statement))
      return {
        verdict: 'unsupported',
        reason: `applies to a product that ${text}; this one declares otherwise`,
      };
  }
  if (!baseline.installed)
    return {
      verdict: 'inconclusive',
      reason: `the product did not start in an open network either: ${baseline.reason}`,
    };
  const needsStimulus = tags.some((tag) => tag.startsWith('@stimulus:'));
  if (needsStimulus && usableStimuli(tags, baseline).length === 0)
    return {
      verdict: 'not-observable',
      reason:
        'the product did not react to any such act in an open network either, so there is nothing to compare',
    };
  for (const name of named('@requires:')) {
    const { holds, text } = condition(name);
    if (!holds(statement))
      return {
        verdict: 'fail',
        reason: `declared: the product's own statement does not say that it ${text}`,
      };
  }
  return runs;
}

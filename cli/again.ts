/**
 * What goes wrong beside other labs is looked at again, alone: labs that share a machine take its time from each other,
 * and a deadline that was missed for that is nothing that the product has to answer for. What it then does counts.
 */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { both } from '../history/both.ts';
import type { ScenarioOutcome } from './outcome.ts';

/** Beside the evidence that counts. */
export const FIRST = '.beside-others';

/** The kind of finding that says so. */
export const AGAIN = 'looked-at-again-alone';

export interface Look {
  readonly name: string;
  readonly outcome: ScenarioOutcome;
  /** plays the scenario once more */
  readonly play: () => Promise<ScenarioOutcome | undefined>;
  /** it has been looked at again */
  readonly done?: true;
}

/** Who was late, or could not be judged, unless that is because the product does not work anywhere. */
const isDoubtful = ({ late, result }: ScenarioOutcome): boolean =>
  late || (result.verdict === 'inconclusive' && result.blame !== 'platform' && result.blame !== 'product');

/**
 * Those to look at again: first what stands by itself; in further rounds what rested on a requirement that has not
 * failed after all.
 */
export function doubtful(looks: readonly Look[], round: 'first' | 'further'): readonly Look[] {
  return looks.filter(({ outcome, done }) => {
    const because = rootOf(outcome);
    if (done || !isDoubtful(outcome)) return false;
    if (round === 'first') return because === undefined;
    return because !== undefined && !looks.some((other) => fails(other.outcome, outcome.product, because));
  });
}

/** A Given may rest on the requirement itself; nothing waits for itself. */
const rootOf = ({ requirement, result: { because } }: ScenarioOutcome): string | undefined =>
  because === requirement ? undefined : because;

const fails = ({ product, requirement, result }: ScenarioOutcome, of: string, id: string): boolean =>
  product === of && requirement === id && result.verdict === 'fail';

/** The first evidence steps aside; the second outcome says that there was a first one. */
export async function again({ outcome, play }: Look, out: string): Promise<ScenarioOutcome> {
  const { evidence, reason, name } = outcome.result;
  await rename(join(out, evidence), join(out, `${evidence}${FIRST}`));
  const second = (await play()) ?? outcome;
  const remark = {
    kind: AGAIN,
    ...both(
      `${outcome.requirement} (${name}) was played again alone, as it was late or could not be judged beside other labs: ${reason.en}`,
      `${outcome.requirement}（${name}）は、他の試験環境と並行した実行で遅れたか判定できなかったため、単独で再度実行しました：${reason.ja}`,
    ),
  };
  return { ...second, findings: [...second.findings, remark] };
}

/** Seeded choices: the same seed gives the same order, timing and counts. Nonces are fresh on purpose. */
import { createHash, randomBytes } from 'node:crypto';

export interface Random {
  /** integer from `low` to `high`, both included */
  integer(low: number, high: number): number;
  shuffle<T>(items: readonly T[]): T[];
}

/** A generator of its own for each purpose, so that one more draw here changes nothing there. */
export function seeded(seed: number, purpose: string): Random {
  let counter = 0;
  const unit = (): number => {
    const digest = createHash('sha256').update(`${seed}/${purpose}/${counter++}`).digest();
    return digest.readUInt32BE(0) / 2 ** 32;
  };
  const integer = (low: number, high: number): number => low + Math.floor(unit() * (high - low + 1));
  return {
    integer,
    shuffle: <T>(items: readonly T[]): T[] => {
      const result = [...items];
      for (let last = result.length - 1; last > 0; last--) {
        const other = integer(0, last);
        [result[last], result[other]] = [result[other] as T, result[last] as T];
      }
      return result;
    },
  };
}

/** Something that occurs nowhere else: 12 hex digits. */
export const freshNonce = (): string => randomBytes(6).toString('hex');

/** Of how many kinds or scenarios a result speaks. */
import { both, same, type Both } from './texts.ts';

/** `2 of 3 kinds` → `3種類中2種類`. */
export function scopeText(scope: string): Both {
  const [, played, all, unit] = /^(\d+) of (\d+) (kinds|scenarios)$/.exec(scope) ?? [];
  if (played === undefined || all === undefined) return same(scope);
  return both(scope, unit === 'kinds' ? `${all}種類中${played}種類` : `${all}件中${played}件`);
}

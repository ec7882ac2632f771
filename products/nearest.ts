/** Which known word was probably meant. */

/** Number of letters to change, add, remove or swap with their neighbour to get from one word to the other. */
export function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : i)),
  );
  const at = (i: number, j: number) => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const change = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? at(i - 2, j - 2) + 1 : Infinity;
      (rows[i] ?? [])[j] = Math.min(change, swap, at(i - 1, j) + 1, at(i, j - 1) + 1);
    }
  }
  return at(a.length, b.length);
}

/** The closest candidate, or undefined when none is close enough to be what somebody meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: { candidate: string; score: number } | undefined;
  for (const candidate of candidates) {
    const longer = Math.max(word.length, candidate.length);
    const part = longer > 3 && (candidate.startsWith(word) || word.startsWith(candidate));
    const score = part ? 1 : editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (score <= Math.max(1, Math.floor(longer / 3)) && score < (best?.score ?? Infinity))
      best = { candidate, score };
  }
  return best?.candidate;
}

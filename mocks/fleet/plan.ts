/** What a fleet is going to find, as a pure function: the ledger that the cloud's record is held against. */
import { createHash } from 'node:crypto';

export interface Wave {
  readonly seed: number;
  /** from 1; each wave has findings of its own */
  readonly wave: number;
  readonly endpoints: number;
  /** by each endpoint */
  readonly each: number;
}

/** 32 hexadecimal digits, the same for the same seed, endpoint (from 0), wave and number (from 0). */
export function uidOf(seed: number, endpoint: number, wave: number, number: number): string {
  const text = `${seed}/${endpoint}/${wave}/${number}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** All uids of that wave. */
export function ledger({ seed, wave, endpoints, each }: Wave): string[] {
  return Array.from({ length: endpoints * each }, (_, i) =>
    uidOf(seed, Math.floor(i / each), wave, i % each),
  );
}

export interface Account {
  readonly injected: number;
  readonly lost: readonly string[];
  /** arrivals beyond the first of one uid */
  readonly copies: number;
  /** uids that nobody has injected */
  readonly unknown: number;
}

/** Holds what arrived, in any order and with repetitions, against what was injected. */
export function account(injected: Iterable<string>, arrived: Iterable<string>): Account {
  const wanted = new Set(injected);
  const seen = new Set<string>();
  let copies = 0;
  for (const uid of arrived) {
    if (seen.has(uid)) copies += 1;
    seen.add(uid);
  }
  return {
    injected: wanted.size,
    lost: [...wanted].filter((uid) => !seen.has(uid)),
    copies,
    unknown: [...seen].filter((uid) => !wanted.has(uid)).length,
  };
}

/** The most events within any second; times in ms, in any order. */
export function peakPerSecond(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let from = 0;
  let peak = 0;
  for (const [to, time] of sorted.entries()) {
    while (time - (sorted[from] ?? time) >= 1000) from += 1;
    peak = Math.max(peak, to - from + 1);
  }
  return peak;
}

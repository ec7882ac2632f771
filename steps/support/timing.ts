/** Deadlines: what the product declares, below the ceiling of the lane. Milliseconds throughout. */
import { TIMING_KEYS, wholeTiming, type Product, type TimingKey } from '../../products/schema.ts';

export const LANES = ['ci', 'evaluation'] as const;
export type Lane = (typeof LANES)[number];

const second = 1000;
const minute = 60 * second;

/** A product may declare less, never more: otherwise "in time" would mean nothing. */
export const CEILINGS: Readonly<Record<Lane, Readonly<Record<TimingKey, number>>>> = {
  ci: {
    enrol: 30 * second,
    detect: 10 * second,
    policy: 10 * second,
    command: 10 * second,
    retry: 5 * second,
    reconnect: 20 * second,
    fallback: 20 * second,
    return: 20 * second,
    status: 10 * second,
    uninstall: 30 * second,
    probe: 20 * second,
    log: 20 * second,
    update: 20 * second,
  },
  evaluation: {
    enrol: 5 * minute,
    detect: 5 * minute,
    policy: 30 * minute,
    command: 10 * minute,
    retry: 10 * minute,
    reconnect: 30 * minute,
    fallback: 30 * minute,
    return: 30 * minute,
    status: 10 * minute,
    uninstall: 10 * minute,
    probe: 30 * minute,
    log: 30 * minute,
    update: 30 * minute,
  },
};

/**
 * What the harness itself may take to do and to see something, added to every deadline: an act is an
 * engine call, and a shared two-core machine answers late. It is part of the printed deadline.
 */
export const ALLOWANCE = 2 * second;

type Timing = Readonly<Product['timing']>;

/** What the product declares for `key`, cut at the lane's ceiling. */
export const declaredFor = (timing: Timing, lane: Lane, key: TimingKey): number =>
  Math.min(wholeTiming(timing)[key], CEILINGS[lane][key]);

/** What is declared above the ceiling of the lane, and so judged by that: a product cannot meet it as its vendor means it. */
export const cutTimes = (
  timing: Timing,
  lane: Lane,
): readonly { readonly key: TimingKey; readonly declared: number; readonly ceiling: number }[] =>
  TIMING_KEYS.map((key) => ({
    key,
    declared: wholeTiming(timing)[key],
    ceiling: CEILINGS[lane][key],
  })).filter(({ declared, ceiling }) => declared > ceiling);

/** Times that come again and again while a product works, or while it looks for its relay. */
const INTERVALS = [
  'detect',
  'log',
  'policy',
  'update',
  'command',
  'retry',
  'reconnect',
  'fallback',
  'return',
] as const;

/** The slowest of them, ms: whoever watches for so long has seen each at least once. */
export const slowestInterval = (declared: (key: TimingKey) => number): number =>
  Math.max(...INTERVALS.map(declared));

/** Time that the product has for `key`: its declaration, cut at the lane's ceiling, plus the allowance. */
export const timeFor = (timing: Timing, lane: Lane, key: TimingKey): number =>
  declaredFor(timing, lane, key) + ALLOWANCE;

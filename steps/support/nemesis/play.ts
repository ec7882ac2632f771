/**
 * One play: a sequence of faults, moves and acts, then everything is healed, and what must hold after any sequence is
 * asked by checks that others use as well. Whoever plays it stands behind `Ground`.
 */
import type { HistoryEvent } from '../../../history/events.ts';
import type { INVARIANTS, TimingKey } from '../../../products/schema.ts';
import type { CheckName } from '../../checks/index.ts';
import type { Question } from '../ask.ts';
import { after, BEGIN, healing, wayOf, words, type Step, type Verb } from './verbs.ts';

/** A session in a lab, or a simulation of one. */
export interface Ground {
  /** name of the point at which the endpoint's packets are captured */
  readonly point: string;
  /** the product speaks to its cloud without a relay where it can */
  readonly goesDirect: boolean;
  /** detections that it declares to keep; undefined: it declares none */
  readonly keeps: number | undefined;
  declared(key: TimingKey): number;
  within(key: TimingKey): number;
  /** A line of the timeline. */
  note(text: string): HistoryEvent;
  /** Resolves when it has been seen to be so, and after a start when the product has had its time for that. */
  do(verb: Exclude<Verb, { do: 'attack' }>): Promise<void>;
  /** Plays one; its id and the event of its beginning. */
  attack(): Promise<{ readonly id: string; readonly started: HistoryEvent }>;
  /** The product has had its time; on that way, if there is one, its cloud can have heard it. */
  rest(way: 'relay' | 'direct' | null): Promise<void>;
  /** Throws CheckViolated or LabBroken. */
  ask(question: Question): Promise<void>;
  finishEvidence(): Promise<void>;
}

export type Invariant = (typeof INVARIANTS)[number];
/** What does not hold when that check of a play is violated. */
export const INVARIANT_OF: Readonly<Partial<Record<CheckName, Invariant>>> = {
  detected: 'back',
  'all-delivered': 'lost',
  'none-doubled': 'doubled',
  'one-identity': 'identity',
  'wire-clean': 'leak',
};
/** Everybody: that somebody is knocked at is no leak, and what is said to them is. */
const ANYBODY = ['relay', 'resolver', 'cloud', 'gateway', 'endpoint', 'witness', 'other'] as const;

/** `installed`: the event from which on the product is looked at. */
export async function playSequence(
  ground: Ground,
  steps: readonly Step[],
  installed: HistoryEvent,
): Promise<void> {
  const acts: string[] = [];
  let state = BEGIN;
  const perform = async (verb: Verb): Promise<void> => {
    const next = after(state, verb);
    if (!next)
      throw new Error(`"${words(verb)}" cannot be done here: the sequence was not made by possible()`);
    ground.note(words(verb));
    state = next;
    if (verb.do !== 'attack') return ground.do(verb);
    for (let played = 0; played < verb.times; played++) acts.push((await ground.attack()).id);
  };
  for (const step of steps) {
    await perform(step);
    if (step.pause) await ground.rest(wayOf(state, ground.goesDirect));
  }
  for (const verb of healing(state)) await perform(verb);
  const whole = ground.note('everything is healed, and the endpoint is in the closed network');
  await judge(ground, acts, { installed, whole });
}

async function judge(
  ground: Ground,
  acts: readonly string[],
  { installed, whole }: { installed: HistoryEvent; whole: HistoryEvent },
): Promise<void> {
  const detect = ground.declared('detect');
  const back = Math.max(ground.within('reconnect'), ground.within('return'));
  const since = installed.n - 1;
  const first = await ground.attack();
  const args = { act: first.id, within: back + detect, via: 'relay' };
  await ground.ask({ check: 'detected', args, since: first.started });
  const all = [...acts, first.id];
  // What it does not declare to keep it may lose.
  if (ground.keeps !== undefined && all.length <= ground.keeps) {
    const within = back + detect + ground.declared('retry');
    await ground.ask({ check: 'all-delivered', args: { acts: all, within }, since: whole });
  }
  const { id: sentinel } = await ground.attack();
  const last = { sentinel, within: ground.within('detect') };
  await ground.ask({ check: 'none-doubled', args: { acts: all, ...last }, since });
  await ground.ask({ check: 'one-identity', args: last, since });
  await ground.finishEvidence();
  const clean = { point: ground.point, allowed: ANYBODY, noData: true, zone: 'closed' };
  await ground.ask({ check: 'wire-clean', args: clean, since });
}

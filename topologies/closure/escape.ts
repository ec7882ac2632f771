/** All attempts to escape from one place, and what became of them. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { StartedContainer } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import type { As, EscapeAttempt, Targets } from './attempt.ts';
import type { Ears } from './ears.ts';

const SCRIPT = readFileSync(new URL('./attempt.pl', import.meta.url), 'utf8');
const SECONDS = 2;
const LIMIT_MS = 90_000;

/** Where attempts are made from: a container for each kind of rights. */
export type Vantage = (
  as: As,
  kind: string,
) => { readonly container: StartedContainer; readonly user: string };

/** `absent`: there was no right to try it here, or nothing to try it at. */
export interface Outcome {
  readonly id: string;
  readonly result: 'escaped' | 'stopped' | 'absent';
  /** where it was heard; empty if nowhere */
  readonly heard: readonly string[];
  readonly detail: string;
}
interface Planned {
  readonly attempt: EscapeAttempt;
  readonly text: string;
  readonly line: string;
  readonly kind: string;
}

export interface Batch {
  readonly from: Vantage;
  readonly targets: Targets;
  readonly ears: Ears;
  /** an ear in the zone from which it is tried: what is heard there has not left */
  readonly own?: string;
  /** makes the ears hear this text at every place, after all attempts; absence is known only then */
  readonly sentinel: (text: string) => Promise<void>;
}

/** Tries them all at once, and waits until every ear has told what it heard. Never throws for an escape. */
export async function tryAll(attempts: readonly EscapeAttempt[], batch: Batch): Promise<readonly Outcome[]> {
  const tag = `hk${randomBytes(3).toString('hex')}`;
  const textOf = (index: number): string => `${tag}${String(index).padStart(4, '0')}`;
  const planned = attempts.flatMap((attempt, i) => plan(attempt, batch.targets, textOf(i)));
  const said = await Promise.all(
    (['nobody', 'root', 'raw'] as const).flatMap((as) => runAs(as, planned, batch.from)),
  );
  await batch.sentinel(textOf(attempts.length));
  const results = new Map(said.flat());
  return attempts.map(({ id }) => {
    const one = planned.find(({ attempt }) => attempt.id === id);
    const word = results.get(id);
    if (one === undefined) return { id, result: 'absent', heard: [], detail: 'nothing here to try it at' };
    if (word === undefined)
      throw new LabError('harness', `attempt ${id} gave no result`, 'its process ended');
    const heard = batch.ears.at(one.text).filter((place) => place !== batch.own);
    const escaped = heard.length > 0 || word.outcome === 'got';
    const result = escaped ? 'escaped' : word.outcome === 'absent' ? 'absent' : 'stopped';
    return { id, result, heard, detail: word.detail };
  });
}

function plan(attempt: EscapeAttempt, targets: Targets, text: string): Planned[] {
  const found = attempt.to(targets);
  if (found === undefined) return [];
  const { kind, ...settings } = found;
  const all: Readonly<Record<string, string | number>> = { ...settings, text };
  const values = Object.entries(all).map(
    ([key, value]) => `${key}=${encode(String(value).replaceAll('{text}', text))}`,
  );
  return [{ attempt, text, kind, line: [attempt.id, kind, ...values].join('\t') }];
}

/** One byte for one byte; what could be taken for a separator as %XX. */
function encode(value: string): string {
  return value.replace(/[%\t\n\r\0-\x1f=]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

type Word = readonly [string, { outcome: string; detail: string }];

function runAs(as: As, planned: readonly Planned[], from: Vantage): Promise<Word[]>[] {
  const mine = planned.filter(({ attempt }) => attempt.as === as);
  const places = Map.groupBy(mine, ({ kind }) => from(as, kind).container);
  return [...places].map(async ([container, some]) => {
    const { user } = from(as, some[0]?.kind ?? '');
    const result = await container.run(['perl', '-e', SCRIPT, String(SECONDS)], {
      user,
      input: Buffer.from(some.map(({ line }) => `${line}\n`).join(''), 'latin1'),
      timeoutMs: LIMIT_MS,
    });
    const words = result.stdout.split('\n').flatMap((line): Word[] => {
      const [, id, outcome, detail] = /^(\S+) (got|nothing|absent) ?(.*)$/.exec(line) ?? [];
      return id === undefined || outcome === undefined ? [] : [[id, { outcome, detail: detail ?? '' }]];
    });
    if (words.length < some.length)
      throw new LabError('lab', `attempts in ${container.name} gave no result`, result.stderr.slice(-500));
    return words;
  });
}

/**
 * Flaws that need an order of things, each of which does no harm alone: what the agent lives through, as it notices
 * it, and what it then does wrong. Pure bookkeeping, kept over a restart by whoever holds the memory.
 */
import type { Path } from './path.ts';

export type Moment =
  /** its process began */
  | { readonly kind: 'started' }
  /** an attempt failed, and the one before had not */
  | { readonly kind: 'lost'; readonly silent: boolean }
  /** the cloud answers again, or for the first time since the start */
  | { readonly kind: 'back'; readonly via: Path }
  /** its address is another one, or there is none */
  | { readonly kind: 'moved' }
  | { readonly kind: 'found'; readonly uid: string }
  | { readonly kind: 'sent'; readonly uids: readonly string[] }
  /** the cloud was asked to take these; `refused`: it said no, otherwise it said nothing */
  | { readonly kind: 'unsent'; readonly uids: readonly string[]; readonly refused: boolean };

export type Wrong =
  | { readonly do: 'forget' | 'tell-again' | 'rename'; readonly uids: readonly string[] }
  /** it enrols as somebody else */
  | { readonly do: 'begin-anew' }
  /** it never goes back to its relay */
  | { readonly do: 'stay-direct' }
  /** it speaks to the gateway of the network */
  | { readonly do: 'beacon' };

export interface Memory {
  /** no attempt has worked since it was lost, or since the start */
  readonly away: boolean;
  /** times that it was lost since the start */
  readonly losses: number;
  /** lost since the start, and not back since then */
  readonly startedAway: boolean;
  /** lost, and nothing was answered */
  readonly silent: boolean;
  /** the last answer came on the direct way */
  readonly direct: boolean;
  /** since the start it has come back from the direct way to the relay */
  readonly returned: boolean;
  /** found and not sent */
  readonly waiting: readonly string[];
  /** of these, those that the cloud refused or said nothing about when it was asked last */
  readonly refused: readonly string[];
  readonly unanswered: readonly string[];
}

export const NOTHING_YET: Memory = {
  away: true,
  losses: 0,
  startedAway: false,
  silent: false,
  direct: false,
  returned: false,
  waiting: [],
  refused: [],
  unanswered: [],
};

type Rule = (before: Memory, moment: Moment) => Wrong | undefined;

const some = (wrong: 'forget' | 'tell-again' | 'rename', uids: readonly string[]): Wrong | undefined =>
  uids.length === 0 ? undefined : { do: wrong, uids };

/** What each flaw does wrong, and after what. */
export const ORDERS = {
  /** lost, back, lost again, detected, moved */
  'forgets-second-outage': (m, { kind }) =>
    kind === 'moved' && m.away && m.losses >= 2 ? some('forget', m.waiting) : undefined,
  /** the relay says nothing, detected, moved */
  'tells-twice-out-of-silence': (m, { kind }) =>
    kind === 'moved' && m.away && m.silent ? some('tell-again', m.waiting) : undefined,
  /** started where nothing answers, moved */
  'new-identity-from-cold-start': (m, { kind }) =>
    kind === 'moved' && m.startedAway ? { do: 'begin-anew' } : undefined,
  /** gone around the relay, started, back at the relay's */
  'stays-where-it-started': (m, { kind }) =>
    kind === 'started' && m.direct ? { do: 'stay-direct' } : undefined,
  /** refused by the cloud, started */
  'forgets-refused-at-start': (m, { kind }) => (kind === 'started' ? some('forget', m.refused) : undefined),
  /** taken by the cloud without a word, moved */
  'renames-unanswered-when-moved': (m, { kind }) =>
    kind === 'moved' ? some('rename', m.unanswered) : undefined,
  /** away, back at the relay, the relay lost */
  'beacons-after-return': (m, { kind }) => (kind === 'lost' && m.returned ? { do: 'beacon' } : undefined),
} as const satisfies Readonly<Record<string, Rule>>;
export type OrderFlaw = keyof typeof ORDERS;

/** What comes of a moment: the memory after it, and what the broken one does. */
export function live(
  flaw: OrderFlaw,
  before: Memory,
  moment: Moment,
): { readonly memory: Memory; readonly wrong: Wrong | undefined } {
  const wrong: Wrong | undefined = ORDERS[flaw](before, moment);
  const memory = after(before, moment);
  return { memory: wrong && 'uids' in wrong ? done(memory, wrong.uids) : memory, wrong };
}

function after(m: Memory, moment: Moment): Memory {
  switch (moment.kind) {
    case 'started':
      return { ...m, away: true, losses: 0, startedAway: false, silent: false, returned: false };
    case 'lost':
      return {
        ...m,
        away: true,
        losses: m.away && m.losses > 0 ? m.losses : m.losses + 1,
        startedAway: m.startedAway || (m.away && m.losses === 0),
        silent: moment.silent,
      };
    case 'back': {
      const direct = moment.via === 'direct';
      return {
        ...m,
        away: false,
        startedAway: false,
        silent: false,
        direct,
        returned: !direct && (m.returned || m.direct),
      };
    }
    case 'moved':
      return m;
    case 'found':
      return { ...m, waiting: [...m.waiting, moment.uid] };
    case 'sent':
      return done(m, moment.uids);
    case 'unsent':
      return moment.refused
        ? { ...m, refused: moment.uids, unanswered: without(m.unanswered, moment.uids) }
        : { ...m, unanswered: [...without(m.unanswered, moment.uids), ...moment.uids] };
    default:
      return moment satisfies never;
  }
}
const done = (m: Memory, uids: readonly string[]): Memory => ({
  ...m,
  waiting: without(m.waiting, uids),
  refused: without(m.refused, uids),
  unanswered: without(m.unanswered, uids),
});
const without = (list: readonly string[], gone: readonly string[]): readonly string[] =>
  list.filter((uid) => !gone.includes(uid));

/** What is done in a play of the nemesis, and what can be done when: every sequence is valid by construction. */
import type { FaultKind } from '../../../mocks/cloud/console.ts';
import type { RelayFault } from '../../../topologies/lab-types.ts';

/** Ways to lose the relay that any lab can be asked for; in `flapping` it comes and goes. */
export const RELAY_FAULTS = [
  'refused',
  'silent',
  'paused',
  'answers-503',
  'answers-407',
  'captive-302',
  'flapping',
] as const satisfies readonly RelayFault[];
/** Ways in which the cloud fails to take detections; all else that it is asked goes well. */
export const CLOUD_FAULTS = ['5xx', 'lost-ack', 'cut-answer'] as const satisfies readonly FaultKind[];
/** null: no network at all */
export const ZONES = ['closed', 'internet', null] as const;
export type Zone = (typeof ZONES)[number];

export type Verb =
  | { readonly do: 'lose-relay'; readonly fault: (typeof RELAY_FAULTS)[number] }
  | { readonly do: 'heal-relay' }
  | { readonly do: 'break-cloud'; readonly fault: (typeof CLOUD_FAULTS)[number] }
  | { readonly do: 'heal-cloud' }
  | { readonly do: 'move'; readonly to: Zone }
  | { readonly do: 'restart' }
  | { readonly do: 'attack'; readonly times: number };

/** `pause`: the product gets the time to notice, and what comes next comes after that. */
export type Step = Verb & { readonly pause: boolean };

export interface State {
  readonly zone: Zone;
  readonly relay: (typeof RELAY_FAULTS)[number] | null;
  readonly cloud: (typeof CLOUD_FAULTS)[number] | null;
  readonly attacks: number;
}
/** The product works at its relay, and nothing is broken. */
export const BEGIN: State = { zone: 'closed', relay: null, cloud: null, attacks: 0 };

/** Attacks of one play: the samples that a policy can name are not endless. */
export const MOST_ATTACKS = 20;

/** How things are after it; undefined if it cannot be done now. */
export function after(state: State, verb: Verb): State | undefined {
  switch (verb.do) {
    case 'lose-relay':
      // One fault at a time, and only where the endpoint would meet with it.
      return state.relay === null && state.zone === 'closed' ? { ...state, relay: verb.fault } : undefined;
    case 'heal-relay':
      return state.relay === null ? undefined : { ...state, relay: null };
    case 'break-cloud':
      return state.cloud === null ? { ...state, cloud: verb.fault } : undefined;
    case 'heal-cloud':
      return state.cloud === null ? undefined : { ...state, cloud: null };
    case 'move':
      return state.zone === verb.to ? undefined : { ...state, zone: verb.to };
    case 'restart':
      return state;
    case 'attack': {
      const attacks = state.attacks + verb.times;
      return attacks > MOST_ATTACKS ? undefined : { ...state, attacks };
    }
    default:
      return verb satisfies never;
  }
}

/** The same without what cannot be done when its turn comes. */
export function possible(steps: readonly Step[]): Step[] {
  let state = BEGIN;
  return steps.filter((step) => {
    const next = after(state, step);
    state = next ?? state;
    return next !== undefined;
  });
}

/** What heals everything and brings the endpoint back, in the order in which it is done. */
export function healing({ relay, cloud, zone }: State): Verb[] {
  return [
    ...(relay === null ? [] : [{ do: 'heal-relay' } as const]),
    ...(cloud === null ? [] : [{ do: 'heal-cloud' } as const]),
    ...(zone === 'closed' ? [] : [{ do: 'move', to: 'closed' } as const]),
  ];
}

/** The way on which the product can speak to its cloud; null: there is none, or not all the time. */
export function wayOf({ zone, relay }: State, goesDirect: boolean): 'relay' | 'direct' | null {
  switch (zone) {
    case 'closed':
      return relay === null ? 'relay' : null;
    case 'internet':
      return goesDirect ? 'direct' : null;
    case null:
      return null;
    default:
      return zone satisfies never;
  }
}

/** Words for the timeline and for people. */
export function words(step: Verb & { readonly pause?: boolean }): string {
  return step.pause === true ? `${wordsOf(step)}, and the product has time to notice` : wordsOf(step);
}
function wordsOf(verb: Verb): string {
  switch (verb.do) {
    case 'lose-relay':
      return `the relay is lost: ${verb.fault}`;
    case 'heal-relay':
      return 'the relay comes back';
    case 'break-cloud':
      return `the cloud fails to take detections: ${verb.fault}`;
    case 'heal-cloud':
      return 'the cloud takes detections again';
    case 'move':
      return `the endpoint is moved: ${verb.to ?? 'to no network'}`;
    case 'restart':
      return 'the endpoint is started again';
    case 'attack':
      return verb.times === 1 ? 'an attack happens' : `${verb.times} attacks happen`;
    default:
      return verb satisfies never;
  }
}

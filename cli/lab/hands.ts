/** What a person does in a lab: each is noted in the history, and told in words when it was seen to be so. */
import type { HistoryEvent, Recorder } from '../../history/events.ts';
import { gate } from '../../topologies/deadline.ts';
import {
  RELAY_FAULTS,
  type RelayFault,
  type StartedExec,
  type StartedLab,
} from '../../topologies/lab-types.ts';
import type { Topology } from '../../topologies/schema.ts';
import { chosenOne } from './choose.ts';
import type { Hands } from './in-hand.ts';
import type { FaultSettings, RequestOf } from './protocol.ts';

export interface HandsParts {
  readonly lab: StartedLab;
  readonly topology: Pick<Topology, 'zones' | 'relays' | 'endpoints'>;
  readonly history: Recorder & { readonly events: readonly HistoryEvent[] };
}

export class LabHands implements Hands {
  readonly #lab: StartedLab;
  readonly #topology: HandsParts['topology'];
  readonly #history: HandsParts['history'];
  /** what changes the lab, one after the other */
  readonly #inTurn = gate(1);
  /** relay → what it suffers from; seen: in force, by the lab */
  readonly #faults = new Map<string, { readonly fault: RelayFault; readonly seen: boolean }>();

  constructor({ lab, topology, history }: HandsParts) {
    this.#lab = lab;
    this.#topology = topology;
    this.#history = history;
  }

  /** What a relay suffers from, in words. */
  faultOf(relay: string): string | null {
    const known = this.#faults.get(relay);
    return known ? `${known.fault}${known.seen ? '' : ' (not seen in force)'}` : null;
  }

  async begin({ argv, endpoint, user }: RequestOf<'exec'>): Promise<StartedExec> {
    const chosen = this.#lab.endpoint(this.#endpoint(endpoint));
    this.#note(`on ${chosen.name}: ${argv.join(' ')}`);
    return chosen.begin(argv, { user: user ?? 'root' });
  }

  relocate({ zone, endpoint }: RequestOf<'relocate'>): Promise<string> {
    return this.#inTurn(async () => {
      const chosen = this.#lab.endpoint(this.#endpoint(endpoint));
      if (zone !== null) chosenOne('zone', [...Object.keys(this.#topology.zones), 'none'], zone);
      this.#note(`move ${chosen.name} to ${zone ?? 'no network'}`);
      await chosen.move(zone);
      return chosen.zone === null
        ? `${chosen.name} is on no network`
        : `${chosen.name} is in ${chosen.zone} at ${chosen.address ?? 'no address'}`;
    });
  }

  fault({ fault, relay, settings }: RequestOf<'fault'>): Promise<string> {
    return this.#inTurn(async () => {
      const name = this.#relay(relay);
      const wanted = chosenOne('fault', RELAY_FAULTS, fault) as RelayFault;
      const before = this.#faults.get(name);
      // What fails half way must still be shown, and healed.
      this.#faults.set(name, { fault: wanted, seen: false });
      const target: Breakable = this.#lab.relay(name);
      await target.inject(wanted, settings).catch((error: unknown) => {
        // These come before anything is changed.
        if (error instanceof Error && ['FaultUnavailable', 'UsageError'].includes(error.name)) {
          if (before) this.#faults.set(name, before);
          else this.#faults.delete(name);
        }
        throw error;
      });
      const words = this.#verified(name, 'in-force');
      this.#faults.set(name, { fault: wanted, seen: true });
      return words;
    });
  }

  heal({ relay }: RequestOf<'heal'>): Promise<string> {
    return this.#inTurn(async () => {
      const names = relay === undefined ? Object.keys(this.#topology.relays) : [this.#relay(relay)];
      const lines: string[] = [];
      for (const name of names) {
        await this.#lab.relay(name).heal();
        const known = this.#faults.get(name);
        this.#faults.delete(name);
        lines.push(known?.seen ? this.#verified(name, 'gone') : `${name} has no fault`);
      }
      return lines.join('\n') || 'there is no relay';
    });
  }

  #endpoint(asked: string | undefined): string {
    return chosenOne('endpoint', Object.keys(this.#topology.endpoints), asked);
  }
  #relay(asked: string | undefined): string {
    return chosenOne('relay', Object.keys(this.#topology.relays), asked);
  }
  #verified(relay: string, state: 'in-force' | 'gone'): string {
    const seen = this.#history.events.findLast(
      (event) => event.kind === 'fault.verified' && event.target === relay,
    );
    if (seen?.kind !== 'fault.verified' || seen.state !== state)
      throw new Error(`the fault of ${relay} was not seen ${state}`);
    return `${seen.fault} of ${relay} is ${state === 'gone' ? 'gone' : 'in force'}; seen by the lab: ${seen.detail}`;
  }
  #note(text: string): void {
    this.#history.record('by hand', { kind: 'manual.step', text, site: true });
  }
}

interface Breakable {
  inject(fault: RelayFault, settings?: FaultSettings): Promise<void>;
}

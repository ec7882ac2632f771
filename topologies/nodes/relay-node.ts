/** A relay of the lab as steps see it: where it is, and how it is lost and found again. */
import type { Recorder } from '../../history/events.ts';
import type { StartedContainer } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import { Eye } from '../faults/eye.ts';
import { RelayFaults } from '../faults/relay-faults.ts';
import type { Names, Scene } from '../faults/scene.ts';
import type { FaultSettings, Relay, RelayAccess, RelayFault, ZoneName } from '../lab-types.ts';
import type { Answer } from '../relays/ask.ts';
import type { RelayProcess } from '../relays/relay.ts';
import type { RelayUpkeep } from '../relays/upkeep.ts';

export interface RelayParts {
  readonly name: string;
  readonly port: number;
  /** zone → address of ours, for the zones that it serves */
  readonly serves: ReadonlyMap<ZoneName, string>;
  readonly container: StartedContainer;
  readonly process: RelayProcess;
  /** zone → our node in it that probes */
  readonly probers: ReadonlyMap<ZoneName, StartedContainer>;
  /** zone → its resolver */
  readonly resolvers: ReadonlyMap<ZoneName, Names>;
  readonly upkeep: RelayUpkeep;
  readonly recorder: Recorder;
}

export class RelayNode implements Relay {
  readonly name: string;
  readonly #parts: RelayParts;
  readonly #faults: RelayFaults;

  constructor(parts: RelayParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#faults = new RelayFaults(() => this.#scene());
  }

  address(zone: ZoneName): string {
    const address = this.#parts.serves.get(zone);
    if (address === undefined)
      throw new Error(
        `Relay ${this.name} does not serve zone ${zone}; it serves ${[...this.#parts.serves.keys()].join(', ')}.`,
      );
    return `${address}:${this.#parts.port}`;
  }

  access(zone: ZoneName): RelayAccess {
    return this.#parts.upkeep.access(zone);
  }
  renewCertificate(): Promise<void> {
    return this.#administer((upkeep) => upkeep.renewCertificate());
  }
  expireAccount(): Promise<void> {
    return this.#administer((upkeep) => upkeep.expireAccount());
  }
  changePassword(): Promise<string> {
    return this.#administer((upkeep) => upkeep.changePassword());
  }
  allow(destinations: readonly string[]): Promise<void> {
    return this.#administer((upkeep) => upkeep.allow(destinations));
  }
  /** Asks for a way to a destination from each zone that it serves. */
  ask(to: string): Promise<ReadonlyMap<ZoneName, Answer>> {
    return this.#parts.upkeep.ask(to);
  }

  inject(fault: RelayFault, settings?: FaultSettings): Promise<void> {
    return this.#faults.inject(fault, settings);
  }
  heal(): Promise<void> {
    return this.#faults.heal();
  }

  /** Ends it in order, also while a fault is on, and reads its log to the end. */
  async finish(): Promise<void> {
    await this.#faults.finish();
    await this.#parts.process.finish();
  }

  async #administer<T>(act: (upkeep: RelayUpkeep) => Promise<T>): Promise<T> {
    const { fault } = this.#faults;
    if (fault !== undefined)
      throw new Error(`Relay ${this.name} cannot be changed while ${fault} is in force. Heal it first.`);
    return act(this.#parts.upkeep);
  }

  #scene(): Scene {
    const { name, port, serves, container, process, probers, resolvers, recorder } = this.#parts;
    const eyes = [...serves.keys()].map((zone) => {
      const [prober, resolver] = [probers.get(zone), resolvers.get(zone)];
      if (prober === undefined || resolver === undefined)
        throw new LabError('lab', `no node of ours is in zone ${zone}`, 'the topology is wrong');
      return new Eye(zone, prober, this.access(zone), resolver.address);
    });
    const place = { addresses: [...serves.values()], port };
    const [first] = [...serves.keys()];
    const kind = first === undefined ? 'connect' : this.access(first).kind;
    return { relay: name, kind, place, container, process, eyes, resolvers, recorder };
  }
}

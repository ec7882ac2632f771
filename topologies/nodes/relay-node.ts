/** A relay of the lab as steps see it: where it is, and how it is lost and found again. */
import type { Recorder } from '../../history/events.ts';
import type { StartedContainer } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import { FORGET_RULES, faultRules, inForce, isGone, notVerified } from '../faults/relay.ts';
import type { Relay, RelayFault, ZoneName } from '../lab-types.ts';
import { runProbes } from '../probes.ts';
import type { ProbeResult } from '../probes.ts';
import type { RelayProcess } from './relay.ts';

const PROBE_SECONDS = 1;
/** What it takes to lift a fault on a busy machine, in tries of at most a second each. */
const TRIES = 5;
/** In nobody's allowlist; a relay that works says that it is forbidden. */
export const UNDECLARED = 'undeclared.outside.example:443';

export interface RelayParts {
  readonly name: string;
  readonly port: number;
  /** zone → address of ours, for the zones that it serves */
  readonly serves: ReadonlyMap<ZoneName, string>;
  readonly container: StartedContainer;
  readonly process: RelayProcess;
  /** zone → our node in it that probes */
  readonly probers: ReadonlyMap<ZoneName, StartedContainer>;
  readonly recorder: Recorder;
}

export class RelayNode implements Relay {
  readonly name: string;
  readonly #parts: RelayParts;
  #fault: RelayFault | undefined;

  constructor(parts: RelayParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  address(zone: ZoneName): string {
    const address = this.#parts.serves.get(zone);
    if (address === undefined)
      throw new Error(
        `Relay ${this.name} does not serve zone ${zone}; it serves ${[...this.#parts.serves.keys()].join(', ')}.`,
      );
    return `${address}:${this.#parts.port}`;
  }

  async inject(fault: RelayFault): Promise<void> {
    if (this.#fault !== undefined) await this.heal();
    this.#fault = fault;
    const rules = faultRules(fault, [...this.#parts.serves.values()], this.#parts.port);
    if (rules === undefined) await this.#parts.process.pause();
    else await this.#nft('nft -f -', rules);
    this.#record({ kind: 'fault.injected', fault, target: this.name });
    await this.#verify(fault, 'in-force', (result) => inForce(fault, result));
  }

  async heal(): Promise<void> {
    const fault = this.#fault;
    if (fault === undefined) return;
    this.#fault = undefined;
    if (fault === 'paused') await this.#parts.process.resume();
    else await this.#nft(FORGET_RULES, '');
    await this.#verify(fault, 'gone', isGone);
    this.#record({ kind: 'fault.healed', fault, target: this.name });
  }

  /** Asks for an undeclared destination from each zone that it serves. */
  async probe(target = UNDECLARED): Promise<ProbeResult[]> {
    const results = await Promise.all(
      [...this.#parts.serves].map(async ([zone, address]) => {
        const prober = this.#parts.probers.get(zone);
        if (prober === undefined)
          throw new LabError('lab', `no node of ours is in zone ${zone}`, 'the topology is wrong');
        return runProbes(
          prober,
          [{ id: zone, kind: 'connect', address, port: this.#parts.port, text: target }],
          { seconds: PROBE_SECONDS },
        );
      }),
    );
    return results.flat();
  }

  /** Ends it in order, also when it is paused, and reads its log to the end. */
  async finish(): Promise<void> {
    if (this.#fault === 'paused') await this.#parts.process.resume();
    await this.#parts.process.finish();
  }

  async #verify(
    fault: RelayFault,
    state: 'in-force' | 'gone',
    as: (result: ProbeResult) => boolean,
  ): Promise<void> {
    let results: ProbeResult[] = [];
    for (let tries = 0; tries < TRIES; tries++) {
      results = await this.probe();
      if (results.every(as)) {
        const detail = results
          .map(({ id, outcome, detail }) => `${id}: ${outcome} ${detail}`.trim())
          .join('; ');
        this.#record({ kind: 'fault.verified', fault, target: this.name, state, detail });
        return;
      }
    }
    const error = notVerified(`fault ${fault} being ${state}`, this.name, results);
    this.#record({ kind: 'lab.failed', blame: error.blame, what: error.what, cause: error.why });
    throw error;
  }

  async #nft(command: string, input: string): Promise<void> {
    const { exit, stderr } = await this.#parts.container.run(['sh', '-c', command], { input });
    if (exit !== 0) throw new LabError('relay', `the relay's packet filter took no rules`, stderr.trim());
  }

  #record(observation: Parameters<Recorder['record']>[1]): void {
    this.#parts.recorder.record('lab', observation);
  }
}

/** What a node of ours in a zone sees of the relay. Every look is bounded, and none involves the product. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { StartedContainer } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import type { RelayAccess } from '../lab-types.ts';
import { runProbes } from '../probes.ts';
import type { ProbeResult } from '../probes.ts';
import { ask } from '../relays/ask.ts';
import type { Answer } from '../relays/ask.ts';
import { SINK_PORT } from './rules.ts';

const MEASURE = readFileSync(new URL('./measure.pl', import.meta.url), 'utf8');
/** Silence is believed after so long; an answer comes within milliseconds. */
const SECONDS = 1;
const EXISTS = 'rcode 0';
const NO_SUCH_NAME = 'rcode 3';
/** beyond a measurement's own bounds: time to start on a busy machine */
const SPARE_MS = 40_000;

export class Eye {
  readonly zone: string;
  /** asked for by this eye and by nobody else, so that its requests are known in a log */
  readonly target = `${randomBytes(6).toString('hex')}.undeclared.outside.example:443`;
  readonly #from: StartedContainer;
  readonly #relay: RelayAccess;
  readonly #resolver: string;

  /** `from`: our node in `zone`; `resolver`: the address of the zone's resolver */
  constructor(zone: string, from: StartedContainer, relay: RelayAccess, resolver: string) {
    this.zone = zone;
    this.#from = from;
    this.#relay = relay;
    this.#resolver = resolver;
  }

  get address(): string {
    return this.#relay.address.split(':')[0] ?? '';
  }

  /** Asks for an undeclared destination: a relay that works says no. */
  ask(): Promise<Answer> {
    return ask(this.#from, { relay: this.#relay, to: this.target, seconds: SECONDS, as: 'tunnel' });
  }

  ping(): Promise<ProbeResult> {
    return this.#probe('icmp', this.address, 0, `ping-${this.target}`);
  }

  /** Throws LabError if the zone's resolver gives no answer at all. */
  async knowsName(): Promise<boolean> {
    const { outcome, detail } = await this.#probe('dns', this.#resolver, 53, this.#relay.name);
    if (outcome === 'answered' && (detail === EXISTS || detail === NO_SUCH_NAME)) return detail === EXISTS;
    throw new LabError(
      'resolver',
      `the resolver of zone ${this.zone} did not answer`,
      `${outcome} ${detail}`,
    );
  }

  /** One line of measure.pl. */
  async measure(what: 'echoes' | 'upload' | 'rate' | 'idle', amount: number): Promise<string> {
    const argv = ['perl', '-e', MEASURE, what, this.address, String(SINK_PORT), String(amount)];
    const { stdout, stderr, timedOut } = await this.#from.run(argv, {
      timeoutMs: SPARE_MS + amountMs(what, amount),
    });
    if (timedOut || stdout === '')
      throw new LabError('lab', `measuring the way to relay ${this.#relay.name} failed`, stderr.trim());
    return stdout.trim();
  }

  async #probe(kind: 'icmp' | 'dns', address: string, port: number, text: string): Promise<ProbeResult> {
    const [result] = await runProbes(this.#from, [{ id: this.zone, kind, address, port, text }], {
      seconds: SECONDS,
    });
    if (result === undefined || result.outcome === 'absent')
      throw new LabError(
        'lab',
        `nobody in zone ${this.zone} may send ${kind}`,
        'the node has no right to it',
      );
    return result;
  }
}

const amountMs = (what: string, amount: number): number =>
  what === 'rate' || what === 'idle' ? amount * 2000 : 0;

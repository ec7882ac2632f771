/** A running lab: what steps hold in their hands. */
import type { Nodes } from './bring-up.ts';
import type { Estate } from './estate.ts';
import type { Ground } from './starters.ts';
import { attemptEscapes } from './closure/proof.ts';
import { LabError, LabNotClosed } from './errors.ts';
import type { ProbeFinding } from './errors.ts';
import type { StartedLab } from './lab-types.ts';
import type { AppProcess } from './nodes/app.ts';
import type { EndpointNode } from './nodes/endpoint.ts';
import type { RelayNode } from './nodes/relay-node.ts';
import type { Outcome } from './probes.ts';

export class Lab implements StartedLab {
  readonly id: string;
  readonly #ground: Ground;
  readonly #nodes: Nodes;
  readonly #estate: Estate;
  readonly #watchdog: Disposable;
  #firstProof: Promise<void> | undefined;
  #evidence: Promise<void> | undefined;
  #disposed: Promise<void> | undefined;

  constructor(ground: Ground, nodes: Nodes, estate: Estate, watchdog: Disposable) {
    this.id = ground.id;
    this.#ground = ground;
    this.#nodes = nodes;
    this.#estate = estate;
    this.#watchdog = watchdog;
    this.#firstProof = this.#prove(nodes.proof);
    this.#firstProof.catch(() => undefined);
  }

  endpoint(name?: string): EndpointNode {
    return pick('endpoint', this.#nodes.endpoints, name);
  }
  relay(name?: string): RelayNode {
    return pick('relay', this.#nodes.relays, name);
  }
  app(name: string): AppProcess {
    return pick('app', this.#nodes.apps, name);
  }
  async knock(outsider: string, endpoint: string, port: number, text: string): Promise<Outcome> {
    const { address } = this.endpoint(endpoint);
    if (address === null)
      throw new LabError('harness', `knocking at ${endpoint}`, 'it is on no network, so it has no address');
    return pick('outsider', this.#nodes.outsiders, outsider).knock(address, port, text);
  }

  /** The first call gives the result of the proof that ran beside the start; later ones prove it again. */
  async proveClosed(): Promise<void> {
    const first = this.#firstProof;
    this.#firstProof = undefined;
    await (first ?? this.#prove(attemptEscapes(this.#ground, this.#nodes, Promise.resolve())));
  }

  async finishEvidence(): Promise<void> {
    this.#evidence ??= this.#finish();
    await this.#evidence;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    await this.#disposed;
  }

  async #dispose(): Promise<void> {
    const failed = await this.finishEvidence().catch((cause: unknown) => cause);
    // Stopping an app in order lets it say what it has not yet said.
    await Promise.allSettled([...this.#nodes.apps.values()].map((app) => app.finish()));
    this.#watchdog[Symbol.dispose]();
    await this.#estate[Symbol.asyncDispose]();
    if (failed instanceof Error) throw failed;
  }

  /** Captures first: when the relay goes away, a product may rightly do what a check forbids while it is there. */
  async #finish(): Promise<void> {
    await this.#firstProof?.catch(() => undefined);
    const captures = await Promise.allSettled(
      [...this.#nodes.endpoints.values()].map((endpoint) => endpoint.finishEvidence()),
    );
    // A fault of a relay may have changed a resolver, which takes that back before it ends.
    const relays = await Promise.allSettled([...this.#nodes.relays.values()].map((relay) => relay.finish()));
    const logs = await Promise.allSettled([
      ...[...this.#nodes.gateways.values()].map(({ process }) => process.finish()),
      ...[...this.#nodes.outsiders.values()].map((outsider) => outsider.finish()),
    ]);
    const failures = [...captures, ...relays, ...logs].filter((result) => result.status === 'rejected');
    for (const { reason } of failures) this.#recordFailure(reason);
    if (failures[0] !== undefined) throw failures[0].reason as Error;
  }

  #recordFailure(reason: unknown): void {
    const error =
      reason instanceof LabError
        ? reason
        : new LabError('harness', 'evidence could not be read to its end', String(reason));
    this.#ground.spec.recorder.record('lab', {
      kind: 'lab.failed',
      blame: error.blame,
      what: error.what,
      cause: error.why,
    });
  }

  async #prove(findings: Promise<ProbeFinding[]>): Promise<void> {
    const probes = await findings;
    this.#ground.spec.recorder.record('lab', { kind: 'lab.closed', probes });
    if (probes.some(({ blocked, arrivesInControl }) => !blocked || !arrivesInControl))
      throw new LabNotClosed(this.id, probes);
  }
}

function pick<T>(kind: string, from: ReadonlyMap<string, T>, name: string | undefined): T {
  const found = name === undefined ? (from.size === 1 ? [...from.values()][0] : undefined) : from.get(name);
  if (found === undefined)
    throw new Error(
      `There is no ${kind} ${name ?? 'without a name'} in this lab. Use one of: ${[...from.keys()].join(', ')}.`,
    );
  return found;
}

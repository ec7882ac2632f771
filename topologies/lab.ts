/** A running lab: what steps hold in their hands. */
import { randomInt } from 'node:crypto';
import type { Estate, Ground, Nodes } from './bring-up.ts';
import { compareNetworks, tryToEscape } from './closure/closure.ts';
import type { Neighbour } from './closure/closure.ts';
import { gatewayProbe } from './closure/control.ts';
import { together } from './deadline.ts';
import { LabError, LabNotClosed } from './errors.ts';
import type { ProbeFinding } from './errors.ts';
import type { StartedLab } from './lab-types.ts';
import type { AppProcess } from './nodes/app.ts';
import type { EndpointNode } from './nodes/endpoint.ts';
import type { RelayNode } from './nodes/relay-node.ts';
import { runProbes } from './probes.ts';
import type { Probe } from './probes.ts';

/** An ordinary user that every base has. */
const NOBODY = 'nobody';

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

  /** Begins the proof, so that it runs beside the rest of the start; its result is `proveClosed`'s. */
  beginProof(): void {
    this.#firstProof = this.#prove();
    this.#firstProof.catch(() => undefined);
  }

  async proveClosed(): Promise<void> {
    const begun = this.#firstProof ?? this.#prove();
    this.#firstProof = undefined;
    await begun;
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
    const logs = await Promise.allSettled([
      ...[...this.#nodes.relays.values()].map((relay) => relay.finish()),
      ...[...this.#nodes.gateways.values()].map(({ process }) => process.finish()),
    ]);
    const failures = [...captures, ...logs].filter((result) => result.status === 'rejected');
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

  async #prove(): Promise<void> {
    const [escapes, networks] = await together([this.#escapes(), this.#networksAsPlanned()]);
    const probes = [...this.#gateways(), ...(networks ?? []), ...(escapes ?? [])];
    this.#ground.spec.recorder.record('lab', { kind: 'lab.closed', probes });
    if (probes.some(({ blocked, arrivesInControl }) => !blocked || !arrivesInControl))
      throw new LabNotClosed(this.id, probes);
  }

  /** Every zone is sealed, so from every endpoint everything outside must fail; from a closed zone the others, too. */
  async #escapes(): Promise<ProbeFinding[]> {
    const tag = randomInt(0x1000000, 0x10000000).toString(16);
    const attempts = [...this.#nodes.endpoints.values()].flatMap((endpoint, i) => {
      if (endpoint.zone === null) return [];
      const vantages = [
        { name: `${endpoint.name}'s namespace`, container: endpoint.holder },
        { name: endpoint.name, container: endpoint.body, user: NOBODY },
      ];
      const closed = this.#ground.topology.zones[endpoint.zone]?.kind === 'closed';
      const neighbours = closed ? this.#neighbours(endpoint.zone, `${tag}n${i}.outside.example`) : [];
      return [tryToEscape({ vantages, control: this.#ground.control, neighbours, tag: `${tag}n${i}` })];
    });
    return (await together(attempts)).flat();
  }

  /** Resolver and apps of the other zones; the same is tried from inside their own zone as the control. */
  #neighbours(from: string, nonce: string): Neighbour[] {
    return [...this.#nodes.plan.zones.values()].flatMap((zone) => {
      const inside = this.#nodes.gateways.get(zone.name);
      if (zone.name === from || inside === undefined) return [];
      const apps = Object.entries(this.#ground.topology.apps).filter(([, app]) => app.zone === zone.name);
      const probe = (
        id: string,
        kind: Probe['kind'],
        address: string,
        port: number,
        text: string,
      ): Probe => ({
        id: `${zone.name}-${id}`,
        kind,
        address,
        port,
        text,
      });
      const probes = [
        probe('resolver-udp', 'dns', zone.resolver, 53, nonce),
        probe('resolver-tcp', 'tcp', zone.resolver, 53, nonce),
        ...apps.flatMap(([name, app]) => {
          const address = this.#nodes.plan.addressOf(name, app.zone);
          return [
            probe(`${name}-tcp`, 'tcp', address, 443, nonce),
            probe(`${name}-icmp`, 'icmp', address, 0, nonce),
          ];
        }),
      ];
      const control = runProbes(inside.container, probes, { seconds: 1 });
      control.catch(() => undefined);
      return probes.map((one) => ({ probe: one, control }));
    });
  }

  #gateways(): ProbeFinding[] {
    const seen = this.#ground.control.arriving.get('gateway-address');
    return [...this.#nodes.gateways].map(([zone, { process }]) => ({
      probe: `${gatewayProbe('').id} of ${zone}`,
      target: this.#nodes.plan.zone(zone).gateway,
      arrivesInControl: seen?.arrives ?? false,
      blocked: !process.addressTaken,
      detail: process.addressTaken
        ? 'somebody outside of the lab answers for it'
        : 'nobody answered for it before our node took it',
    }));
  }

  #networksAsPlanned(): Promise<ProbeFinding[]> {
    const name = (zone: string): string => this.#nodes.networks.get(zone)?.name ?? zone;
    return compareNetworks(
      this.#nodes.placed.map(({ name: node, container, zones }) => ({
        name: node,
        container,
        networks: zones().map(name),
      })),
    );
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

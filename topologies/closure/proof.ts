/** All attempts to get out of one lab, and what they found. */
import { randomInt } from 'node:crypto';
import type { Gateway, Ground, Placed } from '../starters.ts';
import { together } from '../deadline.ts';
import { LabError, type ProbeFinding } from '../errors.ts';
import type { EndpointNode } from '../nodes/endpoint.ts';
import type { AddressPlan } from '../plan.ts';
import { runProbes } from '../probes.ts';
import type { Probe } from '../probes.ts';
import { compareNetworks, tryToEscape } from './closure.ts';
import type { Neighbour } from './closure.ts';
import { gatewayProbe } from './control.ts';

/** An ordinary user that every base has. */
const NOBODY = 'nobody';
const SECONDS = 1;

export interface Premises {
  readonly plan: AddressPlan;
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly endpoints: ReadonlyMap<string, EndpointNode>;
  /** grows until everything is started */
  readonly placed: readonly Placed[];
}

/**
 * Waits until `everything` is started: an address that nobody holds yet is reached from nowhere. An address in
 * another zone is tried from inside that zone as the control.
 */
export async function attemptEscapes(
  ground: Ground,
  lab: Premises,
  everything: Promise<unknown>,
): Promise<ProbeFinding[]> {
  await everything;
  const found = await together([fromEachEndpoint(ground, lab), compareNetworks(lab.placed)]);
  const broken = ground.control.broken();
  if (broken !== undefined)
    throw new LabError('lab', 'the proof of closure', `the open control lab is broken: ${broken}`);
  return [...gatewayAddresses(ground, lab), ...found.flat()];
}

/** Every zone is sealed: everything outside must fail, and from a closed zone the other zones, too. */
async function fromEachEndpoint({ control, topology }: Ground, lab: Premises): Promise<ProbeFinding[]> {
  const run = randomInt(0x1000000, 0x10000000).toString(16);
  const attempts = [...lab.endpoints.values()].flatMap((endpoint, i) => {
    if (endpoint.zone === null) return [];
    const vantages = [
      { name: `${endpoint.name}'s namespace`, container: endpoint.holder },
      { name: endpoint.name, container: endpoint.body, user: NOBODY },
    ];
    const tag = `${run}n${i}`;
    const closed = topology.zones[endpoint.zone]?.kind === 'closed';
    const neighbours = closed ? otherZones(topology.apps, lab, endpoint.zone, `${tag}.outside.example`) : [];
    return [tryToEscape({ vantages, control, tag, neighbours })];
  });
  return (await together(attempts)).flat();
}

function otherZones(
  apps: Ground['topology']['apps'],
  lab: Premises,
  from: string,
  nonce: string,
): Neighbour[] {
  return [...lab.plan.zones.values()].flatMap((zone) => {
    const inside = lab.gateways.get(zone.name);
    if (zone.name === from || inside === undefined) return [];
    // Under the same addresses the zone itself would answer; then what is below is what has to be out of reach.
    const resolver = lab.plan.engineAddress(zone.name, zone.resolver);
    const probe = (id: string, kind: Probe['kind'], address: string, port: number): Probe => ({
      id: `${zone.name}-${id}`,
      kind,
      address,
      port,
      text: nonce,
    });
    const probes = [
      probe('resolver-udp', 'dns', resolver, 53),
      probe('resolver-tcp', 'tcp', resolver, 53),
      ...Object.keys(apps)
        .filter((name) => apps[name]?.zone === zone.name)
        .flatMap((name) => {
          const address = lab.plan.addressOf(name, zone.name);
          return [probe(`${name}-tcp`, 'tcp', address, 443), probe(`${name}-icmp`, 'icmp', address, 0)];
        }),
    ];
    const control = runProbes(inside.container, probes, { seconds: SECONDS });
    control.catch(() => undefined);
    return probes.map((one) => ({ probe: one, control }));
  });
}

function gatewayAddresses({ control }: Ground, { plan, gateways }: Premises): ProbeFinding[] {
  const probe = gatewayProbe('');
  const seen = control.arriving.get(probe.id);
  return [...gateways].map(([zone, { process }]) => ({
    probe: `${probe.id} of ${zone}`,
    target: plan.zone(zone).gateway,
    arrivesInControl: seen?.arrives ?? false,
    blocked: !process.addressTaken,
    detail: process.addressTaken
      ? 'somebody outside of the lab answers for it'
      : 'nobody answered for it before our node took it',
  }));
}

/** The strangers and witnesses of a topology, started and looked at. */
import { LabError } from './errors.ts';
import { Outsider } from './nodes/outsider.ts';
import type { OutsiderSpec } from './nodes/outsider.ts';
import { runProbes } from './probes.ts';
import type { Probe } from './probes.ts';
import { startNode } from './starters.ts';
import type { Gateway, Site } from './starters.ts';

const PROBE_SECONDS = 2;
const TRIES = 5;

export const outsidersOf = ({ topology }: Pick<Site, 'topology'>): string[] => [
  ...Object.keys(topology.strangers),
  ...Object.keys(topology.witnesses),
];

type Wanted = Pick<OutsiderSpec, 'role' | 'tcp' | 'udp' | 'signIn' | 'names'> & { readonly zone: string };

function wantedOf({ topology, spec }: Site, name: string): Wanted {
  const stranger = topology.strangers[name];
  const relay = topology.relays[stranger?.at ?? ''];
  const apps = Object.values(spec.apps).flatMap((app) => app.names);
  if (stranger !== undefined && relay !== undefined) {
    const signIn = stranger.signIn !== undefined;
    return { role: 'stranger', zone: stranger.zone, tcp: [relay.port], udp: [], signIn, names: apps };
  }
  const witness = topology.witnesses[name];
  if (witness === undefined)
    throw new LabError('harness', `starting ${name}`, 'the topology has no stranger or witness of that name');
  const { zone, tcp, udp, names } = witness;
  return { role: 'witness', zone, tcp, udp, signIn: false, names };
}

/** Resolves when it was seen hearing: one that is deaf would be silent whatever a product does. */
export async function startOutsider(
  site: Site,
  name: string,
  gateways: ReadonlyMap<string, Promise<Gateway>>,
): Promise<Outsider> {
  const { plan, spec, images } = site;
  const { zone, ...wanted } = wantedOf(site, name);
  const address = plan.addressOf(name, zone);
  const gateway = await gateways.get(zone);
  if (images.outsider === undefined || gateway === undefined)
    throw new LabError('harness', `starting ${name}`, 'there is no image or no gateway for it');
  const container = await startNode(site, {
    name,
    image: images.outsider,
    places: new Map([[zone, address]]),
    capabilities: ['NET_ADMIN'],
  });
  const { resolver, gateway: way } = plan.zone(zone);
  const outsider = await Outsider.start(container, {
    ...wanted,
    name,
    address,
    ours: new Set([resolver, way]),
    recorder: spec.recorder,
    logFile: `${spec.evidence}/${name}.heard.ndjson`,
  });
  await hears(gateway, name, address, wanted);
  return outsider;
}

async function hears(
  { container }: Gateway,
  name: string,
  address: string,
  wanted: Omit<Wanted, 'zone'>,
): Promise<void> {
  const kind: Probe['kind'] = wanted.role === 'stranger' ? 'connect' : 'tcp';
  const probes = wanted.tcp.map((port) => ({
    id: `${name}-${port}`,
    kind,
    address,
    port,
    text: 'self.test:443',
  }));
  let deaf = 'not tried';
  for (let tries = 0; tries < TRIES; tries++) {
    const results = await runProbes(container, probes, { seconds: PROBE_SECONDS });
    const wrong = results.filter(({ detail }) => !detail.startsWith('HTTP/1.1'));
    if (wrong.length === 0) return;
    deaf = wrong.map(({ id, outcome, detail }) => `${id}: ${outcome} ${detail}`).join('; ');
  }
  throw new LabError('lab', `${name} must hear what is sent to it`, deaf);
}

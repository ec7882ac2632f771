/** Before a lab is handed out: does the relay let through what it should, and does each resolver know its names? */
import type { Nodes } from './bring-up.ts';
import { together, within } from './deadline.ts';
import { LabError } from './errors.ts';
import type { LabSpec } from './lab-types.ts';
import type { RelayNode } from './nodes/relay-node.ts';
import { runProbes } from './probes.ts';
import type { Answer } from './relays/ask.ts';
import { passedNames } from './relays/haproxy.ts';
import { parseDestination } from './relays/software.ts';
import { UNDECLARED } from './relays/upkeep.ts';
import type { Topology } from './schema.ts';

/** An app of ours needs half a second until it listens; on a machine that is overloaded it has been 15 s. */
const PATIENCE_MS = 60_000;
/** It answers within milliseconds; a machine that is overloaded must not count as a resolver that is broken. */
const RESOLVER_SECONDS = 5;

export async function selfTest(topology: Topology, nodes: Nodes, spec: LabSpec): Promise<void> {
  const names = new Set(Object.values(spec.apps).flatMap((app) => app.names));
  const speaking = whenTheySpeak(nodes);
  speaking.catch(() => undefined);
  const tests = together([
    ...[...nodes.relays].map(([name, relay]) =>
      testRelay(relay, served(topology, spec, names, name), speaking),
    ),
    ...Object.keys(topology.zones).map((zone) =>
      testResolver(
        nodes,
        zone,
        [...names][0],
        knows(topology, spec, zone, [...names][0]) ? 'rcode 0' : 'rcode 3',
      ),
    ),
  ]);
  // Nobody has to wait for a program that is not there any more.
  await Promise.race([tests, ...[...nodes.apps.values()].map((app) => app.endedEarly())]);
}

/** A destination of an app of ours that this relay lets through: for one that goes by the name, at its own port. */
function served(
  topology: Topology,
  spec: LabSpec,
  names: ReadonlySet<string>,
  relay: string,
): string | undefined {
  const { software, port } = topology.relays[relay] ?? {};
  const own = spec.allow.filter((destination) => names.has(parseDestination(destination).host));
  return own.find((one) => software !== 'haproxy-sni' || parseDestination(one).port === String(port));
}

/** Does a zone's resolver know that name of an app? In a closed zone only as an SNI relay's other name. */
function knows({ zones, relays }: Topology, { allow }: LabSpec, zone: string, name = ''): boolean {
  if (zones[zone]?.resolver === 'app-names') return true;
  return Object.values(relays).some(
    ({ software, serves, port }) =>
      software === 'haproxy-sni' && serves.includes(zone) && passedNames({ allow, port }).includes(name),
  );
}

/** To ask a relay for an app that does not listen yet would only keep the machine from starting it. */
async function whenTheySpeak(nodes: Nodes): Promise<void> {
  const silent = (): LabError =>
    new LabError('cloud', 'an app must say that it listens', `it said nothing within ${PATIENCE_MS} ms`);
  await within(PATIENCE_MS, together([...nodes.apps.values()].map((app) => app.speaks())), silent);
}

async function testRelay(
  relay: RelayNode,
  served: string | undefined,
  speaking: Promise<void>,
): Promise<void> {
  await together([
    refusesUndeclared(relay),
    ...(served === undefined ? [] : [speaking.then(() => untilLetThrough(relay, served))]),
  ]);
}

async function refusesUndeclared(relay: RelayNode): Promise<void> {
  const refused = ({ outcome, through }: Answer): boolean => outcome === 'answered' && !through;
  expectAll(`relay ${relay.name} must refuse ${UNDECLARED}`, await relay.ask(UNDECLARED), refused);
}

async function untilLetThrough(relay: RelayNode, served: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  let answers = await relay.ask(served);
  while (![...answers.values()].every(({ through }) => through) && performance.now() < end)
    answers = await relay.ask(served);
  expectAll(`relay ${relay.name} must let ${served} through`, answers, ({ through }) => through);
}

function expectAll(
  what: string,
  answers: ReadonlyMap<string, Answer>,
  as: (answer: Answer) => boolean,
): void {
  const wrong = [...answers].filter(([, answer]) => !as(answer));
  if (wrong.length === 0) return;
  const seen = wrong
    .map(([zone, { outcome, detail }]) => `from ${zone}: ${outcome} ${detail}`.trim())
    .join('; ');
  throw new LabError('relay', what, `${seen}. Look at the relay's and the app's log in the evidence.`);
}

async function testResolver(
  nodes: Nodes,
  zone: string,
  name: string | undefined,
  expected: string,
): Promise<void> {
  const gateway = nodes.gateways.get(zone);
  if (gateway === undefined || name === undefined) return;
  const address = nodes.plan.zone(zone).resolver;
  const [result] = await runProbes(
    gateway.container,
    [{ id: zone, kind: 'dns', address, port: 53, text: name }],
    { seconds: RESOLVER_SECONDS },
  );
  if (result?.detail !== expected)
    throw new LabError(
      'resolver',
      `the resolver of zone ${zone} must answer ${expected} for ${name}`,
      `it said: ${result?.outcome ?? ''} ${result?.detail ?? ''}`,
    );
}

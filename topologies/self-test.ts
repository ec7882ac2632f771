/** Before a lab is handed out: does the relay let through what it should, and does each resolver know its names? */
import type { Nodes } from './bring-up.ts';
import { together } from './deadline.ts';
import { LabError } from './errors.ts';
import type { LabSpec } from './lab-types.ts';
import { UNDECLARED } from './nodes/relay-node.ts';
import type { RelayNode } from './nodes/relay-node.ts';
import { runProbes } from './probes.ts';
import type { ProbeResult } from './probes.ts';
import type { Topology } from './schema.ts';

/** An app of ours may need this long until it listens. */
const PATIENCE_MS = 15_000;
/** It answers within milliseconds; a machine that is overloaded must not count as a resolver that is broken. */
const RESOLVER_SECONDS = 5;

export async function selfTest(topology: Topology, nodes: Nodes, spec: LabSpec): Promise<void> {
  const names = new Set(Object.values(spec.apps).flatMap((app) => app.names));
  const served = spec.allow.find((destination) =>
    names.has(destination.slice(0, destination.lastIndexOf(':'))),
  );
  const tests = together([
    ...[...nodes.relays.values()].map((relay) => testRelay(relay, served)),
    ...Object.entries(topology.zones).map(([zone, { resolver }]) =>
      testResolver(nodes, zone, [...names][0], resolver === 'app-names' ? 'rcode 0' : 'rcode 3'),
    ),
  ]);
  // Nobody has to wait for a program that is not there any more.
  await Promise.race([tests, ...[...nodes.apps.values()].map((app) => app.endedEarly())]);
}

async function testRelay(relay: RelayNode, served: string | undefined): Promise<void> {
  await together([
    refusesUndeclared(relay),
    ...(served === undefined ? [] : [untilLetThrough(relay, served)]),
  ]);
}

async function refusesUndeclared(relay: RelayNode): Promise<void> {
  expectAll(`relay ${relay.name} must refuse ${UNDECLARED}`, await relay.probe(), / 403 /);
}

async function untilLetThrough(relay: RelayNode, served: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  let results = await relay.probe(served);
  while (!results.every(({ detail }) => / 200 /.test(detail)) && performance.now() < end)
    results = await relay.probe(served);
  expectAll(`relay ${relay.name} must let ${served} through`, results, / 200 /);
}

function expectAll(what: string, results: readonly ProbeResult[], pattern: RegExp): void {
  const wrong = results.filter(({ detail }) => !pattern.test(`${detail} `));
  if (wrong.length === 0) return;
  const seen = wrong.map(({ id, outcome, detail }) => `from ${id}: ${outcome} ${detail}`).join('; ');
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

/**
 * Seconds until each fault of a relay is in force and seen, and until it is gone and seen gone. What a fault takes
 * by its nature is in it: silence is believed after a second, an idle connection is watched until it is cut, and
 * what flaps is waited for.
 *
 *   npx tsx bench/faults.ts [runs] [topology]
 */
import { rm } from 'node:fs/promises';
import { openEngine } from '../topologies/engine/docker.ts';
import { FaultUnavailable } from '../topologies/errors.ts';
import { createLabFactory } from '../topologies/factory.ts';
import { MemoryHistory, labSpec } from '../topologies/lab-fixture.ts';
import { RELAY_FAULTS } from '../topologies/lab-types.ts';
import type { FaultSettings, Relay, RelayFault } from '../topologies/lab-types.ts';
import { row, timed } from './statistics.ts';

const runs = Number(process.argv[2] ?? 5);
const topology = process.argv[3] ?? 'closed-office';
const SETTINGS: Partial<Record<RelayFault, FaultSettings>> = {
  'idle-cut': { seconds: 1 },
  flapping: { seconds: 0.2, times: 3 },
};

/** Seconds; or why there are none. */
async function measure(relay: Relay, fault: RelayFault): Promise<{ inject: number; heal: number } | string> {
  try {
    const inject = (await timed(() => relay.inject(fault, SETTINGS[fault]))) / 1000;
    return { inject, heal: (await timed(() => relay.heal())) / 1000 };
  } catch (error) {
    if (error instanceof FaultUnavailable) return error.message;
    throw error;
  }
}

async function rows(relay: Relay, fault: RelayFault): Promise<string[]> {
  const times = { inject: [] as number[], heal: [] as number[] };
  for (let index = 0; index < runs; index++) {
    const taken = await measure(relay, fault);
    if (typeof taken === 'string') return [`${fault.padEnd(46)} ${taken}`];
    for (const key of ['inject', 'heal'] as const) times[key].push(taken[key]);
  }
  return [row(`${fault}: in force`, times.inject, 's'), row(`${fault}: gone`, times.heal, 's')];
}

const engine = await openEngine();
const spec = labSpec(topology, new MemoryHistory());
try {
  await using labs = await createLabFactory(engine);
  await using lab = await labs.start(spec);
  // The first round only warms caches.
  await measure(lab.relay(), 'refused');
  for (const fault of RELAY_FAULTS)
    for (const line of await rows(lab.relay(), fault)) process.stdout.write(`${line}\n`);
} finally {
  await engine[Symbol.asyncDispose]();
  await rm(spec.evidence, { recursive: true });
}

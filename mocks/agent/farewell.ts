/**
 * What an uninstall must not leave: the flaw `leaves-heartbeat`. A removal that the cloud has not allowed is told to
 * it by a process of its own, and that one never finds an end. Where the cloud cannot be reached it stays away.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Cloud } from './cloud.ts';
import { loadConfig } from './config.ts';
import { behaviourOf } from './flaws.ts';
import { storedIdentity } from './identity.ts';
import { Link } from './link.ts';
import { NODE, type Places } from './places.ts';
import { Relays } from './relays.ts';

const EVERY_MS = 1000;
const TIMES = 120;

/** Resolves when it has what it needs from the files that are about to be removed. */
export async function leaveFarewell(places: Places): Promise<void> {
  const child = spawn(NODE, [places.program, 'farewell'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    cwd: '/',
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  child.stdout.destroy();
  child.unref();
}

/** Ends when the cloud does not take a heartbeat: so it does not outlive a new installation either. */
export async function sayFarewell(places: Places): Promise<void> {
  const config = loadConfig(places);
  const behaviour = behaviourOf(config.flaw);
  const link = new Link({
    ...{ cloud: config.cloud, update: null, ca: config.cloudCa, connectivity: config.connectivity },
    ...{ relays: new Relays(places, config, behaviour).now, from: null, behaviour },
    trust: { accepts: behaviour.certificates, askRevocation: null },
    packs: config.packed,
  });
  const cloud = new Cloud(link, storedIdentity(places));
  const tell = () => cloud.heartbeat({ sentAt: Date.now(), policyRevision: 0, queued: 0, dropped: 0 });
  try {
    await tell();
    process.stdout.write('the cloud has been told\n');
    for (let times = 0; times < TIMES; times++) {
      await delay(EVERY_MS);
      await tell();
    }
  } catch {
    // The cloud cannot be told: there is nothing that it would be left for.
  } finally {
    link.close();
  }
}

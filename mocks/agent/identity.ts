/** Who this endpoint is: the same over restart, move and reinstall, another on a copy with another name. */
import { createHash } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Identity } from '../cloud/protocol/types.ts';
import { readIfThere, readState } from './files.ts';
import type { Places } from './places.ts';

/**
 * What no honest agent adds to it: `life`, how often it has begun anew; `installation`, what a careless upgrade has left.
 */
export function machineId({
  life = 0,
  installation = '',
}: { life?: number; installation?: string | undefined } = {}): string {
  const system = (readIfThere('/etc/machine-id') ?? '').trim();
  // Endpoints made from one image have the same machine-id; their names differ.
  return createHash('sha256')
    .update(`heiiki-edr ${system} ${hostname()}${life > 0 ? ` ${life}` : ''}${installation}`)
    .digest('hex')
    .slice(0, 32);
}

export function firstAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return all.find((entry) => entry.family === 'IPv4' && !entry.internal)?.address ?? null;
}

/** null: the cloud does not know this endpoint yet. */
export function storedIdentity(places: Places): Identity | null {
  const { agentId, key } = readState(join(places.state, 'identity.json')) ?? {};
  return typeof agentId === 'string' && typeof key === 'string' ? { agentId, key } : null;
}

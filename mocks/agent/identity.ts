/** Who this endpoint is: the same over restart, move and reinstall, another on a copy with another name. */
import { createHash } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { readIfThere } from './files.ts';

/** `life`: how often it has begun anew, which no honest agent does. */
export function machineId(life = 0): string {
  const system = (readIfThere('/etc/machine-id') ?? '').trim();
  // Endpoints made from one image have the same machine-id; their names differ.
  return createHash('sha256')
    .update(`heiiki-edr ${system} ${hostname()}${life > 0 ? ` ${life}` : ''}`)
    .digest('hex')
    .slice(0, 32);
}

export function firstAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return all.find((entry) => entry.family === 'IPv4' && !entry.internal)?.address ?? null;
}

/** Who this endpoint is: the same over restart, move and reinstall, another on a copy with another name. */
import { createHash } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Cloud, Credentials } from './cloud.ts';
import { readIfThere, readState } from './files.ts';
import type { Behaviour } from './flaws.ts';
import type { Link } from './link.ts';
import type { Places } from './places.ts';

/**
 * Who it says it is when it enrols. What the broken ones take for the machine is where it stands, when they came, how
 * often they have begun anew (`life`), or what a careless upgrade has left.
 */
export function machineIdBy(style: Behaviour['identity'], places: Places, life = 0): string {
  const upgraded = readIfThere(join(places.state, 'installation')) ?? '';
  return machineId(`${life > 0 ? ` ${life}` : ''}${upgraded}${saltOf(style, places)}`);
}
function saltOf(style: Behaviour['identity'], { program }: Places): string {
  switch (style) {
    case 'of-the-machine':
      return '';
    case 'new-when-moved':
      return firstAddress() ?? '';
    case 'new-at-install':
      return String(statSync(program).mtimeMs);
  }
}
function machineId(salt: string): string {
  const system = (readIfThere('/etc/machine-id') ?? '').trim();
  // Endpoints made from one image have the same machine-id; their names differ.
  return createHash('sha256').update(`heiiki-edr ${system} ${hostname()}${salt}`).digest('hex').slice(0, 32);
}

export function addresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return all.filter((entry) => entry.family === 'IPv4' && !entry.internal).map(({ address }) => address);
}
export const firstAddress = (): string | null => addresses()[0] ?? null;

/** null: the cloud does not know this endpoint yet. */
export function storedIdentity(places: Places): Credentials | null {
  const { agentId, key } = readState(fileOf(places)) ?? {};
  return typeof agentId === 'string' && typeof key === 'string' ? { agentId, key } : null;
}
export const forgetIdentity = (places: Places): void => rmSync(fileOf(places), { force: true });
const fileOf = ({ state }: Places): string => join(state, 'identity.json');
/** With another address it enrols again. */
export function forgetIdentityAfterMoves(link: Link, cloud: Cloud): void {
  let address = firstAddress();
  link.on('switched', () => {
    if (firstAddress() === address) return;
    address = firstAddress();
    cloud.identity = null;
  });
}

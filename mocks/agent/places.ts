/** Where things are on the endpoint. */
import { join } from 'node:path';
import { readIfThere } from './files.ts';

/** `version`: of this program; an upgrade to another number is told by a file beside it. */
export const PRODUCT = { name: 'heiiki-edr', vendor: 'heiiki', version: '1.0.0' } as const;
export const NODE = '/usr/local/bin/node';

export interface Places {
  /** removed as a whole by an uninstall */
  readonly home: string;
  /** what the image brings: the installation medium */
  readonly medium: string;
  readonly bootScript: string;
  readonly program: string;
  readonly sensor: string;
  /** what the cloud hands out of a version; the version that is told is that of this file */
  readonly release: string;
  /** what an upgrade has made of it */
  readonly version: string;
  readonly command: string;
  readonly config: string;
  readonly sealedConfig: string;
  /** gone after a boot */
  readonly configUntilBoot: string;
  /** the secret of the relay's account, root's alone and in no other file */
  readonly relaySecret: string;
  /** is there while nobody may work here by the cloud's shell */
  readonly shellForbidden: string;
  readonly state: string;
  /** is there while the endpoint is isolated */
  readonly isolated: string;
  readonly log: string;
  readonly socket: string;
  readonly guard: string;
  readonly guardPid: string;
  /** its other end is the guard's: who reads its end is unguarded */
  readonly leash: string;
  readonly pid: string;
}

export function placesBelow(root = '/'): Places {
  const home = join(root, 'opt/heiiki-edr');
  return {
    home,
    medium: join(root, 'usr/share/heiiki-edr'),
    bootScript: join(root, 'etc/boot.d/heiiki-edr'),
    program: join(home, 'lib/agent.mjs'),
    sensor: join(home, 'lib/execwatch'),
    release: join(home, 'lib/release'),
    version: join(home, 'lib/version'),
    command: join(home, 'bin/heiiki-edr'),
    config: join(home, 'etc/config.json'),
    sealedConfig: join(home, 'etc/config.sealed'),
    configUntilBoot: join(root, 'run/heiiki-edr.json'),
    relaySecret: join(home, 'etc/relay-secret'),
    shellForbidden: join(home, 'etc/shell-forbidden'),
    state: join(home, 'var'),
    isolated: join(home, 'var/isolated'),
    log: join(home, 'var/agent.log'),
    socket: join(home, 'run/control.sock'),
    guard: join(home, 'lib/guard'),
    guardPid: join(home, 'run/guard'),
    leash: join(home, 'run/leash'),
    pid: join(home, 'run/pid'),
  };
}

export const versionOf = (places: Pick<Places, 'version'>): string =>
  readIfThere(places.version)?.trim() || PRODUCT.version;

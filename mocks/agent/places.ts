/** Where things are on the endpoint. */
import { join } from 'node:path';

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
  readonly command: string;
  readonly config: string;
  readonly sealedConfig: string;
  /** the secret of the relay's account, root's alone and in no other file */
  readonly relaySecret: string;
  readonly state: string;
  /** is there while the endpoint is isolated */
  readonly isolated: string;
  readonly log: string;
  readonly socket: string;
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
    command: join(home, 'bin/heiiki-edr'),
    config: join(home, 'etc/config.json'),
    sealedConfig: join(home, 'etc/config.sealed'),
    relaySecret: join(home, 'etc/relay-secret'),
    state: join(home, 'var'),
    isolated: join(home, 'var/isolated'),
    log: join(home, 'var/agent.log'),
    socket: join(home, 'run/control.sock'),
    pid: join(home, 'run/pid'),
  };
}

/** What an agent of the system must not do: the flaw `takes-proxy-of-users`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from './files.ts';
import { readRelay, type RelayAddress } from './transport/relay.ts';

const SETTING = /^\s*(?:export\s+)?https_proxy=["']?([^"'\s]+)/im;

/** The proxy that the first of the users has set in his profile. */
export function proxyOfUsers(homes = '/home'): RelayAddress | undefined {
  for (const user of readdirSync(homes)) {
    const found = SETTING.exec(readIfThere(join(homes, user, '.profile')) ?? '')?.[1];
    const relay = found === undefined ? undefined : readRelay(found);
    if (relay) return relay;
  }
  return undefined;
}

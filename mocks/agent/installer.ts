/** Puts the agent on the endpoint. It does not wait for the cloud: the service enrols when it can. */
import { randomUUID } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ConfigError,
  isConnectivity,
  isProtection,
  loadConfig,
  parseCloud,
  saveConfig,
  saveRelaySecret,
  type Config,
} from './config.ts';
import { messageOf, writeWhole } from './files.ts';
import { behaviourOf, isFlaw } from './flaws.ts';
import { writeGuard } from './guard.ts';
import { firstAddress } from './identity.ts';
import { NODE, PRODUCT, type Places } from './places.ts';
import { hashSecret } from './protection.ts';
import { authority, readRelayOptions, RELAY_OPTIONS, type GivenRelay } from './relay-options.ts';
import { halt, launch } from './service.ts';
import { setSystemProxy } from './system-proxy.ts';

const OPTIONS = {
  relay: { type: 'string', default: 'none' },
  ...RELAY_OPTIONS,
  cloud: { type: 'string' },
  update: { type: 'string' },
  token: { type: 'string' },
  ca: { type: 'string' },
  connectivity: { type: 'string', default: 'relay-preferred' },
  protection: { type: 'string', default: 'none' },
  secret: { type: 'string' },
  queue: { type: 'string', default: '10000' },
  events: { type: 'string', default: '5000' },
  sealed: { type: 'boolean', default: false },
  packed: { type: 'boolean', default: false },
  defect: { type: 'string' },
} as const;

export interface Given {
  readonly config: Config;
  /** of the account at the relay */
  readonly relaySecret: string | null;
}

/** The configuration that these arguments mean. Throws ConfigError. */
export function configFrom(args: readonly string[]): Given {
  const given = parsed(args);
  const { connectivity, protection, defect } = given;
  if (!isConnectivity(connectivity))
    throw new ConfigError(
      `--connectivity ${connectivity} is unknown`,
      'use relay-preferred, relay-only or direct-only',
    );
  if (!isProtection(protection))
    throw new ConfigError(
      `--protection ${protection} is unknown`,
      'use local-secret, prefetched-token, cloud-policy or none',
    );
  if (defect !== undefined && !isFlaw(defect))
    throw new ConfigError(`--defect ${defect} is unknown`, 'see mocks/agent/flaws.ts');
  if (protection === 'local-secret' && (given.secret ?? '') === '')
    throw new ConfigError('--protection local-secret has no secret', 'add --secret');
  const { settings, secret }: GivenRelay = readRelayOptions(given.relay, given);
  if (settings.pac !== null && connectivity === 'relay-only')
    throw new ConfigError(
      '--relay-pac and --connectivity relay-only exclude each other',
      'name the relays, as a proxy.pac may not be there',
    );
  const config: Config = {
    cloud: parseCloud(needed('cloud', given.cloud)),
    update: given.update === undefined ? null : parseCloud(given.update),
    cloudCa: authority('ca', needed('ca', given.ca)),
    token: needed('token', given.token),
    connectivity,
    ...settings,
    protection,
    secret: protection === 'local-secret' ? hashSecret(needed('secret', given.secret)) : null,
    queue: amount('queue', given.queue, 'findings'),
    events: amount('events', given.events, 'events'),
    sealed: given.sealed,
    packed: given.packed,
    firstAddress: firstAddress(),
    flaw: defect ?? null,
  };
  return { config, relaySecret: secret };
}
function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (cause) {
    throw new ConfigError(
      messageOf(cause),
      `the options are ${Object.keys(OPTIONS)
        .map((name) => `--${name}`)
        .join(' ')}`,
    );
  }
}
function amount(name: string, given: string, of: string): number {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1)
    throw new ConfigError(`--${name} ${given} is no number of ${of}`, 'give a whole number from 1');
  return number;
}
function needed(name: string, value: string | undefined): string {
  if (value === undefined || value === '')
    throw new ConfigError(`--${name} is missing`, 'add it to the install command');
  return value;
}
export async function install(places: Places, args: readonly string[]): Promise<void> {
  const { config, relaySecret } = configFrom(args);
  await halt(places, 3000);
  copyProgram(places);
  rmSync(places.version, { force: true });
  writeRelease(places, PRODUCT.version);
  saveConfig(places, config);
  saveRelaySecret(places, relaySecret);
  writeScript(places.command, `exec ${NODE} ${places.program} "$@"`);
  writeScript(places.bootScript, `exec ${places.command} start`);
  if (behaviourOf(config.flaw).setsSystemProxy && config.relay !== null) setSystemProxy(config.relay);
  launch(places);
}
/** The newer version takes the place of the old one; configuration and state stay. */
export async function upgrade(places: Places, args: readonly string[]): Promise<void> {
  if (!existsSync(places.config)) throw new ConfigError('the agent is not installed', 'use install');
  const { values } = parseArgs({ args: [...args], options: { version: { type: 'string' } }, strict: true });
  const version = needed('version', values.version);
  await halt(places, 3000);
  copyProgram(places);
  writeRelease(places, version);
  writeWhole(places.version, `${version}\n`);
  forget(places);
  launch(places);
}

/** What the upgrade of a careless maker does not keep. */
function forget(places: Places): void {
  const config = loadConfig(places);
  const { keepsIdentity, keepsQueue, keepsProtection, keepsSecret } = behaviourOf(config.flaw).upgrade;
  if (!keepsIdentity) {
    rmSync(join(places.state, 'identity.json'), { force: true });
    writeWhole(join(places.state, 'installation'), randomUUID());
  }
  if (!keepsQueue) rmSync(join(places.state, 'queue.jsonl'), { force: true });
  if (!keepsProtection) saveConfig(places, { ...config, protection: 'none', secret: null });
  // Of another secret that nobody knows.
  if (!keepsSecret && config.secret !== null)
    saveConfig(places, { ...config, secret: { ...config.secret, salt: randomUUID() } });
}

function copyProgram(places: Places): void {
  mkdirSync(dirname(places.program), { recursive: true });
  copyFileSync(join(places.medium, 'agent.mjs'), places.program);
  copyFileSync(join(places.medium, 'execwatch'), places.sensor);
  chmodSync(places.sensor, 0o755);
  writeGuard(places);
}
const writeRelease = (places: Places, version: string): void =>
  writeWhole(places.release, `release ${version}\n`);
function writeScript(path: string, command: string): void {
  writeWhole(path, `#!/bin/sh\n${command}\n`, 0o755);
  chmodSync(path, 0o755);
}

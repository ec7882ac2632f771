/** `heiiki-edr`: the reference agent's only program; service, installer and local commands. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, saveConfig, saveRelaySecret } from './config.ts';
import { control } from './control.ts';
import { Daemon } from './daemon.ts';
import { sayFarewell } from './farewell.ts';
import { messageOf } from './files.ts';
import { behaviourOf } from './flaws.ts';
import { forgetIdentity } from './identity.ts';
import { isGuarded } from './guard.ts';
import { install, upgrade } from './installer.ts';
import { placesBelow } from './places.ts';
import { readRelayOptions, RELAY_OPTIONS, type RelayOptions } from './relay-options.ts';
import { uninstall } from './removal.ts';
import { halt, launch, runningPid } from './service.ts';
import { forbidShell } from './shell.ts';

const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3 } as const;
const places = placesBelow();
const say = (value: unknown) => console.log(JSON.stringify(value));

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  run: async () => {
    await new Daemon(places).start();
    return EXIT.ok;
  },
  install: async (args) => {
    await install(places, args);
    return EXIT.ok;
  },
  upgrade: async (args) => {
    await upgrade(places, args);
    return EXIT.ok;
  },
  start: () => {
    loadConfig(places); // says what is wrong here rather than in the log
    // One that is starting has not said its number yet, but its guard has.
    if (runningPid(places) === undefined && !isGuarded(places)) launch(places);
    return Promise.resolve(EXIT.ok);
  },
  stop: async () => {
    await halt(places, 3000, 'hand');
    return EXIT.ok;
  },
  status: async () => {
    const status = await control(places.socket, { do: 'status' }, 2000);
    say(status ?? { connected: false, via: null, reason: 'the agent is not running' });
    return EXIT.ok;
  },
  'test-connectivity': async () => {
    const result = await control(places.socket, { do: 'test' }, 8000);
    say(result ?? { works: false, word: 'not running' });
    return result?.['works'] === true ? EXIT.ok : EXIT.failed;
  },
  farewell: async () => {
    await sayFarewell(places);
    return EXIT.ok;
  },
  'update-content': (args) => updateContent(args),
  'forbid-shell': () => {
    forbidShell(places, true);
    return Promise.resolve(EXIT.ok);
  },
  'allow-shell': () => {
    forbidShell(places, false);
    return Promise.resolve(EXIT.ok);
  },
  'set-relay': (args) => setRelay(args),
  'set-tenant': (args) => setTenant(args),
  uninstall: async (args) => {
    const at = args.indexOf('--secret');
    const secret = at >= 0 ? (args[at + 1] ?? 'none') : 'none';
    const refused = await uninstall(places, secret === 'none' ? null : secret);
    if (refused === undefined) return EXIT.ok;
    console.error(refused);
    return EXIT.refused;
  },
};

/** In force when it ends well. */
async function updateContent([file]: readonly string[]): Promise<number> {
  if (file === undefined) throw new ConfigError('the package is missing', 'write the path of its file');
  const reply = await control(places.socket, { do: 'content', file: resolve(file) }, 3000);
  const problem = reply === undefined ? 'the agent is not running' : (reply['error'] ?? reply['problem']);
  if (problem === undefined) return EXIT.ok;
  console.error(`the package was not taken: ${messageOf(problem)}`);
  return EXIT.failed;
}

/** Address and all that belongs to it: what is not said is not there any more. */
function setRelay(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: RELAY_OPTIONS,
    allowPositionals: true,
    strict: true,
  });
  return reconfigure(positionals, values);
}
/** The same at a site that is another customer's of the cloud; from now on this is one of its endpoints. */
function setTenant(args: readonly string[]): Promise<number> {
  const options = { ...RELAY_OPTIONS, token: { type: 'string', default: '' } } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: true,
  });
  const { token, ...relay } = values;
  if (token === '') throw new ConfigError('--token is missing', 'add the enrolment token of the new tenant');
  return reconfigure(positionals, relay, token);
}

/** In force when it ends well. */
async function reconfigure(
  [address]: readonly string[],
  values: RelayOptions,
  token?: string,
): Promise<number> {
  if (address === undefined)
    throw new ConfigError('the address of the relay is missing', 'write host:port, a URL, or none');
  const config = loadConfig(places);
  if (config.sealed) {
    console.error('relay and tenant were set at install; install the agent again to change them');
    return EXIT.refused;
  }
  const { settings, secret } = readRelayOptions(address, values);
  const ca = behaviourOf(config.flaw).followsRelayCa ? settings.ca : config.ca;
  saveConfig(places, { ...config, ...settings, ca, token: token ?? config.token });
  saveRelaySecret(places, secret);
  // Also one that is not running now must not begin as an endpoint of the old tenant.
  if (token !== undefined && token !== config.token) forgetIdentity(places);
  const reply = await control(places.socket, { do: 'reload' }, 3000);
  if (reply?.['error'] === undefined) return EXIT.ok;
  console.error(messageOf(reply['error']));
  return EXIT.failed;
}

const [name = '', ...args] = process.argv.slice(2);
try {
  const command = COMMANDS[name];
  if (!command)
    throw new ConfigError(`there is no command "${name}"`, `use ${Object.keys(COMMANDS).join(', ')}`);
  process.exitCode = await command(args);
} catch (cause) {
  console.error(`heiiki-edr: ${messageOf(cause)}`);
  process.exitCode = cause instanceof ConfigError ? EXIT.usage : EXIT.failed;
}
